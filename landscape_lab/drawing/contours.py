"""Contours of a map, and the shading that a user may choose."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes

from landscape_lab.drawing.heights import Heights, finer
from landscape_lab.scene import Scene
from landscape_lab.validation import check_choice

CONTOURS = 18
"""About how many there are."""


def draw_contours(
    axes: Axes, scene: Scene, heights: np.ndarray, width: float, alpha: float, lines: str | None = "-"
) -> None:
    """White lines of equal height.

    None are drawn where all is level, since matplotlib warns of contours that it does not find.
    """
    finite = heights[np.isfinite(heights)]
    levels = contour_levels(scene, finite) if len(finite) and np.ptp(finite) > 0 else 0
    if levels if isinstance(levels, int) else len(levels):
        axes.contour(
            finer(heights),
            levels=levels,
            extent=scene.window.extent,
            colors="white",
            linewidths=width,
            alpha=alpha,
            linestyles=lines,
        )


def contour_levels(scene: Scene, heights: np.ndarray) -> int | np.ndarray:
    """About how many contours are drawn, or at which heights within the range of some finite ones."""
    levels = scene.shading.levels
    if levels is None or isinstance(levels, int):
        return CONTOURS if levels is None else levels
    wanted = np.unique(Heights(scene)(np.array(levels)))
    return wanted[(wanted > heights.min()) & (wanted < heights.max())]


def check_shading(colormap: str | None) -> None:
    """Raise `ValueError` for a colormap that there is not, with the nearest."""
    if colormap is not None:
        check_choice("plane.colormap", colormap, colormaps)
