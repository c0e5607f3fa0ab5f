"""How far a grid, or other long work, has come, in words."""

import time
from collections.abc import Callable

FIRST = 5.0
"""Seconds until the first line; shorter work needs none."""
LONGEST = 60.0
"""The most seconds between two lines."""


class Progress:
    """Says now and then how much is known and how long the rest may take.

    The first line comes after five seconds, then each waits as long as all before it, a minute at most.

    Args:
        say: Takes a line; `None` for silence.
        most: How many losses there may be: where a spline foretells them sooner, there are fewer.
        what: What has them, and what they are called.
    """

    def __init__(
        self,
        say: Callable[[str], None] | None,
        most: int,
        what: tuple[str, str] = ("grid", "losses"),
    ) -> None:
        self.say = say
        self.most = most
        self.what = what
        self.began = time.monotonic()
        self.next = FIRST

    def __call__(self, known: int, made: int) -> None:
        """So many are known, of which this process made so many."""
        passed = time.monotonic() - self.began
        if self.say is None or passed < self.next or made == 0:
            return
        self.next = passed + min(passed, LONGEST)
        whole, parts = self.what
        left = passed / made * max(0, self.most - known)
        self.say(
            f"The {whole} has {known:,} of at most {self.most:,} {parts}, {made / passed:.3g} a second; "
            f"at most {in_words(left)} are left."
        )


def in_words(seconds: float) -> str:
    """A duration in the unit that fits.

    >>> in_words(59.0), in_words(150.0), in_words(9000.0)
    ('59 s', '2.5 min', '2.5 h')
    """
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.0f} s"
