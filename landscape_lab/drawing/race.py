"""Many traces against each other: on one landscape with their losses, or on a map for each landscape."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import Protocol

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.departures import COMPARISON, draw_departures
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import add_height_scale
from landscape_lab.drawing.legend import write_legend
from landscape_lab.drawing.maps import draw_landscape, name_axes
from landscape_lab.drawing.marks import above_rings, mark_ends
from landscape_lab.drawing.palette import GREY, PATH_COLORS
from landscape_lab.drawing.proportions import map_ratio, map_size, size_of
from landscape_lab.drawing.race_curves import draw_race
from landscape_lab.drawing.ranks import number_ends
from landscape_lab.drawing.rings import draw_parted
from landscape_lab.drawing.segments import draw_run
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.traces import run_colors
from landscape_lab.scene import Scene, Trace

MAPS = 24
"""The most landscapes on one page."""
CURVES = (5.6, 3.4)
"""Width of the curves beside a map and height of those below one, inches."""
SMALL, WEAK = 0.6, 0.35
"""The strength of lines on small maps, and of those that are not the best of their colour."""
SHARE = 0.6
"""Of the square of its column, what a small map fills at least."""
WIDTHS = (0.6, 2.2)
"""Among small maps, the narrowest and the widest are given so many times the width of a square one."""
WIDE = 2.2
"""A map that is so many times as wide as it is high has the curves below it."""


class Curves(Protocol):
    """Draws what is ranked."""

    def __call__(self, axes: Axes, traces: Sequence[Trace], *, size: float = 9.0) -> None:
        """On some axes, with numbers of a size in points."""


def race_figure(
    scenes: Sequence[tuple[str, Scene]],
    title: str = "",
    against: str = "steps",
    ranked: str = "final_loss",
    standing: Mapping[str, str] = MappingProxyType({}),
) -> Figure:
    """The map of a landscape with all traces, and beside it what is ranked; of several landscapes small ones.

    Traces come in the order of their rank on their landscape. Those of the same label are one
    configuration with several seeds, and share a colour. The best have a colour each, the rest are grey.

    Args:
        scenes: Names of landscapes and what happened there.
        title: Stands above all.
        against: What losses are drawn over: `steps`, `evaluations` or `seconds`.
        ranked: The result that decides the order; the title tells it in words.
        standing: What is said of each label, the best first, where there are several landscapes.
    """
    there = dict.fromkeys(trace.label for _, scene in scenes for trace in scene.traces)
    labels = sorted(there, key=[*standing, *there].index)
    colors = dict(zip(labels, PATH_COLORS, strict=False))
    title = title.replace(ranked, ranked.replace("_", " "))
    curves = partial(draw_race, colors=colors, against=against, ranked=ranked)
    with rc_context(STYLE):
        if len(scenes) == 1:
            return _race(scenes[0][1], labels, colors, curves, title)
        figure = _maps(scenes, colors, curves)
        names = {": ".join([label, *_said(standing, label)]): color for label, color in colors.items()}
        write_legend(figure, names, (), len(labels) - len(colors))
        figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def _said(standing: Mapping[str, str], label: str) -> list[str]:
    """What is said of a label, if there is anything."""
    return [standing[label]] if label in standing else []


def _race(scene: Scene, labels: list[str], colors: dict[str, str], curves: Curves, title: str) -> Figure:
    """The map, and the curves beside it, or below a wide one."""
    named = replace(scene, traces=tuple(one for label, one in _first_of(scene).items() if label in colors))
    width, height = map_size(scene)
    wide = width > WIDE * height
    figure = Figure(figsize=(width + 2.0 + (0.0 if wide else CURVES[0]), height + 2.0))
    left, right, *below = figure.subplots(2 + named.compares)
    for axes in below:
        draw_departures(axes, named)
    _draw_map(left, scene, colors, (width, height), small=False)
    add_height_scale(left, scene)
    left.set_title(title, loc="left", fontsize=12, pad=above_rings(scene))
    right.set_position((0.0, 0.0, 0.5, (CURVES[1] if wide else height) / (height + 2.0)))  # for its numbers
    curves(right, scene.traces)
    write_legend(figure, colors, scene.traces, len(labels) - len(colors), ranks=range(1, len(colors) + 1))
    if wide:
        fit(figure, [[left], [right], *([axes] for axes in below)], [width], [height, CURVES[1], COMPARISON])
    else:
        grid = [[left, right], *([axes, axes] for axes in below)]
        fit(figure, grid, [width, CURVES[0]], [height, COMPARISON])
    return figure


def _maps(scenes: Sequence[tuple[str, Scene]], colors: dict[str, str], curves: Curves) -> Figure:
    """For each landscape a map, and what is ranked below it."""
    shown = list(islice(scenes, MAPS))
    columns = min(len(shown), 3 if len(shown) <= 9 else 6)
    rows = -(-len(shown) // columns)
    size, points = (4.2, 8.0) if columns <= 3 else (2.9, 6.5)
    widths, heights = _shares([map_ratio(scene) for _, scene in shown], columns)
    lines = [line for height in heights for line in (0.95 * height, 0.5)]
    figure = Figure(figsize=(size * columns, size * sum(lines) + 0.9), layout="constrained")
    grid = figure.subplots(2 * rows, columns, squeeze=False, height_ratios=lines, width_ratios=widths)
    maps, below = grid[0::2].ravel(), grid[1::2].ravel()
    for axes, low, (name, scene) in zip(maps, below, shown, strict=False):
        _draw_map(axes, scene, colors, size_of(map_ratio(scene), SHARE * size**2), small=True)
        axes.set_title(name, loc="left", fontsize=10)
        axes.set_anchor("NW")
        curves(low, scene.traces, size=points)
    for axes in (*maps[len(shown) :], *below[len(shown) :]):
        axes.set_visible(False)
    return figure


def _shares(ratios: Sequence[float], columns: int) -> tuple[list[float], list[float]]:
    """The widths of columns whose maps are as high as each other, and the heights of their rows.

    Both are shares of the side of a square map.

    >>> _shares([0.5, 1.0], 2)
    ([1.333, 0.667], [0.667])
    """
    wide = [float(np.clip(1.0 / ratio, *WIDTHS)) for ratio in ratios]
    widest = np.array([max(wide[column::columns]) for column in range(columns)])
    widths = widest / widest.mean()
    each = [widths[number % columns] * ratio for number, ratio in enumerate(ratios)]
    heights = [max(each[first : first + columns]) for first in range(0, len(each), columns)]
    return widths.round(3).tolist(), np.round(heights, 3).tolist()


def _draw_map(
    axes: Axes, scene: Scene, colors: dict[str, str], size: tuple[float, float], *, small: bool
) -> None:
    """The landscape, the grey traces below, the best above."""
    draw_landscape(axes, scene)
    first = _first_of(scene)
    for trace in reversed(scene.traces):
        best = trace.label in colors and first[trace.label] is trace
        draw_run(axes, trace, colors.get(trace.label, GREY), (SMALL if small else 1.0) if best else WEAK)
    named = {label: trace for label, trace in first.items() if label in colors}
    if not small:  # on a small map there is no room to say what rings mean
        for label, trace in named.items():
            draw_parted(axes, trace, colors[label])
        name_axes(axes, scene)
    shown = tuple(named.values())
    ends = run_colors(shown, [colors[label] for label in named])
    mark_ends(axes, replace(scene, traces=shown), small=small, colors=ends)
    number_ends(axes, list(first.values()), [colors.get(label) for label in first], size)


def _first_of(scene: Scene) -> dict[str, Trace]:
    """The best trace of each label, the best first."""
    first = {trace.label: trace for trace in reversed(scene.traces)}
    return {trace.label: first[trace.label] for trace in scene.traces}
