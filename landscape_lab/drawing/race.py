"""Many traces against each other: on one landscape with their losses, or on a map for each landscape."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.curves import AXIS
from landscape_lab.drawing.departures import COMPARISON, draw_departures
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import add_height_scale
from landscape_lab.drawing.legend import write_legend
from landscape_lab.drawing.maps import draw_landscape, evenly, name_axes
from landscape_lab.drawing.marks import mark_ends
from landscape_lab.drawing.palette import GREY, GRID, PATH_COLORS
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.rings import draw_parted
from landscape_lab.drawing.style import STYLE, label_cost
from landscape_lab.drawing.value_axis import loss_axes
from landscape_lab.scene import Scene, Trace

MAPS = 24
"""The most landscapes on one page."""
CURVE_POINTS = 500
CURVES = (5.6, 3.4)
"""Width of the curves beside a map and height of those below one, inches."""
WIDE = 2.2
"""A map that is so many times as wide as it is high has the curves below it."""


def race_figure(scenes: Sequence[tuple[str, Scene]], title: str = "", against: str = "steps") -> Figure:
    """One scene: its traces, and the losses over what they cost beside it. Several: a small map each.

    Traces come in the order of their rank. Those of the same label are one configuration with several
    seeds: they share a colour, and their losses are drawn as a median between the quartiles. The best have
    a colour each, the rest are grey.

    Args:
        scenes: Names of landscapes and what happened there.
        title: Stands above all.
        against: What losses are drawn over: `steps`, `evaluations` or `seconds`.
    """
    labels = list(dict.fromkeys(trace.label for _, scene in scenes for trace in scene.traces))
    colors = dict(zip(labels, PATH_COLORS, strict=False))
    with rc_context(STYLE):
        if len(scenes) == 1:
            return _race(scenes[0][1], labels, colors, title, against)
        figure = _maps(scenes, colors)
        write_legend(figure, colors, (), len(labels) - len(colors))
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def _race(scene: Scene, labels: list[str], colors: dict[str, str], title: str, against: str) -> Figure:
    """The map, and the curves beside it, or below a wide one."""
    named = replace(scene, traces=tuple(_first_of(scene, colors).values()))
    width, height = map_size(scene)
    wide = width > WIDE * height
    figure = Figure(figsize=(width + 2.0 + (0.0 if wide else CURVES[0]), height + 2.0))
    left, right, *below = figure.subplots(2 + named.compares)
    for axes in below:
        draw_departures(axes, named)
    _draw_map(left, scene, colors, small=False)
    add_height_scale(left, scene)
    left.set_title(title, loc="left", fontsize=12)
    for label in reversed(labels):
        _draw_band(
            right, [trace for trace in scene.traces if trace.label == label], colors.get(label), against
        )
    right.set(xlabel=AXIS[against], ylabel="lowest loss so far", yscale=_scale(scene))
    label_cost(right.xaxis, whole=against != "seconds")
    right.grid(color=GRID, linewidth=0.8)
    right.set_axisbelow(True)
    write_legend(figure, colors, scene.traces, len(labels) - len(colors), at="upper left")
    if wide:
        fit(figure, [[left], [right], *([axes] for axes in below)], [width], [height, CURVES[1], COMPARISON])
    else:
        grid = [[left, right], *([axes, axes] for axes in below)]
        fit(figure, grid, [width, CURVES[0]], [height, COMPARISON])
    return figure


def _scale(scene: Scene) -> str:
    """Logarithmic where no loss is negative and they span a decade."""
    axis = loss_axes(scene.traces, scene.lowest)[-1]
    return "log" if axis.logarithmic and axis.base == 0 else "linear"


def _maps(scenes: Sequence[tuple[str, Scene]], colors: dict[str, str]) -> Figure:
    """A map for each landscape."""
    shown = list(islice(scenes, MAPS))
    columns = min(len(shown), 3 if len(shown) <= 9 else 6)
    rows = -(-len(shown) // columns)
    size = 4.2 if columns <= 3 else 2.9
    figure = Figure(figsize=(size * columns, 0.95 * size * rows + 0.9), layout="constrained")
    for axes, (name, scene) in zip(figure.subplots(rows, columns, squeeze=False).flat, shown, strict=False):
        _draw_map(axes, scene, colors, small=True)
        axes.set_title(name, loc="left", fontsize=10)
    for axes in figure.axes[len(shown) :]:
        axes.set_visible(False)
    return figure


def _draw_map(axes: Axes, scene: Scene, colors: dict[str, str], *, small: bool) -> None:
    """The landscape, the grey traces below, the best above."""
    draw_landscape(axes, scene)
    first = _first_of(scene, colors)
    for rank, trace in reversed(list(enumerate(scene.traces))):
        color = colors.get(trace.label)
        members = trace.losses.shape[1]
        strong = first.get(trace.label) is trace
        for member in evenly(members, 50):
            axes.plot(
                *trace.places[:, member].T,
                color=color or GREY,
                linewidth=(1.1 if small else 1.7) if strong else 0.7,
                alpha=max(0.15, members**-0.5) * (0.95 if strong else 0.4),
                zorder=2 + strong + 0.5 / (1 + rank),
                solid_joinstyle="round",
            )
    if not small:  # on a small map there is no room to say what rings mean
        for label, trace in first.items():
            draw_parted(axes, trace, colors[label])
    mark_ends(axes, replace(scene, traces=tuple(first.values())), small=small)
    if not small:
        name_axes(axes, scene)


def _first_of(scene: Scene, colors: dict[str, str]) -> dict[str, Trace]:
    """The best trace of each label that has a colour, the best first."""
    first = {trace.label: trace for trace in reversed(scene.traces)}
    return {label: first[label] for label in colors if label in first}


def _draw_band(axes: Axes, traces: Sequence[Trace], color: str | None, against: str) -> None:
    """The lowest loss so far of one configuration: the median over seeds and members, and the quartiles."""
    costs = np.linspace(0, max(trace.cost(against, trace.steps)[-1] for trace in traces), CURVE_POINTS)
    costs = costs if against == "seconds" else np.unique(costs.round().astype(int))
    values = np.concatenate([_lowest(trace, costs, against) for trace in traces], axis=1)
    known = ~np.isnan(values).all(axis=1)
    low, middle, high = np.nanquantile(values[known], [0.25, 0.5, 0.75], axis=1)
    if color is not None and values.shape[1] > 1:
        axes.fill_between(costs[known], low, high, color=color, alpha=0.2, linewidth=0)
    width, opacity = (0.7, 0.5) if color is None else (1.6, 1.0)
    axes.plot(costs[known], middle, color=color or GREY, linewidth=width, alpha=opacity)


def _lowest(trace: Trace, costs: np.ndarray, against: str) -> np.ndarray:
    """The lowest loss by each cost, `[costs, members]`; NaN after the end and where it is infinite.

    Of a network these are losses of all data: a lucky minibatch wins no race.
    """
    known = trace.measured
    losses = known.get("measured_losses", trace.losses)
    at = known["measured_steps"] if losses is not trace.losses else trace.steps
    lowest = np.minimum.accumulate(np.nan_to_num(losses, nan=np.inf), axis=0)
    spent, end = trace.cost(against, at), trace.cost(against, trace.steps)[-1]
    values = lowest[(spent.searchsorted(costs, side="right") - 1).clip(min=0)]
    return np.where((costs <= end)[:, None] & np.isfinite(values), values, np.nan)
