"""The losses at the ends of short descents, over their learning rates."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.palette import GREY, GRID, PATH_COLORS, WRONG
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.value_axis import linear_axis, logarithmic_axis

SIDE = 1.5
"""The factor that the axis goes on for beyond the outer rates."""


def rate_figure(trials: Sequence[tuple[float, int, float]], chosen: float, label: str) -> Figure:
    """A curve for each length of descent.

    Args:
        trials: The learning rate, the number of steps and the loss at their end, infinite where it diverged.
        chosen: The learning rate of the run.
        label: Whose they are.
    """
    rates, lengths, losses = (np.array(values) for values in zip(*sorted(trials), strict=True))
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.0), layout="constrained")
        axes = figure.add_subplot(xscale="log", xlim=(rates[0] / SIDE, rates[-1] * SIDE))
        _scale(axes, losses[np.isfinite(losses)])
        for color, length in zip(PATH_COLORS, np.unique(lengths), strict=False):
            some = np.isfinite(losses) & (lengths == length)
            words = f"after {length:,} step{'s' if length > 1 else ''}"
            axes.plot(rates[some], losses[some], "o-", color=color, markersize=5, linewidth=1.4, label=words)
        _mark_diverged(axes, rates[~np.isfinite(losses)])
        axes.axvline(chosen, color=GREY, linewidth=1.2, linestyle="--", label=f"chosen: {chosen:.4g}")
        axes.set_xlabel("learning rate")
        label_logarithm(axes.xaxis)
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_title(f"{label}: the rate that short descents chose", loc="left", fontsize=11)
        write_row(figure, axes.get_legend_handles_labels()[0], "lower center", 9.0)
    return figure


def _scale(axes: Axes, losses: np.ndarray) -> None:
    """Logarithmic where the losses are positive and span a decade."""
    shown = [losses[:, None]]
    positive = logarithmic_axis("loss at the end, logarithmic", shown) if (losses > 0).all() else None
    axis = positive or linear_axis("loss at the end", shown)
    axes.set_yscale("log" if axis.logarithmic else "linear")
    axes.set_ylim(*axis.limits)
    label_logarithm(axes.yaxis)
    axes.set_ylabel(axis.name)


def _mark_diverged(axes: Axes, rates: np.ndarray) -> None:
    """A cross at the top for each rate that diverged."""
    if len(rates):
        height, above = np.full(len(rates), 0.97), axes.get_xaxis_transform()
        axes.plot(rates, height, "x", color=WRONG, transform=above, label="diverged")
