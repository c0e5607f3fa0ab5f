"""A figure of the draws: the landscape as an optimizer sees it, and its gradients beside it."""

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import finish_map
from landscape_lab.drawing.palette import SLOPE_COLORS
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.style import STYLE, slope_unit
from landscape_lab.scene import Draws

AREA = 7.0
"""Of each map, square inches."""


def augmentations_figure(draws: Draws) -> Figure:
    """A row for the clean landscape and for each draw: the loss, and the gradient along x and along y."""
    scene = draws.scene
    number, heights = len(draws.losses), Heights(scene)
    width, height = map_size(scene, AREA)
    with rc_context(STYLE):
        size = 3 * width + 1.2, number * (height + 0.15) + 1.3
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(number, 3, squeeze=False, sharex=True, sharey=True)
        losses, slopes = _draw_rows(grid, draws, heights)
        x, y = scene.plane.axes.labels
        for axes, title in zip(grid[0], ("loss", f"gradient along {x}", f"gradient along {y}"), strict=True):
            axes.set_title(title, loc="left", fontsize=10)
        for axes in grid.ravel():
            _finish(axes, draws)
        unit = slope_unit(scene.plane.axes.picture)
        below = (losses, grid[:, 0], heights.label), (slopes, grid[:, 1:], unit)
        for shown, columns, label in below:
            bar = figure.colorbar(
                shown, ax=columns, location="bottom", shrink=0.6, aspect=30, pad=0.02, label=label
            )
            bar.outline.set_visible(False)
            bar.locator = MaxNLocator(4)
            bar.ax.tick_params(labelsize=8)
            if shown is losses:
                heights.write_losses(bar.ax.xaxis)
    return figure


def _draw_rows(grid: np.ndarray, draws: Draws, heights: Heights) -> tuple[Any, Any]:
    """The images, and of the losses and of the gradients one whose colours all share."""
    scene, (low, high) = draws.scene, heights.span
    steep = max(float(np.nanquantile(np.abs(draws.gradients), 0.99)), 1e-12)
    extent, colors = scene.window.image_extent, heights.colors
    for row, (losses, gradients) in enumerate(zip(draws.losses, draws.gradients, strict=True)):
        height_map = grid[row, 0].imshow(heights(losses), cmap=colors, vmin=low, vmax=high, extent=extent)
        if scene.shading.levels is not None:
            draw_contours(grid[row, 0], scene, heights(losses), width=0.5, alpha=0.45)
        for column, gradient in enumerate(gradients, start=1):
            slope_map = grid[row, column].imshow(
                gradient, cmap=SLOPE_COLORS, vmin=-steep, vmax=steep, extent=extent
            )
        grid[row, 0].set_ylabel("clean" if row == 0 else f"draw {row}")
    return height_map, slope_map


def _finish(axes: Axes, draws: Draws) -> None:
    """The window and its frame."""
    finish_map(axes, draws.scene)
    axes.tick_params(labelsize=8)
