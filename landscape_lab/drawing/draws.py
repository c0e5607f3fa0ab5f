"""A figure of the draws: the landscape as an optimizer sees it, and its gradients beside it."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from landscape_lab.drawing.figures import STYLE
from landscape_lab.drawing.maps import HEIGHT_COLORS
from landscape_lab.seen import Seen

GRADIENT_COLORS = "RdBu_r"


def augmentations_figure(seen: Seen) -> Figure:
    """One row for the clean landscape and one for each draw: the loss, the gradient along x, the gradient along y."""
    left, right, first, last = seen.extent
    picture = seen.plane.axes.picture
    number = len(seen.losses)
    finite = seen.losses[np.isfinite(seen.losses)]
    low, high = (0.0, 1.0) if picture else np.quantile(finite, [0.0, 0.98])
    steep = max(float(np.nanquantile(np.abs(seen.gradients), 0.99)), 1e-12)
    with rc_context(STYLE):
        height = 2.6 * float(np.clip((last - first) / (right - left), 0.4, 2.0)) if picture else 2.4
        figure = Figure(figsize=(9.4, number * (height + 0.15) + 0.5), layout="constrained")
        grid = figure.subplots(number, 3, squeeze=False, sharex=True, sharey=True)
        place = {"extent": (left, right, last, first), "aspect": "equal" if picture else "auto"}
        for row, (losses, gradients) in enumerate(zip(seen.losses, seen.gradients, strict=True)):
            height_map = grid[row, 0].imshow(losses, cmap="gray" if picture else HEIGHT_COLORS, vmin=low, vmax=high, **place)
            for column, gradient in enumerate(gradients, start=1):
                slope_map = grid[row, column].imshow(gradient, cmap=GRADIENT_COLORS, vmin=-steep, vmax=steep, **place)
            grid[row, 0].set_ylabel("clean" if row == 0 else f"draw {row}")
        x, y = seen.plane.axes.labels
        for axes, title in zip(grid[0], ("loss", f"gradient along {x}", f"gradient along {y}"), strict=True):
            axes.set_title(title, loc="left", fontsize=10)
        for axes in grid.ravel():
            axes.set(ylim=(last, first) if picture else (first, last), xlim=(left, right))
            axes.tick_params(labelsize=8)
            for spine in axes.spines.values():
                spine.set(visible=True, color="#dadce0")
        for mapped, columns in ((height_map, grid[:, 0]), (slope_map, grid[:, 1:])):
            bar = figure.colorbar(mapped, ax=columns, location="bottom", shrink=0.6, aspect=30, pad=0.02)
            bar.outline.set_visible(False)
            bar.ax.tick_params(labelsize=8)
    return figure
