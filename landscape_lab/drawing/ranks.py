"""The ranks of runs beside their ends on a map."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from landscape_lab.drawing.narrow import asked_width
from landscape_lab.scene import Trace

BADGE = 13.0
"""Points from one number to the next, and within which ends share a row of numbers."""
DISTANCES = (15.0, 28.0, 41.0, 54.0)
"""Points from an end to its numbers: the next where there is no room."""
WAYS = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))
"""From an end to its numbers."""
SIZE = 7.5
"""Of a number, points."""

Point = Float[np.ndarray, "2"]
"""To the right and up from the lower left of a map, in points."""
Box = Float[np.ndarray, "2 2"]
"""The lower and the higher corner."""


class Row(NamedTuple):
    """Numbers beside each other.

    Args:
        at: The place of the first.
        step: From one to the next.
        box: Around all of them.
    """

    at: Point
    step: Point
    box: Box


def number_ends(
    axes: Axes, traces: Sequence[Trace], colors: Sequence[str | None], inches: tuple[float, float]
) -> None:
    """The rank of each trace beside its end, in its colour; ends that hide each other share a row.

    What diverged or left the map has none.

    Args:
        axes: The map.
        traces: In the order of their rank.
        colors: Of each; one without gets no number.
        inches: The width and the height of the map.
    """
    shrunk = 1.0 if (asked := asked_width()) is None else min(1.0, asked / inches[0])
    size = 72.0 * shrunk * np.array(inches)
    every = enumerate(zip(traces, colors, strict=True), start=1)
    named = {rank: (trace, color) for rank, (trace, color) in every if color is not None}
    ends = {rank: end for rank, (trace, _) in named.items() if (end := _end(axes, trace, size)) is not None}
    rows: list[Row] = []
    for group in _groups(ends):
        choices = _rows(ends[group[0]], len(group))
        rows.append(min(choices, key=lambda row: _faults(row.box, rows, list(ends.values()), size)))
        for number, rank in enumerate(group):
            trace, color = named[rank]
            _write(axes, rank, _best(trace), rows[-1].at + number * rows[-1].step - ends[rank], color)


def _write(axes: Axes, rank: int, place: Float[np.ndarray, "2"], offset: Point, color: str) -> None:
    """One number in a disc."""
    (x, y), (right, up) = place, offset
    disc = {"boxstyle": "circle,pad=0.22", "facecolor": color, "edgecolor": "white", "linewidth": 0.8}
    axes.annotate(
        str(rank), (x, y), (right, up), textcoords="offset points",
        ha="center", va="center", color="white", fontsize=SIZE, zorder=8, bbox=disc,
    )  # fmt: skip


def _best(trace: Trace) -> Float[np.ndarray, "2"]:
    """Where the member that ended lowest is."""
    return trace.places[-1, int(trace.ends.argmin())]


def _end(axes: Axes, trace: Trace, size: Point) -> Point | None:
    """Where a trace ends; `None` where it diverged or left the map."""
    share = axes.transAxes.inverted().transform(axes.transData.transform(_best(trace)))
    inside = bool(((share >= 0.0) & (share <= 1.0)).all() and np.isfinite(trace.ends).any())
    return share * size if inside else None


def _groups(ends: Mapping[int, Point]) -> list[list[int]]:
    """The ranks of the ends that are near the best of them, in one group each."""
    groups: list[list[int]] = []
    for rank, end in ends.items():
        near = [group for group in groups if np.hypot(*(end - ends[group[0]])) < BADGE]
        if near:
            near[0].append(rank)
        else:
            groups.append([rank])
    return groups


def _rows(end: Point, length: int) -> Iterator[Row]:
    """Where a row of numbers may lie: around its end, the nearest first."""
    for far, way in product(DISTANCES, np.array(WAYS)):
        at = end + far * way / np.hypot(*way)
        step = np.array([BADGE if way[0] >= 0 else -BADGE, 0.0])
        both = np.sort([at, at + (length - 1) * step], axis=0)
        yield Row(at, step, both + np.array([[-0.5], [0.5]]) * BADGE)


def _faults(box: Box, rows: Sequence[Row], ends: Sequence[Point], size: Point) -> int:
    """How many rows and ends a box covers, and whether it leaves the map."""
    low, high = box
    covered = sum(bool((low < row.box[1]).all() and (high > row.box[0]).all()) for row in rows)
    hidden = sum(bool((end > low).all() and (end < high).all()) for end in ends)
    return covered + hidden + bool((low < 0).any() or (high > size).any())
