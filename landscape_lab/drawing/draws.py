"""A figure of the draws: the landscape as an optimizer sees it, and its gradients beside it."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from textwrap import fill

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from landscape_lab.drawing.color_scale import ColorScale
from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import finish_map
from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import INK, SLOPE_COLORS
from landscape_lab.drawing.proportions import map_ratio
from landscape_lab.drawing.signed_scale import signed_scale
from landscape_lab.drawing.slopes import HEAD, STEP
from landscape_lab.drawing.style import CHARACTER, STYLE, WIDTH, distinct, in_full, slope_unit
from landscape_lab.drawing.titles import BETWEEN, explain
from landscape_lab.records.known import evenly
from landscape_lab.scene import Draws

AREA = 7.0
"""Of each map, square inches, where they do not get too many or too wide."""
WIDEST, LEAST = 4.5, 0.5
"""Inches across a map, at most and at least."""
HIGHEST = 8.5
"""Inches that all maps of a column take, unless they get too small."""
NUMBER, BAR = 0.55, 1.2
"""Inches that a number of a scale takes, and a scale at least."""
STARTS = 20
"""The most members whose start is marked."""


def augmentations_figure(draws: Draws) -> Figure:
    """A row for the clean landscape and for each draw.

    Its columns are the loss, what it differs by from the clean one, and the gradient along x and along y.
    They stay beside each other in a figure for a column of a paper, too.
    """
    number, ratio, asked = len(draws.losses), map_ratio(draws.scene), asked_width()
    width = max(LEAST, min((AREA / ratio) ** 0.5, WIDEST, HIGHEST / number / ratio))
    width, least = (width, BAR) if asked is None else (max(LEAST, (asked - 1.0) / 4.0), LEAST)
    with rc_context(STYLE):
        figure = Figure(figsize=(4 * width + 1.0, 1.0))
        maps = figure.subplots(number, 4, squeeze=False, sharex=True, sharey=True)
        head, *bars = (figure.add_subplot(label=f"part {part}") for part in range(4))
        _draw_columns(maps, draws, bars, width, max(width, least))
        for axes in maps.flat:
            _finish(axes, draws)
        for axis, inches in ((maps[0, 0].xaxis, width), (maps[0, 0].yaxis, width * ratio)):  # of all maps
            axis.set_major_locator(MaxNLocator(min(4, ceil(2 * inches)), steps=(1, 2, 5, 10)))
        head.set_axis_off()
        about = BETWEEN.join(filter(None, (draws.scene.about, "cross: the start")))
        explain(head, replace(draws.scene, about=about), f"the landscape in {number - 1} draws")
        grid = [[head] * 4, *maps.tolist(), [*bars, bars[-1]]]
        heights = [HEAD, *[width * ratio] * number, WIDTH]
        fit(figure, grid, [max(width, least)] * 4, heights, stack=False)
    return figure


def _draw_columns(maps: np.ndarray, draws: Draws, bars: Sequence[Axes], width: float, long: float) -> None:
    """What is in the maps, and the scales of the losses, of the differences and of the gradients.

    A map is `width` inches wide, the scale of one column `long`.
    """
    scene, heights = draws.scene, Heights(draws.scene)
    picture, (x, y) = scene.plane.axes.picture, scene.plane.axes.labels
    apart = draws.losses - draws.losses[:1]
    shades = ColorScale(Normalize(*heights.span))
    noise = float(np.nanmedian(np.abs(draws.gradients[1:] - draws.gradients[0])))
    differences, slopes = signed_scale(apart), signed_scale(draws.gradients, max(noise, STEP * picture))
    columns = (
        ("loss", heights(draws.losses), shades, heights.colors),
        ("draw − clean", apart, differences, SLOPE_COLORS),
        (f"gradient along {x}", draws.gradients[:, 0], slopes, SLOPE_COLORS),
        (f"gradient along {y}", draws.gradients[:, 1], slopes, SLOPE_COLORS),
    )
    for column, (name, values, scale, colors) in zip(maps.T, columns, strict=True):
        column[0].set_title(
            fill(name, max(12 if asked_width() is None else 8, int(width / CHARACTER))),
            loc="left",
            fontsize=10,
        )
        for axes, one in zip(column, values, strict=True):
            axes.imshow(one, cmap=colors, norm=scale.norm, extent=scene.window.image_extent)
    if scene.shading.levels is not None:
        for axes, losses in zip(maps[:, 0], draws.losses, strict=True):
            draw_contours(axes, scene, heights(losses), width=0.5, alpha=0.45)
    for row, axes in enumerate(maps[:, 0]):
        axes.set_ylabel("clean" if row == 0 else f"draw {row}")
    _add_scale(bars[0], shades, heights.colors, heights.label, long)
    heights.write_losses(bars[0].xaxis)
    _add_scale(bars[1], differences, SLOPE_COLORS, "loss", long)
    _add_scale(bars[2], slopes, SLOPE_COLORS, slope_unit(picture), 2 * long)


def _add_scale(axes: Axes, scale: ColorScale, colors: str, label: str, width: float) -> None:
    """A scale of colours that lies below maps, so many inches long."""
    bar = axes.figure.colorbar(
        ScalarMappable(scale.norm, colors), cax=axes, orientation="horizontal", extend=scale.extend
    )
    bar.locator = MaxNLocator(max(2, min(4, int(width / NUMBER))))
    if scale.ticks is not None:
        ticks = scale.ticks
        if width * np.diff(np.asarray(scale.norm(ticks))).min(initial=1.0) < NUMBER:
            ticks = ticks[[0, len(ticks) // 2, -1]]
        bar.set_ticks(ticks.tolist(), labels=distinct(ticks))
        bar.ax.minorticks_off()
    if width < 2 * NUMBER:
        shown = [tick for tick in bar.get_ticks() if 0.0 <= scale.norm(tick) <= 1.0]
        bar.set_ticks(shown[:: max(1, len(shown) - 1)])
        bar.formatter = FuncFormatter(lambda value, _: in_full(value))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8)
    bar.ax.set_xlabel(label, fontsize=9)


def _finish(axes: Axes, draws: Draws) -> None:
    """The window, its frame, and where members begin."""
    finish_map(axes, draws.scene)
    for trace in draws.scene.traces:
        starts = trace.places[0][evenly(trace.places.shape[1], STARTS)]
        edge = withStroke(linewidth=3.2, foreground=INK)
        axes.plot(*starts.T, "+", color="white", markersize=9, markeredgewidth=1.4, path_effects=[edge])
    axes.tick_params(labelsize=8)
