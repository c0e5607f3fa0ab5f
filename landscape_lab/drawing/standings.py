"""The figure of a race: profiles, ranking, times, sensitivity, budgets, and the protocol in words."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter

from landscape_lab.drawing.palette import GRID, PATH_COLORS, dash_of
from landscape_lab.drawing.style import STYLE

BANDED = 3
"""The best so many have a band around their curve: more could not be told apart."""
SLOWEST = 16.0
"""The ratio to the fastest at which the colour of a table's cell ends."""
LINE = 165
"""Characters of the protocol on a line."""


@dataclass(frozen=True)
class Curves:
    """A line for each optimizer, between the ends of its band.

    Args:
        at: Where.
        values: It is NaN where there is none.
        low: The lower end of the band.
        high: The upper end.
    """

    at: Float[np.ndarray, " at"]
    values: Float[np.ndarray, "optimizers at"]
    low: Float[np.ndarray, "optimizers at"]
    high: Float[np.ndarray, "optimizers at"]


@dataclass(frozen=True)
class Report:
    """What the figure shows; optimizers come in the order of their rank.

    Args:
        names: Of the optimizers.
        landscapes: Their names.
        scores: Of each optimizer.
        bands: The ends of each score's band.
        seconds_scores: The scores that they would have if seconds ranked.
        profiles: Shares of solved problems against τ.
        evaluations: Of each optimizer to each target; infinite where it was missed.
        seconds: The same in seconds.
        losses: The lowest that each reached.
        sensitivity: Shares of descents that arrive, against the learning rate as a multiple of the tuned one.
        budget: How far the best of so many trials ends above the best baseline, as a share of the way there.
        descents: How many there are for each study and landscape.
        checks: Verdicts and whether they are good.
        words: The protocol.
    """

    names: Sequence[str]
    landscapes: Sequence[str]
    scores: Float[np.ndarray, " optimizers"]
    bands: Float[np.ndarray, "2 optimizers"]
    seconds_scores: Float[np.ndarray, " optimizers"]
    profiles: Curves
    evaluations: Float[np.ndarray, "optimizers landscapes"]
    seconds: Float[np.ndarray, "optimizers landscapes"]
    losses: Float[np.ndarray, "optimizers landscapes"]
    sensitivity: Curves
    budget: Curves
    descents: int
    checks: Sequence[tuple[str, bool]]
    words: Sequence[str]


def standings_figure(report: Report) -> Figure:
    """Seven panels, the verdicts of the checks, and the protocol."""
    colors = [PATH_COLORS[rank % len(PATH_COLORS)] for rank in range(len(report.names))]
    text = "\n".join(
        line
        for sentence in report.words
        for line in textwrap.wrap("• " + sentence, LINE, subsequent_indent="   ")
    )
    rows = max(4.2, 1.0 + 0.42 * len(report.names))
    foot = 0.5 + 0.21 * max(text.count("\n") + 1, 2 + len(report.checks))
    with rc_context(STYLE):
        figure = Figure(figsize=(19.0, 2 * rows + foot + 0.6), layout="constrained")
        panels, below = np.asarray(figure.subfigures(2, 1, height_ratios=(2 * rows + 0.6, foot)))
        curves, tables = panels.subfigures(1, 2, width_ratios=(2.15, 1.35))
        axes = curves.subplots(2, 2, width_ratios=(1.15, 1.0))
        _draw_profiles(axes[0, 0], report, colors)
        _draw_ranking(axes[0, 1], report, colors)
        _draw_sensitivity(axes[1, 0], report, colors)
        _draw_budget(axes[1, 1], report, colors)
        together = "" if report.descents == 1 else f", of all {report.descents} descents"
        evaluations, seconds, losses = tables.subplots(3, 1)
        _draw_table(evaluations, report, report.evaluations, "Evaluations to the target, median; ∞: missed")
        _draw_table(seconds, report, report.seconds, f"Seconds to the target{together}, median")
        _draw_table(losses, report, report.losses, "Lowest loss, median", shaded=False)
        _write(below, 0.008, foot, "Protocol", [(text, None)])
        _write(below, 0.73, foot, "Does tuning suffice? A wider space should not lose", list(report.checks))
    return figure


def _write(
    figure: SubFigure, left: float, height: float, title: str, lines: Sequence[tuple[str, bool | None]]
) -> None:
    """Words below the panels; verdicts in the colour of good or bad."""
    figure.text(left, 1 - 0.1 / height, title, va="top", fontsize=11, weight="bold")
    for number, (words, good) in enumerate(lines):
        color = {None: "#202124", True: "#2e7d32", False: "#c62828"}[good]
        figure.text(
            left,
            1 - (0.38 + 0.21 * number) / height,
            words,
            va="top",
            fontsize=9.5,
            linespacing=1.4,
            color=color,
        )


