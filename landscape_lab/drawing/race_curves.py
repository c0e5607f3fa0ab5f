"""The curves of a race: what is ranked, over what it cost, and the final values as dots that are told."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from landscape_lab.drawing.entries import Entry, axis_of, end_on, entries_of
from landscape_lab.drawing.narrow import PANEL, TYPE, asked_width
from landscape_lab.drawing.oscillation import calmed
from landscape_lab.drawing.palette import GREY, GRID
from landscape_lab.drawing.strokes import ENVELOPE, Curve, cleaned
from landscape_lab.drawing.style import AXIS, label_cost
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.titles import GREY as PALE_INK
from landscape_lab.drawing.value_axis import ValueAxis
from landscape_lab.outcomes.quantiles import QUARTILES, quantiles
from landscape_lab.scene import Trace

CURVE_POINTS = 500
"""The most points of a curve of several members or seeds."""
LINE = 1.35
"""The least distance of two numbers, in sizes of their characters."""
LABELS = 1.2
"""Inches that numbers take beside a panel in a column of a paper."""
BESIDE = 1.03
"""Where numbers begin, in widths of the axes."""


class End(NamedTuple):
    """How an end is marked and told.

    Args:
        mark: Of the end itself.
        edge: The colour around it; `None`: its own.
        line: To what stands beside it; what was lost ended long before.
    """

    mark: str
    edge: str | None
    line: str


ARRIVED, LOST = End("o", "white", "-"), End("x", None, ":")


def draw_race(
    axes: Axes,
    traces: Sequence[Trace],
    colors: Mapping[str, str],
    against: str,
    ranked: str = "final_loss",
    *,
    size: float = 9.0,
) -> None:
    """What is ranked, over what it cost.

    A curve of one member is thin, and its running median bold. Of several members and seeds the median
    is bold, between the quartiles. A dot at the end is what is ranked; its rank and value stand beside it.

    Args:
        axes: Where.
        traces: In the order of their rank; those of the same label are one configuration.
        colors: Of the labels that have one.
        against: `steps`, `evaluations` or `seconds`.
        ranked: The result that decides the order.
        size: Of numbers, points.
    """
    entries = entries_of(traces, colors, against, ranked)
    axis = axis_of(entries, ranked)
    axes.set(yscale="log" if axis.logarithmic else "linear", ylim=axis.limits)
    drawn = {_draw_entry(axes, entry, axis) for entry in reversed(entries)}
    axes.set(xlabel=AXIS[against], ylabel=axis.name)
    label_cost(axes.xaxis, whole=against != "seconds")
    label_logarithm(axes.yaxis)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    _tell_ends(axes, entries, axis, size)
    axes.set_title("; ".join(sorted(drawn - {""})), loc="right", fontsize=size - 1, color=PALE_INK)


def _draw_entry(axes: Axes, entry: Entry, axis: ValueAxis) -> str:
    """One curve, or the median and the quartiles of several; says what is bold, where it is not the loss."""
    color = entry.color or GREY
    draw = _draw_band if entry.several else _draw_single
    (costs, middle), bold = draw(axes, entry, axis, color)
    width, opacity = (0.7, 0.5) if entry.color is None else (1.8, 1.0)
    axes.plot(costs, middle, color=color, linewidth=width, alpha=opacity)
    return bold if entry.color is not None else ""


def _draw_band(
    axes: Axes, entry: Entry, axis: ValueAxis, color: str
) -> tuple[tuple[np.ndarray, np.ndarray], str]:
    """The quartiles of several seeds or members; returns their median, and what it is."""
    costs, values = _on_floor(_together(entry.curves), axis)
    low, middle, high = axis.shown(quantiles(values, QUARTILES))
    if entry.color is not None:
        axes.fill_between(costs, low, high, color=color, alpha=ENVELOPE, linewidth=0)
    return (costs, middle), "bold: median of seeds and members"


def _draw_single(
    axes: Axes, entry: Entry, axis: ValueAxis, color: str
) -> tuple[tuple[np.ndarray, np.ndarray], str]:
    """Swings that hide each other, thinly; returns what is bold, and what it is."""
    costs, values = cleaned(_on_floor(entry.curves[0], axis), axis)
    calm = calmed(costs, values[:, 0], axis)
    if calm is None:
        return (costs, values[:, 0]), ""
    if entry.color is not None:
        axes.plot(costs, values[:, 0], color=color, linewidth=0.5, alpha=0.3)
    return (calm.costs, calm.middle), "thin: the loss, bold: its running median"


def _on_floor(curve: Curve, axis: ValueAxis) -> Curve:
    """A curve that stays at the bottom of a logarithmic axis where it has reached zero."""
    zero = axis.logarithmic & (curve.values <= 0)
    return Curve(curve.costs, np.where(zero, axis.limits[0], curve.values))


def _together(curves: Sequence[Curve]) -> Curve:
    """Several curves at the same costs, as far as any of them goes; NaN where one has ended."""
    costs = np.linspace(0, max(curve.costs[-1] for curve in curves), CURVE_POINTS)
    values = np.concatenate([_at(curve, costs) for curve in curves], axis=1)
    known = ~np.isnan(values).all(axis=1)
    return Curve(costs[known], values[known])


def _at(curve: Curve, costs: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n members"]:
    """What was known at some costs."""
    values = curve.values[(curve.costs.searchsorted(costs, side="right") - 1).clip(min=0)]
    return np.where((costs <= curve.costs[-1])[:, None], values, np.nan)


def _tell_ends(axes: Axes, entries: Sequence[Entry], axis: ValueAxis, size: float) -> None:
    """A dot at the end of each curve in a colour, a cross where it was lost, and beside it rank and value."""
    named = [(rank, entry) for rank, entry in enumerate(entries, start=1) if entry.color is not None]
    ends = np.array([end_on(axis, entry) for _, entry in named]).reshape(-1, 2)
    places = spread(axis.heights(ends[:, 1]).tolist(), LINE * size / 72 / _height_for_words(axes))
    for (rank, entry), end, place in zip(named, ends.tolist(), places, strict=True):
        how, words = (ARRIVED, f"{entry.end:.4g}") if entry.arrived else (LOST, entry.lost)
        axes.text(
            BESIDE + 0.01, place, f"{rank}  {words}", fontsize=size, va="center", transform=axes.transAxes
        )
        axes.plot(*end, how.mark, color=entry.color, mec=how.edge, ms=6, clip_on=False, zorder=6 + 1 / rank)
        line = {
            "arrowstyle": "-",
            "color": entry.color,
            "lw": 0.7,
            "ls": how.line,
            "shrinkA": 0,
            "shrinkB": 3,
        }
        axes.annotate("", tuple(end), (BESIDE, place), textcoords="axes fraction", arrowprops=line)


def _height_for_words(axes: Axes) -> float:
    """The height of a panel in inches, as if letters had their usual size."""
    if (asked := asked_width()) is not None:
        return PANEL * (asked - LABELS) / TYPE
    return axes.get_position().height * axes.figure.bbox.height / axes.figure.dpi


def spread(heights: Sequence[float], least: float) -> list[float]:
    """Heights from 0 to 1, moved so far that none is nearer than `least` to the next.

    >>> spread([0.5, 0.5, 0.9], 0.1)
    [0.5, 0.6, 0.9]
    """
    order = np.argsort(heights, kind="stable")
    places = np.array(heights, dtype=float)[order]
    for lower in range(len(places) - 1):
        places[lower + 1] = max(places[lower + 1], places[lower] + least)
    ceiling = 1.0
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], ceiling)
        ceiling = places[number] - least
    moved = np.empty(len(places))
    moved[order] = places
    return moved.round(6).tolist()
