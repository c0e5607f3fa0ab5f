"""A figure as large as what is in it: maps get their size in inches, and all else the room that it takes."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.narrow import PANEL, asked_width, shrink, stacked

PAD = 0.12
"""Inches around everything."""
NARROWED = 3
"""How often sizes are made to fit a width that is asked for, at most."""
SETTLED = 0.002
"""The share by which sizes change that fit."""

Grid = Sequence[Sequence[Axes]]
"""The axes of a figure, a line for each row."""
Size = tuple[Float[np.ndarray, " columns"], Float[np.ndarray, " rows"]]
"""Widths and heights of them, inches."""


def fit(
    figure: Figure,
    grid: Grid,
    widths: Sequence[float],
    heights: Sequence[float],
    *,
    stack: bool = True,
) -> None:
    """Give the axes of a figure their sizes, and the figure that of all of them with their words and bars.

    A legend of the figure stands below all.

    Args:
        figure: Whose size changes; it needs no layout engine any more.
        grid: Its axes; one that is there twice in a row or a column spans both.
        widths: Of each column, inches.
        heights: Of each row, inches; further ones do not count.
        stack: Whether all axes lie below each other in a figure of a width that is asked for.
    """
    figure.set_layout_engine("none")
    if (asked := asked_width()) is not None:
        shrink(figure)
        if stack:
            grid, widths, heights = stacked(grid, widths, heights)
    size = np.array(widths), np.array(heights[: len(grid)])
    _place(figure, grid, size, np.ones((len(grid), len(widths), 4)))
    for _ in range(1 if asked is None else NARROWED):
        margins, before = _all_margins(figure, grid), size
        size = size if asked is None else _narrowed(grid, size, margins, asked)
        _place(figure, grid, size, margins)
        if np.allclose(np.concatenate(size), np.concatenate(before), rtol=SETTLED):
            break  # words beside maps that shrink reach further, but these do so no more


def _all_margins(figure: Figure, grid: Grid) -> Float[np.ndarray, "rows columns 4"]:
    """Those of all axes, with room for legends of the figure below them."""
    margins = np.array([[_margins(figure, axes) for axes in row] for row in grid])
    cells = np.array(grid, dtype=object)
    beside, below = cells[:, 1:] == cells[:, :-1], cells[1:] == cells[:-1]
    margins[:, :-1, 2][beside] = margins[:, 1:, 0][beside] = 0.0  # nothing lies within one that spans both
    margins[:-1, :, 1][below] = margins[1:, :, 3][below] = 0.0
    margins += PAD / 2
    renderer = figure._get_renderer()  # type: ignore[attr-defined] # as matplotlib's own layouts do
    for legend in figure.legends:
        margins[-1, :, 1] += legend.get_window_extent(renderer).height / figure.dpi
    return margins


def _narrowed(grid: Grid, size: Size, margins: Float[np.ndarray, "rows columns 4"], width: float) -> Size:
    """The sizes of axes that leave their margins room within a width."""
    left = width - PAD - margins[..., 0].max(axis=0).sum() - margins[..., 2].max(axis=0).sum()
    share = max(left, width / 3) / size[0].sum()
    heights = [
        share * height if axes.get_aspect() != "auto" or share > 1 else min(height, PANEL * left)
        for (axes, *_), height in zip(grid, size[1], strict=True)
    ]
    return share * size[0], np.array(heights)


def _place(
    figure: Figure,
    grid: Grid,
    size: Size,
    margins: Float[np.ndarray, "rows columns 4"],
) -> None:
    """Lay axes out with their margins around them: left, below, right, above."""
    left, below, right, above = np.moveaxis(margins, -1, 0)
    columns = left.max(axis=0) + size[0] + right.max(axis=0)
    rows = above.max(axis=1) + size[1] + below.max(axis=1)
    width, height = columns.sum() + PAD, rows.sum() + PAD
    figure.set_size_inches(width, height)
    starts = PAD / 2 + np.cumsum(columns) - columns + left.max(axis=0)
    lows = height - PAD / 2 - np.cumsum(rows) + below.max(axis=1)
    for axes in dict.fromkeys(chain.from_iterable(grid)):
        in_rows, in_columns = np.nonzero(np.array(grid, dtype=object) == axes)
        (top, first), (bottom, last) = (in_rows[0], in_columns[0]), (in_rows[-1], in_columns[-1])
        wide = starts[last] + size[0][last] - starts[first]
        high = lows[top] + size[1][top] - lows[bottom]
        axes.set_position((starts[first] / width, lows[bottom] / height, wide / width, high / height))


def _margins(figure: Figure, axes: Axes) -> Float[np.ndarray, "4"]:
    """How far words and bars reach beyond axes and those that lie on them: left, below, right, above."""
    renderer = figure._get_renderer()  # type: ignore[attr-defined] # as matplotlib's own layouts do
    frame = axes.get_position().bounds
    boxes = [other.get_tightbbox(renderer) for other in figure.axes if other.get_position().bounds == frame]
    ends = np.array([box.extents for box in boxes if box is not None])
    low, high = ends[:, :2].min(axis=0), ends[:, 2:].max(axis=0)
    outside = np.concatenate([axes.bbox.min - low, high - axes.bbox.max])
    return np.maximum(outside, 0.0) / figure.dpi
