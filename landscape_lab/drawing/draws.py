"""A figure of the draws: the landscape as an optimizer sees it, and its gradients beside it."""

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import SLOPE_COLORS, finish_map
from landscape_lab.drawing.style import STYLE, slope_unit
from landscape_lab.scene import Draws


def augmentations_figure(draws: Draws) -> Figure:
    """A row for the clean landscape and for each draw: the loss, and the gradient along x and along y."""
    scene = draws.scene
    picture = scene.plane.axes.picture
    number = len(draws.losses)
    with rc_context(STYLE):
        height = 2.6 * float(np.clip(scene.window.ratio, 0.4, 2.0)) if picture else 2.4
        figure = Figure(figsize=(9.4, number * (height + 0.15) + 0.5), layout="constrained")
        grid = figure.subplots(number, 3, squeeze=False, sharex=True, sharey=True)
        losses, slopes = _draw_rows(grid, draws)
        x, y = scene.plane.axes.labels
        for axes, title in zip(grid[0], ("loss", f"gradient along {x}", f"gradient along {y}"), strict=True):
            axes.set_title(title, loc="left", fontsize=10)
        for axes in grid.ravel():
            _finish(axes, draws)
        below = (losses, grid[:, 0], "loss"), (slopes, grid[:, 1:], slope_unit(picture))
        for shown, columns, label in below:
            bar = figure.colorbar(
                shown, ax=columns, location="bottom", shrink=0.6, aspect=30, pad=0.02, label=label
            )
            bar.outline.set_visible(False)
            bar.locator = MaxNLocator(4)
            bar.ax.tick_params(labelsize=8)
    return figure


def _draw_rows(grid: np.ndarray, draws: Draws) -> tuple[Any, Any]:
    """The images, and of the losses and of the gradients one whose colours all share."""
    scene, picture = draws.scene, draws.scene.plane.axes.picture
    finite = draws.losses[np.isfinite(draws.losses)]
    low, high = Heights(scene).span if picture else np.quantile(finite, [0.0, 0.98])
    steep = max(float(np.nanquantile(np.abs(draws.gradients), 0.99)), 1e-12)
    extent, colors = scene.window.image_extent, Heights(scene).colors
    for row, (losses, gradients) in enumerate(zip(draws.losses, draws.gradients, strict=True)):
        height_map = grid[row, 0].imshow(losses, cmap=colors, vmin=low, vmax=high, extent=extent)
        if scene.shading.levels is not None:
            draw_contours(grid[row, 0], scene, Heights(scene)(losses), width=0.5, alpha=0.45)
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
