"""The loss over the steps, or over what they cost; of networks also the accuracy."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from landscape_lab.drawing.distances import distance_axis, draw_distances
from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.palette import GRID, PATH_COLORS, path_color
from landscape_lab.drawing.rates import lowest_so_far
from landscape_lab.drawing.strokes import (
    LINES,
    Curve,
    add_rate_bar,
    cleaned,
    draw_curve,
    draw_rates,
    names_of_envelopes,
    names_of_rates,
)
from landscape_lab.drawing.style import AXIS, STYLE, apart_on, label_cost
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.titles import write_title
from landscape_lab.drawing.value_axis import ValueAxis, loss_axes
from landscape_lab.errors import tell
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.scene import Scene, Trace

ACCURACY = ValueAxis("accuracy", (-0.02, 1.02))
LONGEST = 36
"""Characters that fit along a panel's height."""
GREY = "0.3"


class Panel(NamedTuple):
    """One of the axes of the figure.

    Args:
        axis: What is drawn, and how.
        draw: Draws a trace in a colour.
    """

    axis: ValueAxis
    draw: Callable[[Axes, Trace, str], None]


def loss_figure(scene: Scene, against: str = "steps") -> Figure:
    """The loss, linear and logarithmic, and where minima are known the distance to the nearest.

    Losses that are not positive are drawn above the lowest one, where the axis is logarithmic. The
    loss that steps of a network see is a thin line; those measured on all data and on the validation
    data are bold, and a panel has the accuracy. Where the learning rate changes, a panel has it.

    Args:
        scene: Whose traces; its losses in the window are not needed.
        against: `steps`, `epochs` of a network, `evaluations` or `seconds`. A line search makes several
            evaluations in a step, which only the last two tell.

    Raises:
        ValueError: A trace does not know this cost.
    """
    panels = _panels(scene, against)
    with rc_context(STYLE):
        rates = names_of_rates(scene.traces)
        size = max(7.0, 5.0 * len(panels)), 4.6 if rates else 4.2
        figure = Figure(figsize=size, layout="constrained")
        for panel, axes in zip(panels, figure.subplots(1, len(panels), squeeze=False)[0], strict=True):
            axes.set_yscale("log" if panel.axis.logarithmic else "linear")  # first: limits depend on it
            for number, trace in enumerate(scene.traces):
                panel.draw(axes, trace, path_color(number))
            axes.set(xlabel=AXIS[against], ylabel=_broken(panel.axis.name), ylim=panel.axis.limits)
            _end_where_seen(axes)
            label_cost(axes.xaxis, whole=against in ("steps", "evaluations"))
            label_logarithm(axes.yaxis)
            if not panel.axis.logarithmic:
                axes.yaxis.set_major_formatter(apart_on(axes.yaxis))  # no power above the axis
            axes.grid(color=GRID, linewidth=0.8)
            axes.set_axisbelow(True)
        add_rate_bar(figure, scene)
        write_row(figure, [*_names(scene), *names_of_envelopes(figure.axes)])
        write_row(figure, rates, size=8.5)
        write_title(figure.axes[0], scene)
    return figure


def _end_where_seen(axes: Axes) -> None:
    """End a panel where the last of its curves leaves it for good, as those that diverge do."""
    low, high = axes.get_ylim()
    ends = []
    for line in axes.lines:
        costs, values = np.asarray(line.get_xydata(), dtype=float).T
        seen = np.flatnonzero((values >= low) & (values <= high))
        ends += [] if len(seen) == 0 else [costs[min(max(seen[-1], 1), len(costs) - 1)]]
    last = max(ends, default=np.inf)
    if last < axes.dataLim.x1:
        axes.set_xlim(right=1.05 * last)


def without_repetition(figures: Sequence[str], scene: Scene, against: str) -> Sequence[str]:
    """The figures without `evaluations`, where it would be the same as `loss`; says so.

    Args:
        figures: Their names.
        scene: What they show.
        against: What `loss` is drawn over.
    """
    over = "steps" if _evaluates_once(scene) else "evaluations"
    if not {"loss", "evaluations"} <= set(figures) or against not in (over, "evaluations"):
        return figures
    tell("evaluations.png is not drawn: it would repeat loss.png.")
    return [name for name in figures if name != "evaluations"]


def _evaluates_once(scene: Scene) -> bool:
    """Whether each step was one evaluation."""
    return all(np.array_equal(trace.steps, trace.evaluations) for trace in scene.traces)


def _broken(name: str) -> str:
    """The name of an axis in two lines where it is longer than the axis."""
    return name if len(name) <= LONGEST or "\n" in name else name.replace(", ", ",\n", 1)


def _panels(scene: Scene, against: str) -> list[Panel]:
    """What is drawn of a scene, from left to right."""
    panels = [
        Panel(axis, partial(_draw_losses, against=against, axis=axis))
        for axis in loss_axes(scene.traces, scene.lowest)
    ]
    if len(scene.minima):
        axis = distance_axis(scene)
        panels.append(Panel(axis, partial(draw_distances, against=against, minima=scene.minima, axis=axis)))
    if any("measured_accuracy" in trace.measured for trace in scene.traces):
        panels.append(Panel(ACCURACY, partial(_draw_accuracy, against=against, axis=ACCURACY)))
    if any(np.ptp(rates) > 0 for trace in scene.traces if len(rates := _known(trace.lr))):
        axis = _rate_axis(scene)
        panels.append(Panel(axis, partial(_draw_rate, against=against)))
    return panels


