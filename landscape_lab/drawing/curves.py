"""The loss over the steps or evaluations."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from landscape_lab.drawing.maps import DRAWN_POINTS, PATH_COLORS, RATE_COLORS, evenly
from landscape_lab.drawing.style import GRID, STYLE
from landscape_lab.drawing.titles import title_of
from landscape_lab.scene import Scene, Trace

DRAWN_RATES = 64
"""The most learning rates with a curve of their own."""


def loss_figure(scene: Scene, against: str = "step") -> Figure:
    """The loss, linear and logarithmic; where minima are known, the distance to the nearest too.

    Args:
        scene: Whose traces; its losses in the window are not needed.
        against: `step`, or `evaluation`: several of them in a step, as a line search makes, are then told
            apart.
    """
    unit = " (pixels)" if scene.plane.axes.picture else ""
    names = ["loss", "loss, logarithmic", f"distance to the nearest minimum{unit}"][
        : 2 + bool(len(scene.minima))
    ]
    with rc_context(STYLE):
        figure = Figure(figsize=(5.0 * len(names), 4.2), layout="constrained")
        for panel, axes in enumerate(figure.subplots(1, len(names))):
            for number, trace in enumerate(scene.traces):
                _draw_panel(axes, panel, scene, trace, PATH_COLORS[number % len(PATH_COLORS)], against)
            axes.set_yscale("log" if panel else "linear")
            axes.set_xlabel(against)
            axes.set_ylabel(names[panel])
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
            axes.grid(color=GRID, linewidth=0.8)
            axes.set_axisbelow(True)
        if len(scene.traces) > 1:
            figure.axes[0].legend(frameon=False)
        figure.suptitle(title_of(scene.traces), x=0.01, ha="left", fontsize=11)
    return figure


def _draw_panel(axes: Axes, panel: int, scene: Scene, trace: Trace, color: str, against: str) -> None:
    """A trace on one panel: the loss, the loss logarithmically, the distance to the nearest minimum."""
    costs = trace.steps if against == "step" else trace.evaluations
    if panel == 2:
        _draw_curve(
            axes, trace, costs[trace.path_records], _distances(trace, scene.minima), color, logarithmic=True
        )
    elif trace.rates is not None:
        _draw_rates(axes, trace, trace.rates, costs, logarithmic=panel == 1)
    else:
        _draw_curve(axes, trace, costs, trace.losses, color, logarithmic=panel == 1, best=True)


def _distances(trace: Trace, minima: np.ndarray) -> np.ndarray:
    """How far each point is from the nearest minimum, in the plane, `[records, members]`."""
    return np.linalg.norm(trace.places[:, :, None] - minima, axis=-1).min(axis=-1)


def _draw_curve(
    axes: Axes,
    trace: Trace,
    costs: np.ndarray,
    values: np.ndarray,
    color: str,
    *,
    logarithmic: bool,
    best: bool = False,
) -> None:
    """One curve over steps or evaluations.

    Many members are drawn as their median, their quartiles and their outer deciles.
    """
    values = np.where(np.isfinite(values) & ((values > 0) | (not logarithmic)), values, np.nan)
    shown = ~np.isnan(values).all(axis=1)
    x, values = costs[shown], values[shown]
    alone = values.shape[1] == 1
    if not alone:
        lowest, low, middle, high, highest = np.nanquantile(values, [0.1, 0.25, 0.5, 0.75, 0.9], axis=1)
        axes.fill_between(x, lowest, highest, color=color, alpha=0.12, linewidth=0)
        axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)
        values = middle[:, None]
    axes.plot(x, values[:, 0], color=color, linewidth=1.2, label=trace.label)
    step, lowest = trace.best
    if best and alone and np.isfinite(lowest) and (lowest > 0 or not logarithmic):
        axes.plot(costs[trace.steps.searchsorted(step)], lowest, "o", color=color, markersize=4)


def _draw_rates(
    axes: Axes, trace: Trace, of_member: np.ndarray, costs: np.ndarray, *, logarithmic: bool
) -> None:
    """A curve for each learning rate: the median over its members, while at least half are finite."""
    rates = np.unique(of_member)
    rates = rates[evenly(len(rates), DRAWN_RATES)]
    shown = evenly(len(costs), DRAWN_POINTS)
    values = np.where(np.isfinite(trace.losses[shown]), trace.losses[shown], np.inf)
    medians = np.array(
        [np.quantile(values[:, of_member == rate], 0.5, axis=1, method="lower") for rate in rates]
    )
    medians[~np.isfinite(medians) | ((medians <= 0) & logarithmic)] = np.nan
    lines = [np.column_stack([costs[shown], median]) for median in medians]
    axes.add_collection(LineCollection(lines, array=rates, cmap=RATE_COLORS, norm=LogNorm(), linewidths=1.0))
    axes.autoscale_view()
    low, begin = float(np.min(values)), float(np.median(values[0]))
    if logarithmic:
        axes.set_ylim(top=100 * begin if begin > 0 else None)
    elif np.isfinite([low, begin]).all() and begin > low:  # what diverges leaves the window
        axes.set_ylim(low - 0.05 * (begin - low), begin + 0.3 * (begin - low))
