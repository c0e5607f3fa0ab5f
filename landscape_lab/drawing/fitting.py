"""A figure as large as what is in it: maps get their size in inches, and all else the room that it takes."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PAD = 0.12
"""Inches around everything."""


Grid = Sequence[Sequence[Axes]]
"""The axes of a figure, a line for each row."""


def fit(figure: Figure, grid: Grid, widths: Sequence[float], heights: Sequence[float]) -> None:
    """Give the axes of a figure their sizes, and the figure that of all of them with their words and bars.

    A legend of the figure stands above all.

    Args:
        figure: Whose size changes; it needs no layout engine any more.
        grid: Its axes; one that is there twice in a row spans both columns.
        widths: Of each column, inches.
        heights: Of each row, inches; further ones do not count.
    """
    figure.set_layout_engine("none")
    size = np.array(widths), np.array(heights[: len(grid)])
    _place(figure, grid, size, np.ones((len(grid), len(widths), 4)))
    margins = np.array([[_margins(figure, axes) for axes in row] for row in grid]) + PAD / 2
    renderer = figure._get_renderer()  # type: ignore[attr-defined] # as matplotlib's own layouts do
    for legend in figure.legends:
        margins[0, :, 3] += legend.get_window_extent(renderer).height / figure.dpi
    _place(figure, grid, size, margins)


def _place(
    figure: Figure,
    grid: Grid,
    size: tuple[Float[np.ndarray, " columns"], Float[np.ndarray, " rows"]],
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
    for low, high, row in zip(lows, size[1], grid, strict=True):
        for axes in dict.fromkeys(row):
            first, last = row.index(axes), len(row) - 1 - row[::-1].index(axes)
            wide = starts[last] + size[0][last] - starts[first]
            axes.set_position((starts[first] / width, low / height, wide / width, high / height))


def _margins(figure: Figure, axes: Axes) -> Float[np.ndarray, "4"]:
    """How far words and bars reach beyond axes and those that lie on them: left, below, right, above."""
    renderer = figure._get_renderer()  # type: ignore[attr-defined] # as matplotlib's own layouts do
    frame = axes.get_position().bounds
    boxes = [other.get_tightbbox(renderer) for other in figure.axes if other.get_position().bounds == frame]
    ends = np.array([box.extents for box in boxes if box is not None])
    low, high = ends[:, :2].min(axis=0), ends[:, 2:].max(axis=0)
    outside = np.concatenate([axes.bbox.min - low, high - axes.bbox.max])
    return np.maximum(outside, 0.0) / figure.dpi
