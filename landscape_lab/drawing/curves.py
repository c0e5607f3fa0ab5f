"""The loss over the steps, or over what they cost; of networks also the accuracy."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.maps import DRAWN_POINTS, evenly
from landscape_lab.drawing.palette import GRID, PATH_COLORS, RATE_COLORS, path_color
from landscape_lab.drawing.style import STYLE, in_full, label_cost
from landscape_lab.drawing.titles import write_title
from landscape_lab.drawing.value_axis import ValueAxis, bands, linear_axis, logarithmic_axis, loss_axes
from landscape_lab.scene import Scene, Trace

DRAWN_RATES = 64
"""The most learning rates with a curve of their own."""
AXIS = {"steps": "step", "evaluations": "evaluation", "epochs": "epoch", "seconds": "seconds"}
"""What stands below a curve over each cost."""
ACCURACY = ValueAxis("accuracy", (-0.02, 1.02))
GREY = "0.3"
LINES: dict[str, dict[str, Any]] = {
    "seen by steps": {"linewidth": 0.7, "alpha": 0.4},
    "all data": {"linewidth": 2.0},
    "validation": {"linewidth": 1.6, "linestyle": "--"},
}
"""How the curves of a network are told apart: of the samples of a step, of all data, of those held out."""


class Curve(NamedTuple):
    """A quantity over what it cost.

    Args:
        costs: `[records]`.
        values: `[records, members]`; NaN is a gap.
    """

    costs: np.ndarray
    values: np.ndarray


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
        figure = Figure(figsize=(max(7.0, 5.0 * len(panels)), 4.2), layout="constrained")
        for panel, axes in zip(panels, figure.subplots(1, len(panels), squeeze=False)[0], strict=True):
            axes.set_yscale("log" if panel.axis.logarithmic else "linear")  # first: limits depend on it
            for number, trace in enumerate(scene.traces):
                panel.draw(axes, trace, path_color(number))
            axes.set(xlabel=AXIS[against], ylabel=panel.axis.name, ylim=panel.axis.limits)
            label_cost(axes.xaxis, whole=against in ("steps", "evaluations"))
            if not panel.axis.logarithmic:
                axes.yaxis.set_major_formatter(lambda value, _: in_full(value, 6))  # no power above the axis
            axes.grid(color=GRID, linewidth=0.8)
            axes.set_axisbelow(True)
        write_row(figure, _names(scene))
        write_title(figure.axes[0], scene)
    return figure


def _panels(scene: Scene, against: str) -> list[Panel]:
    """What is drawn of a scene, from left to right."""
    panels = [
        Panel(axis, partial(_draw_losses, against=against, axis=axis))
        for axis in loss_axes(scene.traces, scene.lowest)
    ]
    if len(scene.minima):
        axis = _distance_axis(scene)
        panels.append(Panel(axis, partial(_draw_distances, against=against, minima=scene.minima, axis=axis)))
    if any("measured_accuracy" in trace.measured for trace in scene.traces):
        panels.append(Panel(ACCURACY, partial(_draw_accuracy, against=against, axis=ACCURACY)))
    if any(np.ptp(rates) > 0 for trace in scene.traces if len(rates := _known(trace.lr))):
        axis = _rate_axis(scene)
        panels.append(Panel(axis, partial(_draw_rate, against=against)))
    return panels


def _distance_axis(scene: Scene) -> ValueAxis:
    """Logarithmic where distances span a decade."""
    unit = "pixels" if scene.plane.axes.picture else "units of the axes"
    name = f"distance to the nearest minimum\n({unit}"
    curves = [bands(_distances(trace, scene.minima)) for trace in scene.traces]
    return logarithmic_axis(f"{name}, logarithmic)", curves) or linear_axis(f"{name})", curves)


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
        Line2D([], [], color=path_color(number), label=trace.label, linewidth=1.2)
        for number, trace in enumerate(scene.traces if several else ())
    ]
    if "measured_losses" in first.measured and first.rates is None:
        there = (first.losses.shape[1] == 1, True, "validation_losses" in first.measured)
        names = [name for name, shown in zip(LINES, there, strict=True) if shown]
        color = GREY if several else PATH_COLORS[0]
        lines += [Line2D([], [], color=color, label=name, **LINES[name]) for name in names]
    return lines


def _draw_losses(axes: Axes, trace: Trace, color: str, *, against: str, axis: ValueAxis) -> None:
    """The losses of a trace: those of all data stand before those that steps saw."""
    seen = Curve(trace.cost(against, trace.steps), trace.losses)
    measured = _measured(trace, "measured_losses", against)
    if trace.rates is not None:
        _draw_rates(axes, trace.rates, seen if measured is None else measured, axis)
    elif measured is None:
        _draw_curve(axes, _cleaned(seen, axis), color)
        _mark_best(axes, trace, color, against, axis)
    else:
        if seen.values.shape[1] == 1:
            _draw_curve(axes, _cleaned(seen, axis), color, "seen by steps")
        _draw_curve(axes, _cleaned(measured, axis), color, "all data")
        _draw_held_out(axes, trace, "validation_losses", color, against, axis)


def _draw_accuracy(axes: Axes, trace: Trace, color: str, *, against: str, axis: ValueAxis) -> None:
    """The accuracy on all data and on those held out."""
    measured = _measured(trace, "measured_accuracy", against)
    if measured is None:
        return
    if trace.rates is not None:
        _draw_rates(axes, trace.rates, measured, axis)
    else:
        _draw_curve(axes, _cleaned(measured, axis), color, "all data")
        _draw_held_out(axes, trace, "validation_accuracy", color, against, axis)


def _draw_held_out(axes: Axes, trace: Trace, name: str, color: str, against: str, axis: ValueAxis) -> None:
    """What was measured on the validation data, if there are any: the median of many members."""
    if (held_out := _measured(trace, name, against)) is not None:
        curve = _cleaned(held_out, axis)
        middle = np.nanmedian(curve.values, axis=1, keepdims=True)
        _draw_curve(axes, Curve(curve.costs, middle), color, "validation")


def _draw_distances(
    axes: Axes, trace: Trace, color: str, *, against: str, minima: np.ndarray, axis: ValueAxis
) -> None:
    """How far each point is from the nearest minimum, in the plane."""
    curve = Curve(trace.cost(against, trace.path_steps), _distances(trace, minima))
    _draw_curve(axes, _cleaned(curve, axis), color)


def _distances(trace: Trace, minima: np.ndarray) -> np.ndarray:
    """How far each point is from the nearest minimum, `[places, members]`."""
    return np.linalg.norm(trace.places[:, :, None] - minima, axis=-1).min(axis=-1)


def _draw_rate(axes: Axes, trace: Trace, color: str, *, against: str) -> None:
    """The learning rate of each step."""
    there = np.isfinite(trace.lr)
    axes.plot(trace.cost(against, trace.steps)[there], trace.lr[there], color=color, linewidth=1.2)


def _measured(trace: Trace, name: str, against: str) -> Curve | None:
    """A measured quantity, or `None` where there is none."""
    if name not in trace.measured:
        return None
    return Curve(trace.cost(against, trace.measured["measured_steps"]), trace.measured[name])


def _cleaned(curve: Curve, axis: ValueAxis) -> Curve:
    """A curve as it stands on an axis, without records of which nothing can be drawn."""
    values = axis.shown(curve.values)
    shown = ~np.isnan(values).all(axis=1)
    return Curve(curve.costs[shown], values[shown])


def _draw_curve(axes: Axes, curve: Curve, color: str, line: str | None = None) -> None:
    """One curve; many members are drawn as their median, their quartiles and their outer deciles."""
    costs, values = curve
    if values.shape[1] > 1:
        lowest, low, middle, high, highest = np.nanquantile(values, [0.1, 0.25, 0.5, 0.75, 0.9], axis=1)
        axes.fill_between(costs, lowest, highest, color=color, alpha=0.12, linewidth=0)
        axes.fill_between(costs, low, high, color=color, alpha=0.25, linewidth=0)
        values = middle[:, None]
    axes.plot(costs, values[:, 0], color=color, **({"linewidth": 1.2} if line is None else LINES[line]))


def _mark_best(axes: Axes, trace: Trace, color: str, against: str, axis: ValueAxis) -> None:
    """A dot at the lowest loss of a single member."""
    step, lowest = trace.best
    at = axis.shown(np.array([lowest]))
    if trace.losses.shape[1] == 1 and np.isfinite(at).all():
        axes.plot(trace.cost(against, np.array([step])), at, "o", color=color, markersize=4)


def _draw_rates(axes: Axes, of_member: np.ndarray, curve: Curve, axis: ValueAxis) -> None:
    """A curve for each learning rate: the median over its members, while at least half are finite."""
    costs, values = curve
    rates = np.unique(of_member)
    rates = rates[evenly(len(rates), DRAWN_RATES)]
    shown = evenly(len(costs), DRAWN_POINTS)
    values = np.where(np.isfinite(values[shown]), values[shown], np.inf)
    medians = np.array(
        [np.quantile(values[:, of_member == rate], 0.5, axis=1, method="lower") for rate in rates]
    )
    lines = [np.column_stack([costs[shown], median]) for median in axis.shown(medians)]
    axes.add_collection(LineCollection(lines, array=rates, cmap=RATE_COLORS, norm=LogNorm(), linewidths=1.0))
    axes.autoscale_view()