def _draw_profiles(axes: Axes, report: Report, colors: Sequence[str]) -> None:
    curves = report.profiles
    for rank, (name, color) in reversed(list(enumerate(zip(report.names, colors, strict=True)))):
        axes.step(
            curves.at,
            curves.values[rank],
            where="post",
            color=color,
            linestyle=dash_of(rank),
            label=name,
            linewidth=2.0,
            zorder=3,
        )
        if rank < BANDED:
            axes.fill_between(
                curves.at,
                curves.low[rank],
                curves.high[rank],
                color=color,
                alpha=0.12,
                linewidth=0,
                step="post",
            )
    axes.set(
        xlim=(curves.at[0], curves.at[-1]),
        ylim=(-0.02, 1.02),
        xlabel="τ: at most so many times as long as the fastest",
    )
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    _finish(axes, "Performance profiles: share of (landscape, study) solved")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], frameon=False, fontsize=9, ncols=2 if len(labels) > 4 else 1, loc="best"
    )


def _draw_ranking(axes: Axes, report: Report, colors: Sequence[str]) -> None:
    ranks = np.arange(len(report.names))
    axes.barh(ranks, report.scores, color=colors, height=0.66, zorder=2)
    axes.hlines(ranks, *report.bands, color="#202124", linewidth=1.6, zorder=3)
    axes.plot(report.seconds_scores, ranks, "D", color="white", markeredgecolor="#202124", zorder=4)
    for rank, score in enumerate(report.scores):
        axes.annotate(
            f"{score:.2f}",
            (max(score, report.bands[1, rank], report.seconds_scores[rank]), rank),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    axes.set(yticks=ranks, yticklabels=report.names, xlim=(0, 1.1), xticks=np.linspace(0, 1, 6))
    axes.invert_yaxis()
    _finish(axes, "Score: integral of the profile, 1 is best (◇: by seconds)", along="x")


def _draw_table(axes: Axes, report: Report, times: np.ndarray, title: str, shaded: bool = True) -> None:
    """A table of times, whose cells are the darker the longer it took; or of losses, which have no ratio."""
    fastest = times.min(axis=0)
    shade = np.where(np.isfinite(times), 0.0, np.nan)
    if shaded:
        shade = np.log(np.divide(times, fastest, out=shade, where=np.isfinite(times))) / np.log(SLOWEST)
    painted = colormaps["YlGnBu"](np.clip(0.75 * shade, 0, 0.75))
    painted[np.isnan(shade)] = to_rgba(GRID)
    axes.imshow(painted, aspect="auto")
    for row, column in np.ndindex(*times.shape):
        best = times[row, column] == fastest[column] and np.isfinite(fastest[column])
        axes.text(
            column,
            row,
            _number(float(times[row, column])),
            ha="center",
            va="center",
            fontsize=9.5,
            weight="bold" if best else "normal",
            color="white" if shade[row, column] > 0.75 else "#202124",
        )
    labels = [textwrap.fill(label.replace(", ", ",\n"), 16) for label in report.landscapes]
    axes.set(
        xticks=range(times.shape[1]),
        xticklabels=labels,
        yticks=range(times.shape[0]),
        yticklabels=report.names,
    )
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=11)


def _draw_sensitivity(axes: Axes, report: Report, colors: Sequence[str]) -> None:
    _draw_curves(axes, report, report.sensitivity, colors)
    axes.set(xscale="log", ylim=(-0.02, 1.02), xlabel="learning rate, as a multiple of the tuned one")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    _finish(axes, "Sensitivity: share of descents that reach the target")


def _draw_budget(axes: Axes, report: Report, colors: Sequence[str]) -> None:
    _draw_curves(axes, report, report.budget, colors)
    axes.set(xscale="log", yscale="log", xlim=(1, report.budget.at[-1]), xlabel="trials")
    axes.xaxis.set_major_locator(LogLocator(2.0))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    _finish(axes, "Budget: loss of the best of so many trials; the start is 1")


def _draw_curves(axes: Axes, report: Report, curves: Curves, colors: Sequence[str]) -> None:
    for rank, color in reversed(list(enumerate(colors))):
        axes.plot(curves.at, curves.values[rank], color=color, linestyle=dash_of(rank), linewidth=1.8)
        if rank < BANDED:
            axes.fill_between(
                curves.at, curves.low[rank], curves.high[rank], color=color, alpha=0.12, linewidth=0
            )


def _finish(axes: Axes, title: str, along: Literal["both", "x"] = "both") -> None:
    axes.grid(color=GRID, linewidth=0.8, axis=along)
    axes.set_axisbelow(True)
    axes.set_title(title, loc="left", fontsize=11)


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "∞"
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"
