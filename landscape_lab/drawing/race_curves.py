"""The curves of a race: what is ranked, over what it cost, and the final values as dots that are told."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from landscape_lab.drawing.oscillation import calmed
from landscape_lab.drawing.rates import lowest_so_far
from landscape_lab.drawing.strokes import ENVELOPE, Curve, cleaned
from landscape_lab.drawing.style import AXIS, GREY, GRID, label_cost
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.titles import DIVERGED, end_of
from landscape_lab.drawing.titles import GREY as PALE_INK
from landscape_lab.drawing.value_axis import SO_FAR, ValueAxis, linear_axis, logarithmic_axis
from landscape_lab.measured import RESULTS
from landscape_lab.scene import Trace

CURVE_POINTS = 500
"""The most points of a curve of several members or seeds."""
LINE = 1.35
"""The least distance of two numbers, in sizes of their characters."""
BESIDE = 1.03
"""Where numbers begin, in widths of the axes."""


class Entry(NamedTuple):
    """One configuration in a race.

    Args:
        curves: Of each of its traces.
        end: What it is ranked by; not finite where it diverged.
        color: `None` where it is one of many that are grey.
    """

    curves: list[Curve]
    end: float
    color: str | None


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
    labels = list(dict.fromkeys(trace.label for trace in traces))
    own = {label: [trace for trace in traces if trace.label == label] for label in labels}
    entries = [_entry(own[label], colors.get(label), against, ranked) for label in labels]
    axis = _axis(entries, ranked)
    axes.set(yscale="log" if axis.logarithmic else "linear", ylim=axis.limits)
    drawn = {_draw_entry(axes, entry, axis) for entry in reversed(entries)}
    axes.set(xlabel=AXIS[against], ylabel=axis.name)
    label_cost(axes.xaxis, whole=against != "seconds")
    if axis.logarithmic:
        label_logarithm(axes.yaxis)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    _tell_ends(axes, entries, axis, size)
    axes.set_title("; ".join(sorted(drawn - {""})), loc="right", fontsize=size - 1, color=PALE_INK)


def _entry(traces: Sequence[Trace], color: str | None, against: str, ranked: str) -> Entry:
    """What is drawn of the traces of one label."""
    curves = [_curve(trace, against, ranked) for trace in traces]
    if ranked == "best_loss" or any(RESULTS.get(ranked, "") in trace.measured for trace in traces):
        ends = np.concatenate([_last(curve.values) for curve in curves])
        end = float(np.quantile(np.nan_to_num(ends, nan=np.inf), 0.5, method="lower"))
    else:
        end = end_of(traces).loss
    return Entry(curves, end, color)


def _curve(trace: Trace, against: str, ranked: str) -> Curve:
    """What is ranked, at all records; of a network on all data: a lucky minibatch wins no race."""
    name = RESULTS.get(ranked, "measured_losses")
    name = name if name in trace.measured else "measured_losses"
    values, steps = trace.measured.get(name, trace.losses), trace.steps
    if name in trace.measured:
        steps = trace.measured["measured_steps"]
    values = np.where(np.isfinite(values), values, np.nan)
    return Curve(trace.cost(against, steps), lowest_so_far(values) if ranked == "best_loss" else values)


def _last(values: Float[np.ndarray, "records members"]) -> Float[np.ndarray, " members"]:
    """The last value of each member that there is."""
    there = np.isfinite(values)
    last = len(values) - 1 - there[::-1].argmax(axis=0)
    return np.where(there.any(axis=0), values[last, np.arange(values.shape[1])], np.nan)


def _axis(entries: Sequence[Entry], ranked: str) -> ValueAxis:
    """Logarithmic where no value is negative and they span a decade."""
    name = SO_FAR if ranked == "best_loss" else ranked.replace("_", " ") if ranked in RESULTS else "loss"
    curves = [_middle(curve.values) for entry in entries for curve in entry.curves]
    lowest = min((float(curve[np.isfinite(curve)].min(initial=np.inf)) for curve in curves), default=0.0)
    logarithmic = logarithmic_axis(f"{name}, logarithmic", curves) if lowest >= 0 else None
    return logarithmic or linear_axis(name, curves)


def _middle(values: Float[np.ndarray, "records members"]) -> Float[np.ndarray, "records 1"]:
    """The median over members, as far as there are any."""
    if values.shape[1] == 1:
        return values
    there = ~np.isnan(values).all(axis=1)
    return np.nanmedian(values[there], axis=1, keepdims=True)


def _draw_entry(axes: Axes, entry: Entry, axis: ValueAxis) -> str:
    """One curve, or the median and the quartiles of several; says what is bold, where it is not the loss."""
    bold, (width, opacity) = "", (0.7, 0.5) if entry.color is None else (1.8, 1.0)
    color = entry.color or GREY
    if len(entry.curves) > 1 or entry.curves[0].values.shape[1] > 1:
        bold = "bold: median of seeds and members"
        costs, values = _on_floor(_together(entry.curves), axis)
        low, middle, high = axis.shown(np.nanquantile(values, [0.25, 0.5, 0.75], axis=1))
        if entry.color is not None:
            axes.fill_between(costs, low, high, color=color, alpha=ENVELOPE, linewidth=0)
    else:
        costs, values = cleaned(_on_floor(entry.curves[0], axis), axis)
        middle = values[:, 0]
        if (calm := calmed(costs, middle, axis)) is not None:
            if entry.color is not None:
                axes.plot(costs, middle, color=color, linewidth=0.5, alpha=0.3)
            costs, middle, bold = calm.costs, calm.middle, "thin: the loss, bold: its running median"
    axes.plot(costs, middle, color=color, linewidth=width, alpha=opacity)
    return bold if entry.color is not None else ""


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
    """A dot at the end of each curve in a colour, a cross where it diverged, and beside it rank and value."""
    named = [(rank, entry) for rank, entry in enumerate(entries, start=1) if entry.color is not None]
    ends = [_end_on(axis, entry) for _, entry in named]
    height = axes.get_position().height * axes.figure.bbox.height / axes.figure.dpi
    places = spread([axis.heights(np.array(y)).item() for _, y in ends], LINE * size / 72 / height)
    for (rank, entry), (x, y), place in zip(named, ends, places, strict=True):
        there = bool(np.isfinite(entry.end))
        mark = {"marker": "o", "markersize": 6, "markeredgecolor": "white"} if there else {"marker": "x"}
        axes.plot(x, y, color=entry.color, linestyle="none", clip_on=False, zorder=6 + 1 / rank, **mark)
        words = f"{rank}  {f'{entry.end:.4g}' if there else DIVERGED}"
        axes.text(BESIDE + 0.01, place, words, fontsize=size, va="center", transform=axes.transAxes)
        far = "-" if there else ":"  # what diverged did so long before
        line = {"arrowstyle": "-", "color": entry.color, "lw": 0.7, "ls": far, "shrinkA": 0, "shrinkB": 3}
        axes.annotate("", (x, y), (BESIDE, place), textcoords="axes fraction", arrowprops=line)


def _end_on(axis: ValueAxis, entry: Entry) -> tuple[float, float]:
    """The cost and the value of an end, in the window; of what diverged those of the last that was finite."""
    costs, values = max(entry.curves, key=lambda curve: curve.costs[-1])
    value = entry.end
    if not np.isfinite(value):
        there = np.flatnonzero(np.isfinite(values).any(axis=1))
        costs, value = costs[: there[-1] + 1], float(np.nanmedian(values[there[-1]]))
    return float(costs[-1]), float(np.clip(value, *axis.limits))


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
