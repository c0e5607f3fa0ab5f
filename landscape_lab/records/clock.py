"""How long a descent had taken by each of its steps."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

FINE = 1e-3
"""Moments that are closer to each other, as a share of the time so far, are not both kept."""

Moments = list[tuple[int, float]]
"""Steps and the seconds that they had taken."""


class Clock:
    """When some steps were done, seldom read: between two readings time is taken to pass evenly.

    The number of readings grows with the logarithm of the time only, because a picture of a long
    descent cannot show short times.

    Attributes:
        moments: Steps and the seconds that had passed, the start first; only that if nobody read it.

    >>> clock = Clock()
    >>> clock.read(100, 2.0)
    >>> clock.read(200, 3.0)
    >>> clock.seconds_at(np.array([50, 150]))
    array([1. , 2.5])
    """

    def __init__(self) -> None:
        self.moments: Moments = [(0, 0.0)]

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Clock":
        """What `arrays` returned; of none, a clock that nobody read."""
        clock = cls()
        if arrays:
            clock.moments = list(
                zip(arrays["clock_steps"].tolist(), arrays["clock_seconds"].tolist(), strict=True)
            )
        return clock

    def arrays(self) -> dict[str, np.ndarray]:
        """`clock_steps` and `clock_seconds`, `[n]`; nothing where nobody read it."""
        steps, seconds = zip(*self.moments, strict=True)
        return {"clock_steps": np.array(steps), "clock_seconds": np.array(seconds)} if len(self) else {}

    def __len__(self) -> int:
        return len(self.moments) - 1

    def read(self, step: int, seconds: float) -> None:
        """So many seconds had passed when a step was done."""
        if len(self) > 1 and seconds < (1 + FINE) * self.moments[-2][1]:
            self.moments.pop()  # it stood as the last one; this one is as close to the one before
        self.moments.append((step, seconds))

    def seconds_at(self, steps: np.ndarray) -> Float[np.ndarray, " n"]:
        """The seconds that had passed when some steps `[n]` were done."""
        known, seconds = zip(*self.moments, strict=True)
        return np.interp(steps, known, seconds)
