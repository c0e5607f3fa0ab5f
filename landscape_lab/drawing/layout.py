"""How a frame of a film is divided: the map, the loss, and where there is one the comparison below them."""

from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.boundary import answers_in, prepare_regions
from landscape_lab.drawing.loss_panel import prepare_losses
from landscape_lab.drawing.maps import draw_landscape
from landscape_lab.drawing.strip import STRIP, Strip
from landscape_lab.scene import Scene

CAPTION = 34
"""Pixels above the map for the line of numbers."""
WIDE = 0.75
"""A picture whose height is less than this share of its width has the loss below it."""


class Layout(NamedTuple):
    """The axes of a frame.

    Args:
        maps: One, or two of what steps see beside what there is.
        loss: Its curves.
        strips: One where paths are compared with their plane, else none.
    """

    maps: list[Axes]
    loss: Axes
    strips: list[Axes]


def lay_out(figure: Figure, scene: Scene, view: str = "map") -> Layout:
    """The map, the loss beside it, or below it when maps are wide, and on a slice empty axes for a strip.

    A surface gets empty axes to draw on, regions a frame.
    """
    made = _divided(figure, scene, view)
    if view in ("map", "draws"):
        for axes in made.maps:
            draw_landscape(axes, scene)
            axes.set_xlabel(scene.plane.axes.labels[0])
        made.maps[0].set_ylabel(scene.plane.axes.labels[1])
    elif view == "boundary":
        prepare_regions(made.maps[0], answers_in(scene))
    else:
        made.maps[0].set_axis_off()
    prepare_losses(made.loss, scene)
    return made


def _divided(figure: Figure, scene: Scene, view: str) -> Layout:
    """Empty axes."""
    if view == "draws":
        grid = figure.add_gridspec(2, 2, height_ratios=(3, 1))
        maps = [figure.add_subplot(grid[0, column], title=" ") for column in range(2)]  # room for their names
        return Layout(maps, figure.add_subplot(grid[1, :]), [])
    if view == "map" and scene.plane.axes.picture and scene.window.ratio < WIDE:
        above, below = figure.subplots(2, 1, height_ratios=(3, 1))
        return Layout([above], below, [])
    height = figure.bbox.height
    strip = [STRIP] if view != "boundary" and Strip.fits(scene, height) else []
    heights = [height - CAPTION - sum(strip), *strip]
    grid = figure.add_gridspec(
        len(heights), 2, width_ratios=(4.0 if view == "surface" else 2.4, 1), height_ratios=heights
    )
    left, right = (figure.add_subplot(grid[0, column]) for column in range(2))
    return Layout([left], right, [figure.add_subplot(grid[1, :]) for _ in strip])
