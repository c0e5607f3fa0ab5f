"""How sensitive an optimizer is to its learning rate."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.palette import GREY, GRID, PATH_COLORS, WRONG
from landscape_lab.drawing.style import STYLE

FINAL_COLOR, BEST_COLOR, DIVERGED_COLOR = PATH_COLORS[1], PATH_COLORS[0], WRONG


@dataclass(frozen=True)
class Sensitivity:
    """How the members of each learning rate ended, the rates in any order.

    Args:
        label: The title.
        rates: Learning rates.
        final: Final losses; infinite where a member diverged.
        best: The lowest losses on the way.
        diverged: The share of members that did not complete.
        begin: The median loss at the start.
        chosen: The rate with the lowest median final loss, and that loss, if there is one.
    """

    label: str
    rates: Float[np.ndarray, " rates"]
    final: Float[np.ndarray, "rates members"]
    best: Float[np.ndarray, "rates members"]
    diverged: Float[np.ndarray, " rates"]
    begin: float
    chosen: tuple[float, float] | None


def sensitivity_figure(shown: Sensitivity) -> Figure:
    """Final and best loss against the learning rate: medians over starts and seeds between quartiles."""
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.0), layout="constrained")
        axes = figure.add_subplot()
        order = np.argsort(shown.rates)
        _draw_losses(axes, shown.rates[order], shown.best[order], BEST_COLOR, "best", "--")
        _draw_losses(axes, shown.rates[order], shown.final[order], FINAL_COLOR, "final", "-")
        axes.axhline(shown.begin, color=GREY, linewidth=1.0, linestyle=":", label="loss at the start")
        _scale(axes, shown)
        _mark_diverged(axes, shown.rates[order], shown.diverged[order])
        _mark_chosen(axes, shown)
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_title(shown.label, loc="left", fontsize=11)
        figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _draw_losses(axes: Axes, rates: np.ndarray, values: np.ndarray, color: str, name: str, line: str) -> None:
    """The median, and the quartiles around it where there are several members for each rate."""
    quartiles = np.quantile(values, [0.25, 0.5, 0.75], axis=-1, method="lower")
    low, middle, high = np.where(
        np.isfinite(quartiles), quartiles, np.nan
    )  # a curve stops where one is infinite
    axes.plot(rates, middle, line, color=color, linewidth=1.8, label=f"{name} loss, median", zorder=3)
    if values.shape[1] > 1:
        axes.fill_between(
            rates, low, high, color=color, alpha=0.18, linewidth=0, label=f"{name} loss, quartiles"
        )


def _scale(axes: Axes, shown: Sensitivity) -> None:
    """Logarithmic where all is positive.

    Losses far above the start leave the window, so that the low ones can be told apart.
    """
    final, best, begin = shown.final, shown.best, shown.begin
    finite = np.concatenate([final[np.isfinite(final)], best[np.isfinite(best)], [begin]])
    if (shown.rates > 0).all():
        axes.set_xscale("log")
    low = float(finite.min())
    if low > 0:
        axes.set_yscale("log")
        axes.set_ylim(low / 2, 10 * max(begin, low))
    else:
        span = max(begin - low, 1e-12 * max(abs(begin), 1e-30))
        axes.set_ylim(low - 0.05 * span, begin + 0.5 * span)


def _mark_diverged(axes: Axes, rates: np.ndarray, diverged: np.ndarray) -> None:
    """A cross above each rate at which members diverged, the fainter the fewer they are."""
    above = axes.get_xaxis_transform()
    for rate, share in zip(rates, diverged, strict=True):
        if share > 0:
            axes.plot(
                rate, 0.975, "x", color=DIVERGED_COLOR, alpha=0.3 + 0.7 * share, transform=above, zorder=4
            )
    if diverged.any():
        axes.plot([], [], "x", color=DIVERGED_COLOR, label="diverged (fainter: some)")


def _mark_chosen(axes: Axes, shown: Sensitivity) -> None:
    """A star at the best rate."""
    if shown.chosen is None or not np.isfinite(shown.chosen[1]):
        return
    rate, loss = shown.chosen
    axes.axvline(rate, color=FINAL_COLOR, linewidth=1.0, alpha=0.5)
    axes.plot(rate, loss, "*", color=FINAL_COLOR, markersize=15, markeredgecolor="white", zorder=5)
    label = f"best lr {rate:.4g}: {loss:.3g}"
    axes.plot([], [], "*", color=FINAL_COLOR, markersize=10, label=label, linestyle="none")
