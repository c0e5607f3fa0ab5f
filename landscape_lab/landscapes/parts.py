"""The parts that a point consists of, for optimizers that add one after another."""

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Float, Int
from torch import Tensor


class Parts(NamedTuple):
    """Which numbers of a point belong together, as those of one shape of a picture do.

    Args:
        numbers: Places in a point, a row for each part, in the order in which parts are added.
        absent: Their values where a part is not there; `None` where none can be missing.
        draw: (k) → k parts at random, with torch's random numbers; any of them may be any part. `None`
            where a landscape knows no better than to change a part that is there.
    """

    numbers: Int[Tensor, "parts numbers"]
    absent: Float[Tensor, " numbers"] | None = None
    draw: Callable[[int], Float[Tensor, "k numbers"]] | None = None
