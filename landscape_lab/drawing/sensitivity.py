"""How sensitive an optimizer is to its learning rate."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.palette import GREY, GRID, PATH_COLORS, WRONG
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.value_axis import DECADE, DECADES
from landscape_lab.outcomes.good_rates import GoodRates, words_of
from landscape_lab.outcomes.quantiles import QUARTILES, quantiles, typical

FINAL_COLOR, BEST_COLOR, DIVERGED_COLOR, GOOD_COLOR = PATH_COLORS[1], PATH_COLORS[0], WRONG, PATH_COLORS[1]


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
        good: The widest interval of good rates, and the best of them, if there are any.
    """

    label: str
    rates: Float[np.ndarray, " rates"]
    final: Float[np.ndarray, "rates members"]
    best: Float[np.ndarray, "rates members"]
    diverged: Float[np.ndarray, " rates"]
    begin: float
    good: GoodRates | None


def sensitivity_figure(shown: Sensitivity) -> Figure:
    """Final and best loss against the learning rate, and where the good rates and those that diverged are.

    Of several members for each rate the median is drawn between the quartiles.
    """
    order = np.argsort(shown.rates)
    shown = replace(
        shown,
        rates=shown.rates[order],
        final=shown.final[order],
        best=shown.best[order],
        diverged=shown.diverged[order],
    )
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.0), layout="constrained")
        axes = figure.add_subplot()
        _scale(axes, shown)
        _shade(axes, shown)
        _draw_losses(axes, shown.rates, shown.best, BEST_COLOR, "best", "s--")
        _draw_losses(axes, shown.rates, shown.final, FINAL_COLOR, "final", "o-")
        axes.axhline(shown.begin, color=GREY, linewidth=1.0, linestyle=":", label="loss at the start")
        _mark_diverged(axes, shown.rates, shown.diverged)
        _mark_best(axes, shown)
        axes.set(xlabel="learning rate", ylabel="loss")
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_title(shown.label, loc="left", fontsize=11)
        write_row(figure, axes.get_legend_handles_labels()[0], "lower center", 9.0)
    return figure


def _draw_losses(axes: Axes, rates: np.ndarray, values: np.ndarray, color: str, name: str, line: str) -> None:
    """The loss at each rate; of several members the median, and the quartiles around it."""
    several = values.shape[1] > 1
    found = quantiles(values, QUARTILES)
    low, middle, high = np.where(np.isfinite(found), found, np.nan)  # a curve stops where one is infinite
    label = f"{name} loss" + ", median" * several
    axes.plot(rates, middle, line, color=color, linewidth=1.6, markersize=3.5, label=label, zorder=3)
    if several:
        axes.fill_between(
            rates, low, high, color=color, alpha=0.18, linewidth=0, label=f"{name} loss, quartiles"
        )


def _scale(axes: Axes, shown: Sensitivity) -> None:
    """Logarithmic where all is positive and spans a decade.

    Losses far above the start leave the window, so that the low ones can be told apart.
    """
    final, best, begin = shown.final, shown.best, shown.begin
    finite = np.concatenate([final[np.isfinite(final)], best[np.isfinite(best)], [begin]])
    if shown.rates[0] > 0:
        axes.set_xscale("log")
        axes.set_xlim(*_around(shown.rates, 0, len(shown.rates) - 1))
        label_logarithm(axes.xaxis)
    low = float(finite.min())
    if 0 < DECADE * low < begin:
        low = max(low, begin / DECADES)
        axes.set(yscale="log", ylim=(low / 2, 2 * min(float(finite.max()), 5 * begin)))
        label_logarithm(axes.yaxis)
    else:
        high = min(float(finite.max()), begin + 0.5 * (begin - low)) if low < begin else float(finite.max())
        span = max(high - low, 1e-12 * max(abs(begin), 1e-30))
        axes.set_ylim(low - 0.05 * span, high + 0.15 * span)


def _shade(axes: Axes, shown: Sensitivity) -> None:
    """The widest interval of good rates, and the regions in which half of the members and more diverged."""
    if (good := shown.good) is not None:
        first, last = np.searchsorted(shown.rates, [good.first, good.last])
        label = f"good rates: {good.first:.4g} … {good.last:.4g}" if first < last else None
        axes.axvspan(*_around(shown.rates, first, last), color=GOOD_COLOR, alpha=0.14, lw=0, label=label)
    several = shown.final.shape[1] > 1
    for region in _neighbours(np.flatnonzero(shown.diverged >= 0.5)):
        ends = _around(shown.rates, region[0], region[-1])
        axes.axvspan(*ends, color=DIVERGED_COLOR, alpha=0.1, lw=0, label="half and more diverged" * several)
        several = False  # it is told once


def _neighbours(places: np.ndarray) -> list[np.ndarray]:
    """Places in groups that have no gaps."""
    return np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(places) else []


def _around(rates: np.ndarray, first: int, last: int) -> tuple[float, float]:
    """The ends of an interval of rates, half of the way on to their neighbours."""
    places = np.log(rates) if rates[0] > 0 else rates
    gap = np.diff(places).mean() / 2 if len(rates) > 1 else 0.5
    low, high = places[first] - gap, places[last] + gap
    return (float(np.exp(low)), float(np.exp(high))) if rates[0] > 0 else (float(low), float(high))


def _mark_diverged(axes: Axes, rates: np.ndarray, diverged: np.ndarray) -> None:
    """A cross above each rate at which members diverged, the fainter the fewer they are."""
    above = axes.get_xaxis_transform()
    for rate, share in zip(rates, diverged, strict=True):
        if share > 0:
            axes.plot(
                rate, 0.975, "x", color=DIVERGED_COLOR, alpha=0.3 + 0.7 * share, transform=above, zorder=4
            )
    if diverged.any():
        some = " (fainter: some)" if ((diverged > 0) & (diverged < 1)).any() else ""
        axes.plot([], [], "x", color=DIVERGED_COLOR, label=f"diverged{some}")


def _mark_best(axes: Axes, shown: Sensitivity) -> None:
    """A star at the best rate."""
    if shown.good is None:
        return
    rate = shown.good.best
    loss = float(typical(shown.final[np.searchsorted(shown.rates, rate)]))
    axes.axvline(rate, color=FINAL_COLOR, linewidth=1.0, alpha=0.5)
    axes.plot(rate, loss, "*", color=FINAL_COLOR, markersize=15, markeredgecolor="white", zorder=5)
    words = f"best lr {rate:.4g}: {words_of(shown.final.shape[1])} {loss:.4g}"
    axes.plot([], [], "*", color=FINAL_COLOR, markersize=10, label=words, linestyle="none")