def _rate_axis(scene: Scene) -> ValueAxis:
    """From zero."""
    highest = max(float(_known(trace.lr).max(initial=0.0)) for trace in scene.traces)
    return ValueAxis("learning rate", (0.0, 1.05 * highest or 1.0))


def _known(rates: np.ndarray) -> np.ndarray:
    """Those learning rates that there are."""
    return rates[np.isfinite(rates)]


def _names(scene: Scene) -> list[Line2D]:
    """The labels of several traces; which line is of which data, where there are several."""
    several, (first, *_) = len(scene.traces) > 1, scene.traces
    lines = [
        Line2D([], [], color=path_color(number), label=trace.label, linewidth=1.4)
        for number, trace in enumerate(scene.traces if several else ())
    ]
    if "measured_losses" in first.measured and first.rates is None:
        there = (first.losses.shape[1] == 1, True, "validation_losses" in first.measured)
        names = [name for name, shown in zip(LINES, there, strict=True) if shown]
        color = GREY if several else PATH_COLORS[0]
        lines += [Line2D([], [], color=color, label=name, **LINES[name]) for name in names]
    return lines + _names_of_best(scene.traces)


def _names_of_best(traces: tuple[Trace, ...]) -> list[Line2D]:
    """What the dots of single members are."""
    marked = [trace for trace in traces if _has_best(trace)]
    if not marked:
        return []
    step, lowest = marked[0].best
    name = "lowest loss" if len(traces) > 1 else f"lowest loss {lowest:.4g}, in step {step:,}"
    color = GREY if len(traces) > 1 else PATH_COLORS[0]
    return [Line2D([], [], color=color, marker="o", markersize=4, linestyle="none", label=name)]


def _has_best(trace: Trace) -> bool:
    """Whether a dot shows where the loss was lowest: of a single member whose steps see all of the loss."""
    alone = trace.losses.shape[1] == 1 and "measured_losses" not in trace.measured
    return alone and bool(np.isfinite(trace.best[1]))


def _draw_losses(axes: Axes, trace: Trace, color: str, *, against: str, axis: ValueAxis) -> None:
    """The losses of a trace: those of all data stand before those that steps saw."""
    seen = Curve(trace.cost(against, trace.steps), trace.losses)
    measured = _measured(trace, "measured_losses", against)
    if trace.rates is not None:
        costs, values = seen if measured is None else measured
        draw_rates(axes, trace, Curve(costs, lowest_so_far(values)), axis)
    elif measured is None:
        draw_curve(axes, seen, color, axis)
        _mark_best(axes, trace, color, against, axis)
    else:
        if seen.values.shape[1] == 1:
            draw_curve(axes, seen, color, axis, "seen by steps")
        draw_curve(axes, measured, color, axis, "all data")
        _draw_held_out(axes, trace, "validation_losses", color, against, axis)


def _draw_accuracy(axes: Axes, trace: Trace, color: str, *, against: str, axis: ValueAxis) -> None:
    """The accuracy on all data and on those held out."""
    measured = _measured(trace, "measured_accuracy", against)
    if measured is None:
        return
    if trace.rates is not None:
        draw_rates(axes, trace, measured, axis)
    else:
        draw_curve(axes, measured, color, axis, "all data")
        _draw_held_out(axes, trace, "validation_accuracy", color, against, axis)


def _draw_held_out(axes: Axes, trace: Trace, name: str, color: str, against: str, axis: ValueAxis) -> None:
    """What was measured on the validation data, if there are any: the median of many members."""
    if (held_out := _measured(trace, name, against)) is not None:
        curve = cleaned(held_out, axis)
        middle = typical(curve.values)[:, None]
        draw_curve(axes, Curve(curve.costs, middle), color, axis, "validation")


def _draw_rate(axes: Axes, trace: Trace, color: str, *, against: str) -> None:
    """The learning rate of each step."""
    there = np.isfinite(trace.lr)
    axes.plot(trace.cost(against, trace.steps)[there], trace.lr[there], color=color, linewidth=1.2)


def _measured(trace: Trace, name: str, against: str) -> Curve | None:
    """A measured quantity, or `None` where there is none."""
    if name not in trace.measured:
        return None
    return Curve(trace.cost(against, trace.measured["measured_steps"]), trace.measured[name])


def _mark_best(axes: Axes, trace: Trace, color: str, against: str, axis: ValueAxis) -> None:
    """A dot at the lowest loss of a single member."""
    step, lowest = trace.best
    at = axis.shown(np.array([lowest]))
    if _has_best(trace) and np.isfinite(at).all():
        axes.plot(trace.cost(against, np.array([step])), at, "o", color=color, markersize=4)
