"""The gradient of a landscape as maps."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from landscape_lab.drawing.color_scale import ColorScale
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.growing import fade
from landscape_lab.drawing.maps import DRAWN_POINTS, finish_map
from landscape_lab.drawing.marks import above_rings, mark_ends
from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import INK, SLOPE_COLORS, path_color
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.signed_scale import signed_scale, size_scale
from landscape_lab.drawing.style import STYLE, WIDTH, add_scale_below, fill_scale, slope_unit
from landscape_lab.drawing.titles import BETWEEN, write_title
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene

AREA = 16.0
"""Of each map, square inches."""
SIZE_COLORS = "magma"
LINE, CASING = 1.0, 2.4
"""Points: of a path and of the dark line below it."""
STEP = 1 / 255 / 10
"""Slopes of a picture up to it, in loss per pixel, may come from its 256 shades."""
BESIDE = 2.0
"""Inches that bars and numbers take beside maps, at least."""
HEAD = 0.01
"""Inches that an axes takes which has nothing but a title."""
CLOSER = "only around the path: elsewhere the landscape is finer than the cells of its map"


def gradient_figure(scene: Scene) -> Figure:
    """The gradient along each axis of the plane, both in the same colours, and its size, with the traces.

    It is taken from differences of neighbouring cells. Wide maps lie below each other; in a column of a paper
    the size of others lies below both components.
    """
    shown = scene.cropped or scene
    along, least = slopes(shown), STEP if shown.plane.axes.picture else 0.0
    size, labels = np.hypot(*along), shown.plane.axes.labels
    components, sizes = signed_scale(along, least), size_scale(size, least)
    with rc_context(STYLE):
        width, height = map_size(shown, AREA)
        stacked = width > 2 * height
        paired = asked_width() is not None and not stacked and len(shown.plane.origin) == 2
        figure = Figure(figsize=((width if stacked else 3 * width) + BESIDE, height + 2.0))
        head, *maps = figure.subplots(1, 4)
        _draw_slope(maps[0], shown, along[0], f"along {labels[0]}", components)
        _draw_slope(maps[1], shown, along[1], f"along {labels[1]}", components)
        _draw_slope(maps[2], shown, size, "its size", sizes)
        if paired:
            _name_once(shown, maps[2:], maps[2:])  # long names would leave the small maps no room
            for axes in maps[:2]:
                axes.locator_params(nbins=3)
        else:
            _name_once(shown, *((maps[2:], maps) if stacked else (maps, maps[:1])))
        head.set_axis_off()
        about = (shown.about, CLOSER if scene.cropped else "")
        write_title(head, replace(shown, about=BETWEEN.join(filter(None, about))), "gradient of the loss")
        bars = _add_bars(
            maps,
            (components, sizes),
            slope_unit(shown.plane.axes.picture),
            (2 * height if stacked else height, height),
        )
        beside = [*maps[:2], *bars[:1], maps[2], *bars[1:]]
        grid, heights = [[head] * len(beside), beside], [HEAD, *[height] * 3]
        if paired:
            grid, heights[2] = [[head] * 2, maps[:2], maps[2:] * 2], 2 * height
        elif stacked and bars:
            grid = [[head, head], *map(list, zip(maps, (bars[0], *bars), strict=True))]
        fit(figure, grid, [WIDTH if axes in bars else width for axes in grid[1]], heights, stack=not paired)
    return figure


def slopes(scene: Scene) -> Float[np.ndarray, "2 rows columns"]:
    """The differences of neighbouring cells by the lengths of the axes: along u, and along v."""
    rows, columns = scene.losses.shape
    width, height = scene.window.size
    with np.errstate(invalid="ignore", over="ignore"):
        down, across = np.gradient(scene.losses, height / rows, width / columns)
    return np.stack([across, down])


def _draw_slope(axes: Axes, scene: Scene, values: np.ndarray, name: str, scale: ColorScale) -> None:
    """One part of the gradient, with the traces on it in white or their colours, on a dark line."""
    colors = SLOPE_COLORS if (scale.norm.vmin or 0.0) < 0 else SIZE_COLORS
    axes.imshow(values, cmap=colors, norm=scale.norm, extent=scene.window.image_extent)
    finish_map(axes, scene)
    for number, trace in enumerate(scene.traces):
        shown = evenly(len(trace.places), DRAWN_POINTS)
        lines = trace.places[shown].reshape(len(shown), -1, 2).transpose(2, 0, 1)
        axes.plot(
            *lines,
            color="white" if len(scene.traces) == 1 else path_color(number),
            linewidth=LINE,
            alpha=fade(trace.total),
            path_effects=[withStroke(linewidth=CASING, foreground=INK)],
        )
    mark_ends(axes, scene)
    axes.set_title(name, loc="left", fontsize=10, pad=above_rings(scene))


def _name_once(scene: Scene, lowest: Sequence[Axes], leftmost: Sequence[Axes]) -> None:
    """Names of the axes on the outer maps, and what the marks mean below the first of the lowest."""
    legends = [axes.get_legend() for axes in lowest[0].figure.axes if axes is not lowest[0]]
    for legend in filter(None, legends):
        legend.remove()
    for axes in lowest:
        axes.set_xlabel(scene.plane.axes.labels[0])
    for axes in leftmost:
        axes.set_ylabel(scene.plane.axes.labels[1])


def _add_bars(
    maps: Sequence[Axes], scales: Sequence[ColorScale], unit: str, room: tuple[float, float]
) -> list[Axes]:
    """The axes of one bar for both components and of one for the size.

    Args:
        maps: Those of the components and of the size.
        scales: Of the components and of the size.
        unit: Of all.
        room: Inches along each bar.

    Returns:
        None in a narrow figure, which has its bars below its maps.
    """
    bars = []
    for axes, scale, what, length in zip(maps[1:], scales, ("components", "size"), room, strict=True):
        words = f"{what}, {unit}"
        if asked_width() is not None:
            alone = axes.get_legend() is None
            add_scale_below(axes, axes.images[0], words, scale.extend, scale.ticks, alone=alone)
            continue
        bars.append(axes.figure.add_subplot(label=words))
        fill_scale(bars[-1], axes.images[0], words, length, scale.extend, scale.ticks)
    return bars
