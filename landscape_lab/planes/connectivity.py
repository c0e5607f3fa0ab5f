"""Which ends of descents are connected: the barrier on the straight line between every two of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from os import PathLike

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.errors import tell
from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.line import POINTS, Line, interpolate
from landscape_lab.planes.progress import Progress
from landscape_lab.tables import write_csv

COLUMNS = ("first", "second", "barrier", "summit", "first_loss", "second_loss")
"""Of the table: summit is the share of the way at which the barrier is highest."""


@dataclass(frozen=True)
class Connectivity:
    """The lines between every two of some points.

    Args:
        names: What the points are called.
        lines: By the numbers of their two points, the lower first; none between points that are equal.
    """

    names: tuple[str, ...]
    lines: dict[tuple[int, int], Line]

    @property
    def barriers(self) -> Float[np.ndarray, "points points"]:
        """The height of the barrier between every two points, as `Line.barrier` has it; symmetric."""
        heights = np.zeros((len(self.names), len(self.names)))
        for (first, second), line in self.lines.items():
            heights[first, second] = heights[second, first] = line.barrier
        return heights

    @property
    def losses(self) -> Float[np.ndarray, " points"]:
        """At the points; NaN at one that equals all others."""
        found = np.full(len(self.names), np.nan)
        for pair, line in self.lines.items():
            found[list(pair)] = line.measures["loss"][[0, -1]]
        return found

    def save(self, path: str | PathLike[str]) -> None:
        """Write a table with a line for each pair."""
        write_csv(path, COLUMNS, map(_row, self.lines.values()))


def _row(line: Line) -> tuple[object, ...]:
    """The values of `COLUMNS`."""
    loss = line.measures["loss"]
    return (*line.names, line.barrier, line.summit, float(loss[0]), float(loss[-1]))


def connect(
    landscape: Landscape,
    points: Sequence[Float[Tensor, " dims"]],
    names: Sequence[str],
    number: int = POINTS,
    say: Callable[[str], None] | None = tell,
) -> Connectivity:
    """Measure the straight lines between every two points.

    Args:
        landscape: Whose clean losses.
        points: Weights, such as the ends of descents.
        names: What they are called, one each.
        number: How many points of each line, its ends among them.
        say: Takes a line about the progress of work that takes longer than five seconds.

    Raises:
        ValueError: There are fewer than two points, or one is of another landscape.
    """
    if len(points) < 2:
        raise ValueError(f"Connectivity should be told of two runs at least. Found {len(points)}.")
    pairs = list(combinations(range(len(points)), 2))
    progress, lines = Progress(say, len(pairs), ("connectivity", "lines")), {}
    for made, (first, second) in enumerate(pairs, start=1):
        if not torch.equal(points[first], points[second]):
            named = names[first], names[second]
            lines[first, second] = interpolate(landscape, points[first], points[second], number, named)
        progress(made, made)
    return Connectivity(tuple(names), lines)
