"""How one curve is drawn: of one member, of many, or of each learning rate."""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from landscape_lab.drawing.maps import DRAWN_POINTS
from landscape_lab.drawing.oscillation import calmed
from landscape_lab.drawing.palette import DASHES, RATE_COLORS
from landscape_lab.drawing.rates import best_of, chosen, medians
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.value_axis import ValueAxis
from landscape_lab.outcomes.quantiles import QUARTILES, quantiles
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace


class Stroke(TypedDict, total=False):
    """How a line looks, in matplotlib's words."""

    linewidth: float
    alpha: float
    linestyle: str


LINES: dict[str, Stroke] = {
    "seen by steps": {"linewidth": 0.7, "alpha": 0.4},
    "all data": {"linewidth": 2.0},
    "validation": {"linewidth": 1.6, "linestyle": "--"},
}
"""How the curves of a network are told apart: of the samples of a step, of all data, of those held out."""
USUAL: Stroke = {"linewidth": 1.4}
"""How all other curves look."""
BEST = 2.6
"""How broad that of the best learning rate is."""
SWINGS = "range of its swings, and their running median"
HALF, MOST = "half of the members, and their median", "eight tenths of them"
"""What envelopes are called."""
ENVELOPE = 0.25
"""The opacity of what lies behind a median."""


class Curve(NamedTuple):
    """A quantity over what it cost.

    Args:
        costs: When.
        values: It is NaN in a gap.
    """

    costs: Float[np.ndarray, " records"]
    values: Float[np.ndarray, "records members"]


def cleaned(curve: Curve, axis: ValueAxis) -> Curve:
    """A curve as it stands on an axis, without records of which nothing can be drawn."""
    values = axis.shown(curve.values)
    shown = ~np.isnan(values).all(axis=1)
    return Curve(curve.costs[shown], values[shown])


def draw_curve(axes: Axes, curve: Curve, color: str, axis: ValueAxis, line: str | None = None) -> None:
    """One curve.

    Many members are drawn as their median, their quartiles and their outer deciles; swings of one that
    would hide each other as a running median in a light envelope.

    Args:
        axes: Where.
        curve: What.
        color: Of all of it.
        axis: On which its values stand.
        line: What it is, one of `LINES`.
    """
    curve = cleaned(curve, axis)
    costs, heights = curve.costs, curve.values[:, 0]
    if curve.values.shape[1] > 1:
        lowest, low, heights, high, highest = quantiles(curve.values, (0.1, *QUARTILES, 0.9))
        axes.fill_between(costs, low, high, color=color, alpha=ENVELOPE, linewidth=0, gid=HALF)
        axes.fill_between(costs, lowest, highest, color=color, alpha=ENVELOPE / 2, linewidth=0, gid=MOST)
    elif line != "seen by steps" and (calm := calmed(costs, heights, axis)) is not None:
        costs, heights = calm.costs, calm.middle
        axes.fill_between(costs, calm.low, calm.high, color=color, alpha=ENVELOPE, linewidth=0, gid=SWINGS)
    axes.plot(costs, heights, color=color, **(USUAL if line is None else LINES[line]))


def draw_rates(axes: Axes, trace: Trace, curve: Curve, axis: ValueAxis) -> None:
    """A curve for each of some learning rates: the median of its members, while at least half are finite.

    Neighbours differ in their dashes, too; the best one is bold and lies on top.
    """
    shown = evenly(len(curve.costs), DRAWN_POINTS)
    heights = axis.shown(medians(trace, curve.values[shown])).T
    lines = [np.column_stack([curve.costs[shown], each]) for each in heights]
    strokes = _rate_lines(trace)
    for line, stroke in sorted(zip(lines, strokes, strict=True), key=lambda pair: pair[1].get_linewidth()):
        stroke.set_data(*line.T)
        stroke.set_label("")
        axes.add_line(stroke)
    axes.autoscale_view()


def names_of_rates(traces: Sequence[Trace]) -> list[Line2D]:
    """What the curves of one trace's learning rates are; of several the bar of colours tells enough."""
    return _rate_lines(traces[0]) if len(traces) == 1 else []


def _rate_lines(trace: Trace) -> list[Line2D]:
    """How the curve of each rate that is drawn looks, with its name."""
    if trace.rates is None:
        return []
    norm, best = LogNorm(trace.rates.min(), trace.rates.max()), best_of(trace)
    lines = []
    for number, rate in enumerate(chosen(trace)):
        width, name = (BEST, "best lr") if rate == best else (USUAL["linewidth"], "lr")
        line = Line2D([], [], color=RATE_COLORS(norm(rate)), linewidth=width, label=f"{name} {rate:.4g}")
        line.set_linestyle("solid" if rate == best else DASHES[number % len(DASHES)])
        lines.append(line)
    return lines


def names_of_envelopes(every: Sequence[Axes]) -> list[Line2D]:
    """What the envelopes on some axes are, one of each kind."""
    colors = {
        str(band.get_gid()): band.get_facecolor()[0]
        for axes in every
        for band in axes.collections
        if band.get_gid() in (SWINGS, HALF, MOST)
    }
    return [Line2D([], [], color=color, linewidth=7, label=words) for words, color in colors.items()]


def add_rate_bar(figure: Figure, scene: Scene) -> None:
    """The colours of learning rates, at the right of all panels."""
    rates = [trace.rates for trace in scene.traces if trace.rates is not None]
    if not rates:
        return
    norm = LogNorm(min(each.min() for each in rates), max(each.max() for each in rates))
    bar = figure.colorbar(ScalarMappable(norm, RATE_COLORS), ax=figure.axes, label="learning rate", pad=0.01)
    bar.outline.set_visible(False)
    label_logarithm(bar.ax.yaxis)
