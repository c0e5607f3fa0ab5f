"""How a frame of a film is divided: the map, the loss, and where there is one the comparison below them."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.approximation import prepare_pictures
from landscape_lab.drawing.boundary import answers_in, prepare_regions
from landscape_lab.drawing.departures import what_it_is
from landscape_lab.drawing.header import LINE
from landscape_lab.drawing.loss_panel import prepare_losses
from landscape_lab.drawing.maps import draw_landscape
from landscape_lab.drawing.strip import STRIP, Strip
from landscape_lab.scene import Scene

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


def lay_out(figure: Figure, scene: Scene, view: str = "map", end: float = np.inf) -> Layout:
    """The map, the loss beside it, or below it when maps are wide, and on a slice empty axes for a strip.

    A surface gets empty axes to draw on, regions a frame. The loss is shown up to the step `end`.
    """
    if view in ("draws", "approximation"):
        made = _two_maps(figure)
    elif view == "map" and scene.plane.axes.picture and scene.window.ratio < WIDE:
        made = _wide_map(figure)
    else:
        made = _one_map(figure, scene, view)
    if view == "approximation":
        prepare_pictures(made.maps, scene)
    else:
        for axes in made.maps:
            _prepare(axes, scene, view)
    prepare_losses(made.loss, scene, end)
    if view == "draws" and scene.compares:
        made.loss.set_title(what_it_is(scene), loc="right", fontsize=8)
    return made


def _prepare(axes: Axes, scene: Scene, view: str) -> None:
    """What a map has before anything moves."""
    if view == "surface":
        axes.set_axis_off()
    elif view == "boundary":
        prepare_regions(axes, answers_in(scene))
    else:
        draw_landscape(axes, scene if view == "map" else replace(scene, note=""))  # two leave it no room
        axes.set_xlabel(scene.plane.axes.labels[0])
        axes.set_ylabel(scene.plane.axes.labels[1])


def _two_maps(figure: Figure) -> Layout:
    """Empty axes for two maps, with room for their names, and for the loss."""
    grid = figure.add_gridspec(2, 2, height_ratios=(3, 1))
    maps = [figure.add_subplot(grid[0, column], title=" ") for column in range(2)]
    return Layout(maps, figure.add_subplot(grid[1, :]), [])


def _wide_map(figure: Figure) -> Layout:
    """Empty axes for a map, and below it for the loss."""
    above, below = figure.subplots(2, 1, height_ratios=(3, 1))
    return Layout([above], below, [])


def _one_map(figure: Figure, scene: Scene, view: str) -> Layout:
    """Empty axes for a map, for the loss, and where paths are compared with their plane, for that."""
    height = figure.bbox.height
    strip = [STRIP] if view != "boundary" and Strip.fits(scene, height) else []
    heights = [height - LINE - sum(strip), *strip]
    wide = 4.0 if view == "surface" else 2.4
    grid = figure.add_gridspec(len(heights), 2, width_ratios=(wide, 1), height_ratios=heights)
    left, right = (figure.add_subplot(grid[0, column]) for column in range(2))
    return Layout([left], right, [figure.add_subplot(grid[1, :]) for _ in strip])
