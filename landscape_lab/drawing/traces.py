"""The traces of a scene on its map: in which colours, which above which, and where they begin and end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize, to_rgba

from landscape_lab.drawing.accuracy import shows_accuracy
from landscape_lab.drawing.color_scale import ColorScale, color_scale
from landscape_lab.drawing.heights import add_height_scale
from landscape_lab.drawing.inset import draw_inset, part_of
from landscape_lab.drawing.maps import DRAWN_POINTS, draw_landscape, last_finite, name_axes
from landscape_lab.drawing.marks import mark_ends
from landscape_lab.drawing.palette import INK, LOSS_COLORS, PATH_COLORS, RATE_COLORS, path_color
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.ranks import number_ends
from landscape_lab.drawing.rates import chosen
from landscape_lab.drawing.rings import draw_compared, draw_parted
from landscape_lab.drawing.segments import DIVERGED_DASH, draw_run, draw_segments
from landscape_lab.drawing.style import add_scale
from landscape_lab.drawing.titles import end_of
from landscape_lab.planes.framing import fell
from landscape_lab.planes.window import Window
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace

MANY_MEMBERS = 8
"""So many members have a colour each, and no dark line below them."""
CROWD = 100
"""Lines of so many members are thin."""
CELLS = 100
"""Places in the same of so many cells along each side of a map hide each other."""


def draw_scene(axes: Axes, scene: Scene, *, bar: bool = True) -> None:
    """The landscape, the traces, and where they begin and end; tiny ones are seen larger in a corner."""

    def draw_larger(beside: Axes, part: Window) -> None:
        draw_landscape(beside, replace(scene, note=""))
        draw_traces(beside, scene, bar=False)
        mark_ends(beside, replace(scene, window=part), colors=end_colors(scene), named=False)

    draw_landscape(axes, scene)
    draw_traces(axes, scene, bar=bar)
    if bar and not shows_accuracy(scene):
        add_height_scale(axes, scene)
    mark_ends(axes, scene, colors=end_colors(scene))
    if len(scene.traces) > 1:
        best = ranked(scene.traces)[: len(PATH_COLORS)]
        traces, colors = [scene.traces[number] for number in best], [path_color(number) for number in best]
        number_ends(axes, traces, colors, map_size(scene))
    name_axes(axes, scene)
    draw_inset(axes, scene, draw_larger)


def draw_traces(axes: Axes, scene: Scene, *, bar: bool = True) -> None:
    """One trace in the colours of what happened along it, several in their own, the best on top.

    Of many members of one trace the lines are coloured, by learning rate where it differs, else by their
    final loss.
    """
    if len(scene.traces) > 1:
        for number in reversed(ranked(scene.traces)):
            trace = scene.traces[number]
            draw_run(axes, trace, path_color(number))
            draw_parted(axes, trace, path_color(number))
    for trace in scene.traces[: len(scene.traces) == 1]:
        draw = _draw_members if trace.places.shape[1] >= MANY_MEMBERS else _draw_along
        draw(axes, scene, trace, bar=bar)


def ranked(traces: Sequence[Trace]) -> list[int]:
    """The numbers of traces, the one that ended lowest first."""
    ends = [end_of([trace]).loss for trace in traces]
    return np.argsort(np.nan_to_num(ends, nan=np.inf), kind="stable").tolist()


class Coloring(NamedTuple):
    """What colours stand for.

    Args:
        values: What has one.
        scale: From values to the way through the colours.
        label: What they are called.
    """

    values: np.ndarray
    scale: ColorScale
    label: str


def _draw_along(axes: Axes, scene: Scene, trace: Trace, *, bar: bool) -> None:
    """Segments in the colours of their losses, and rings where these are not those of the map."""
    number, members = trace.places.shape[:2]
    shown = evenly(number, max(2, DRAWN_POINTS // max(1, members)))
    along = _along(scene, trace, shown)
    draw_segments(axes, trace.places[shown], along.values, along.scale, np.isfinite(trace.ends))
    if trace.departure is not None:
        draw_compared(axes, trace, trace.departure, shown, along.scale.norm)
    if bar:
        scale = along.scale
        add_scale(axes, scale.mappable(LOSS_COLORS), along.label, scale.extend, scale.ticks)


def _along(scene: Scene, trace: Trace, shown: np.ndarray) -> Coloring:
    """The losses of some places, or where these do not differ in the window, their steps."""
    losses = trace.path_losses[shown]
    seen = _visible(scene, trace.places[shown], losses)
    scale = color_scale(seen, scene.losses)
    if not scale.is_flat:
        return Coloring(losses, scale, "loss along the path")
    steps = np.broadcast_to(trace.path_steps[shown, None].astype(float), losses.shape)
    last = max(1.0, float(steps[-1, 0]))
    return Coloring(
        steps, ColorScale(Normalize(0.0, last), ticks=np.unique(np.linspace(0.0, last, 5).round())), "step"
    )


def _draw_members(axes: Axes, scene: Scene, trace: Trace, *, bar: bool) -> None:
    """A line for each member: the best on top; below them and faint those that did not fall, or diverged.

    Of many learning rates those are drawn whose losses are.
    """
    number, members = trace.places.shape[:2]
    shown = evenly(number, max(40, 20 * DRAWN_POINTS // members))
    coloring, colors = _of_members(scene, trace)
    good = fell(trace.losses, trace.rates)
    order = np.lexsort((-np.nan_to_num(last_finite(trace.losses), nan=np.inf), good))
    if trace.rates is not None:
        order = order[np.isin(trace.rates[order], chosen(trace))]
    good, ended = good[order], np.isfinite(trace.ends[order])
    width, strong, weak = (1.4, 0.9, 0.12) if members < CROWD else (0.8, 0.75, 0.08)
    paths = list(trace.places[shown].swapaxes(0, 1)[order])
    best = [path for path, one in zip(paths, good, strict=True) if one]
    edge, opacity = (INK, 0.4) if trace.rates is None else ("white", 0.7)
    below = LineCollection(best, colors=edge, linewidths=2.2 * width, alpha=opacity * strong, zorder=2)
    lines = LineCollection(
        paths,
        colors=colors[order],
        linewidths=np.where(good, width, 0.6).tolist(),
        linestyles=["solid" if one else DIVERGED_DASH for one in ended],
        alpha=np.where(good, strong, weak).tolist(),
        zorder=2,
    )
    axes.add_collection(below, autolim=False)
    axes.add_collection(lines, autolim=False)
    if bar:
        scale, colormap = coloring.scale, LOSS_COLORS if trace.rates is None else RATE_COLORS
        add_scale(axes, scale.mappable(colormap), coloring.label, scale.extend, scale.ticks)


def _of_members(scene: Scene, trace: Trace) -> tuple[Coloring, Float[np.ndarray, "members 4"]]:
    """What the colours of many members stand for, and the colour of each."""
    if trace.rates is not None:
        scale = ColorScale(LogNorm(trace.rates.min(), trace.rates.max()))
        return Coloring(trace.rates, scale, "learning rate"), RATE_COLORS(scale.norm(trace.rates))
    ends = last_finite(trace.losses)
    arrived = np.where(np.isfinite(trace.ends), ends, np.nan)
    scale = color_scale(_visible(scene, trace.places[-1], arrived), scene.losses)
    return Coloring(ends, scale, "final loss"), LOSS_COLORS(scale.norm(ends))


def end_colors(scene: Scene) -> Float[np.ndarray, "ends 4"] | None:
    """The colour of each end: of its run or member; few members of one run have none of their own."""
    if len(scene.traces) == 1:
        (trace,) = scene.traces
        return _of_members(scene, trace)[1] if trace.places.shape[1] >= MANY_MEMBERS else None
    return run_colors(scene.traces, [path_color(number) for number in range(len(scene.traces))])


def run_colors(traces: Sequence[Trace], colors: Sequence[str]) -> Float[np.ndarray, "ends 4"]:
    """The colour of the end of each member of some runs, each of which has one."""
    members = [trace.places.shape[1] for trace in traces]
    return np.array([to_rgba(color) for color in colors]).reshape(-1, 4).repeat(members, axis=0)


def _visible(scene: Scene, places: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values at places `[…, 2]` in the window, of those that hide each other only one.

    Where tiny paths are seen larger, it is there that they hide each other or not.
    """
    low, high = (part_of(scene) or scene.window).corners
    cells = (places - low) / (high - low)
    inside = ((cells >= 0) & (cells <= 1)).all(axis=-1)
    cells, values = (CELLS * cells[inside]).astype(int), values[inside]
    return values[np.unique(cells @ [1, CELLS + 1], return_index=True)[1]]
