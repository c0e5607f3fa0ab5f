"""The landscape of a scene as a map, and what its traces have in common in all products."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, to_hex
from matplotlib.patheffects import withStroke

from landscape_lab.drawing.accuracy import draw_accuracy, shows_accuracy
from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.palette import FRAME, INK, RATE_COLORS, path_color
from landscape_lab.drawing.proportions import aspect_of
from landscape_lab.scene import Scene, Trace

NOTE_EDGE = withStroke(linewidth=2.0, foreground=INK)
"""Around white words: they may lie on a light corner."""
DRAWN_POINTS = 3000
"""The most points of one trace that have a colour each; lines in one colour go through more."""


def name_axes(axes: Axes, scene: Scene) -> None:
    """What the two directions of a map are called."""
    axes.set_xlabel(scene.plane.axes.labels[0])
    axes.set_ylabel(scene.plane.axes.labels[1])


def write_note(axes: Axes, words: str) -> None:
    """Small words in the corner of a map; long ones are cut and take no room from it."""
    text = axes.text(0.01, 0.01, words, transform=axes.transAxes, fontsize=7, zorder=7)
    text.set(color="white", path_effects=[NOTE_EDGE], in_layout=False, clip_on=True)


def draw_landscape(axes: Axes, scene: Scene) -> None:
    """A picture in its own greys.

    A formula is drawn in dark and light with contours, linear or logarithmic as the losses ask for. Of a
    network the accuracy may be asked for instead of the loss.
    """
    if shows_accuracy(scene):
        draw_accuracy(axes, scene)
    else:
        _draw_losses(axes, scene)
    if scene.note:
        write_note(axes, scene.note)
    finish_map(axes, scene)


def _draw_losses(axes: Axes, scene: Scene) -> None:
    """The losses in their colours, and contours, which a picture has only where they are asked for."""
    picture, heights_of = scene.plane.axes.picture, Heights(scene)
    heights, (low, high) = heights_of(scene.losses), heights_of.span
    axes.imshow(
        heights,
        cmap=heights_of.colors,
        vmin=low,
        vmax=high,
        extent=scene.window.image_extent,
        interpolation="bilinear",
    )
    if not picture or scene.shading.levels is not None:
        draw_contours(axes, scene, heights, width=0.6, alpha=0.45)


def finish_map(axes: Axes, scene: Scene) -> None:
    """The window, its proportions and its frame."""
    axes.set_aspect(aspect_of(scene))
    left, right, first, last = scene.window.extent
    axes.set(xlim=(left, right), ylim=(last, first) if scene.plane.axes.picture else (first, last))
    for spine in axes.spines.values():
        spine.set(visible=True, color=FRAME)
    axes.set_autoscale_on(False)


def colored(number: int, trace: Trace) -> list[tuple[str, Trace]]:
    """A trace in its colour.

    If its members have learning rates of their own, there is a trace and a colour for each rate.
    """
    colors = colors_of(number, trace)
    if trace.rates is None:
        return [(colors[0], trace)]
    members = [np.flatnonzero(trace.rates == rate) for rate in np.unique(trace.rates)]
    return [(colors[some[0]], trace.of(some)) for some in members]


def colors_of(number: int, trace: Trace) -> list[str]:
    """The colour of each member: the trace's own, or that of its learning rate."""
    if trace.rates is None:
        return [path_color(number)] * max(1, trace.places.shape[1])
    scale = LogNorm(trace.rates.min(), trace.rates.max())
    return [to_hex(color) for color in RATE_COLORS(scale(trace.rates))]


def last_finite(losses: np.ndarray) -> np.ndarray:
    """The last loss of each member that is finite, `[members]`, from `[records, members]`.

    It is NaN where there is none.
    """
    finite = np.isfinite(losses)
    last = len(losses) - 1 - finite[::-1].argmax(axis=0)
    return np.where(finite.any(axis=0), losses[last, np.arange(losses.shape[1])], np.nan)
