"""The edge of stability: sharpness over the steps, beside the highest that the optimizer bears."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.curvature import Sharpnesses
from landscape_lab.drawing.palette import GRID, PATH_COLORS, WRONG
from landscape_lab.drawing.style import STYLE, label_cost, shortened
from landscape_lab.drawing.ticks import label_logarithm

THRESHOLD = WRONG
"""The colour of the line that the optimizer bears."""
ROOM = 1.6
"""How far above the line an axis goes, so that curves beyond it do not hide what is near."""
DECADE = 10.0
"""By what factor losses differ that are drawn logarithmically."""
FAR = 4.0
"""A line that rises beyond so many times the highest sharpness is followed no further."""
NAMES = {
    "sharpness": "sharpness  λₘₐₓ(H)",
    "preconditioned_sharpness": "preconditioned\nsharpness  λₘₐₓ(P⁻¹H)",
}


def sharpness_figure(curve: Sharpnesses, losses: tuple[np.ndarray, np.ndarray], title: str) -> Figure:
    """The loss, and below it each kind of sharpness over the steps.

    Args:
        curve: What was measured.
        losses: Steps and losses of the descent, `[records]` each.
        title: What stands above.
    """
    names = [name for name in NAMES if np.isfinite(curve.values.get(name, np.nan)).any()] or ["sharpness"]
    with rc_context(STYLE):
        figure = Figure(figsize=(7.6, 2.4 + 2.6 * len(names)), layout="constrained")
        first, *others = figure.subplots(1 + len(names), 1, sharex=True)
        draw_losses(first, *losses)
        for name, axes in zip(names, others, strict=True):
            _draw_sharpness(axes, curve, name)
        others[-1].set_xlabel("step")
        label_cost(others[-1].xaxis, whole=True)
        for axes in (first, *others):
            axes.grid(color=GRID, linewidth=0.8)
            axes.set_axisbelow(True)
        first.set_title(title, loc="left", fontsize=11)
    return figure


def draw_losses(axes: Axes, steps: np.ndarray, losses: np.ndarray) -> None:
    """The loss, logarithmic where it can be and falls far enough.

    Args:
        axes: Where.
        steps: `[records]`.
        losses: Alike.
    """
    known = np.isfinite(losses)
    axes.plot(steps[known], losses[known], color=PATH_COLORS[0], linewidth=1.2)
    low, high = losses[known].min(initial=np.inf), losses[known].max(initial=0.0)
    axes.set_yscale("log" if 0 < DECADE * low < high else "linear")
    label_logarithm(axes.yaxis)
    axes.set_ylabel("loss")


def _draw_sharpness(axes: Axes, curve: Sharpnesses, name: str) -> None:
    """One kind of sharpness, and the threshold where it is one of this kind."""
    values = curve.values.get(name, np.full(len(curve.steps), np.nan))
    axes.plot(curve.steps, values, color=PATH_COLORS[0], linewidth=1.4, marker="o", markersize=2.2)
    axes.set_ylabel(NAMES[name])
    if np.nanmin(values, initial=0.0) >= 0 and "lowest_curvature" not in curve.values:
        axes.set_ylim(bottom=0.0)
    if name == "sharpness" and "lowest_curvature" in curve.values:
        lowest = curve.values["lowest_curvature"]
        axes.plot(curve.steps, lowest, color="0.5", linewidth=1.0, label="lowest curvature")
        axes.legend(frameon=False, loc="best")
    if not curve.formula or curve.preconditioned != name.startswith("preconditioned"):
        return
    axes.plot(curve.steps, curve.thresholds, color=THRESHOLD, linewidth=1.2, linestyle="--")
    known = np.flatnonzero(np.isfinite(curve.thresholds))
    if not len(known):
        return
    first, most = curve.thresholds[known[0]], float(curve.thresholds[known].max())
    highest = float(np.max(values[np.isfinite(values)], initial=0.0))
    if highest > 2 * ROOM * most:
        axes.set_ylim(top=ROOM * most)
    elif highest < first <= FAR * highest or most > FAR * highest >= first:
        axes.set_ylim(top=1.15 * min(most, FAR * highest))
    fixed = bool((curve.thresholds[known] == first).all())
    words = f"{curve.formula} = {shortened(float(f'{first:.4g}'))}" if fixed else curve.formula
    beside = float(np.clip(curve.thresholds[known[-1]], *axes.get_ylim()))  # where no curve is
    axes.text(1.01, beside, words, transform=axes.get_yaxis_transform(), va="center", color=THRESHOLD)
