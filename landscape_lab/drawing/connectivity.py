"""The barriers between the ends of several descents, as a matrix."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.palette import INK
from landscape_lab.drawing.style import STYLE, add_scale
from landscape_lab.planes.connectivity import Connectivity

COLORS = "Purples"
"""White: no barrier."""
CELL, SIDE = 1.15, 12.0
"""The largest sides of a cell and of the matrix, inches."""
NUMBERS = 20
"""The most ends whose barriers are written into the cells."""


def connectivity_figure(connectivity: Connectivity) -> Figure:
    """A cell for every two ends, with the height of the barrier on the straight line between them.

    The colours reach at least to the highest loss of the ends, so that small barriers look small.
    """
    heights, number = connectivity.barriers, len(connectivity.names)
    side, highest = (
        min(CELL * number, SIDE),
        float(np.nanmax([heights.max(), *connectivity.losses, 0.0])) or 1.0,
    )
    with rc_context(STYLE):
        figure = Figure(figsize=(side + 3.6, side + 1.9), layout="constrained")
        axes = figure.add_subplot()
        image = axes.imshow(heights, cmap=COLORS, vmin=0.0, vmax=highest)
        if number <= NUMBERS:
            _write_heights(axes, heights, 0.6 * highest)
        losses = zip(connectivity.names, connectivity.losses, strict=True)
        ends = [f"{name}\nloss {loss:.3g}" for name, loss in losses]
        axes.set_xticks(range(number), ends, fontsize=9, rotation=30, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(number), ends, fontsize=9)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title("Barriers on the straight lines between the ends", loc="left", fontsize=11)
        add_scale(axes, image, "loss above the straight line between the two losses")
    return figure


def _write_heights(axes: Axes, heights: np.ndarray, dark: float) -> None:
    """Numbers in the cells, white in those that are darker than a height."""
    for row, column in zip(*np.nonzero(~np.eye(len(heights), dtype=bool)), strict=True):
        height = heights[row, column]
        color = "white" if height > dark else INK
        axes.text(column, row, f"{height:.3g}", ha="center", va="center", color=color)
