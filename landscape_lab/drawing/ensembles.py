"""Figures of ensembles: how sensitive an optimizer is to its learning rate, and which start leads where."""

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from landscape_lab.basins import LOST, MOVING, Basins
from landscape_lab.drawing.figures import STYLE
from landscape_lab.drawing.maps import CONTOURS, MINIMUM_COLOR, Heights, finish_map
from landscape_lab.ensemble import Outcomes
from landscape_lab.scene import Scene

FINAL_COLOR, BEST_COLOR, DIVERGED_COLOR = "#2e6fbb", "#e4803a", "#c62828"
BASIN_COLORS = ("#4e9fd1", "#f2994a", "#6fbf73", "#b07cc6", "#e5c649", "#e0727e", "#58c2b7", "#a98467")
OTHER_COLOR, MOVING_COLOR, LOST_COLOR = "#9aa0a6", "#d8dadd", "#ffffff"
DARKEST = 0.35
"""The brightness of the cells from which the way took longest."""


def sensitivity_figure(outcomes: Outcomes, label: str, begin: float) -> Figure:
    """Final and best loss against the learning rate: the medians over starts and seeds between their quartiles.

    Args:
        outcomes: Of an ensemble with several learning rates.
        label: The title.
        begin: The median loss at the start.
    """
    rates = np.asarray(outcomes.ensemble.rates)
    order = np.argsort(rates)
    rates = rates[order]
    final, best = (outcomes.by_rate(values)[order] for values in (outcomes.final_loss, outcomes.best_loss))
    diverged = (outcomes.by_rate(outcomes.status != "completed")[order]).mean(axis=1)
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.0), layout="constrained")
        axes = figure.add_subplot()
        for values, color, name, line in ((best, BEST_COLOR, "best", "--"), (final, FINAL_COLOR, "final", "-")):
            low, middle, high = _quartiles(values)
            axes.plot(rates, middle, line, color=color, linewidth=1.8, label=f"{name} loss, median", zorder=3)
            if values.shape[1] > 1:
                axes.fill_between(rates, low, high, color=color, alpha=0.18, linewidth=0, label=f"{name} loss, quartiles")
        axes.axhline(begin, color="#9aa0a6", linewidth=1.0, linestyle=":", label="loss at the start")
        finite = np.concatenate([final[np.isfinite(final)], best[np.isfinite(best)], [begin]])
        if (rates > 0).all():
            axes.set_xscale("log")
        logarithmic = bool((finite > 0).all())
        low, span = float(finite.min()), max(begin - float(finite.min()), 1e-12 * max(abs(begin), 1e-30))
        if logarithmic:
            axes.set_yscale("log")
            axes.set_ylim(low / 2, 10 * max(begin, low))
        else:
            axes.set_ylim(low - 0.05 * span, begin + 0.5 * span)
        for rate, share in zip(rates, diverged, strict=True):
            if share > 0:
                axes.plot(
                    rate,
                    0.975,
                    "x",
                    color=DIVERGED_COLOR,
                    alpha=0.3 + 0.7 * share,
                    transform=axes.get_xaxis_transform(),
                    zorder=4,
                )
        if diverged.any():
            axes.plot([], [], "x", color=DIVERGED_COLOR, label="diverged (fainter: some)")
        chosen = outcomes.best_rate
        lowest = outcomes.typical(outcomes.final_loss)
        if chosen is not None and np.isfinite(lowest):
            axes.axvline(chosen, color=FINAL_COLOR, linewidth=1.0, alpha=0.5)
            axes.plot(chosen, lowest, "*", color=FINAL_COLOR, markersize=15, markeredgecolor="white", zorder=5)
            axes.plot(
                [], [], "*", color=FINAL_COLOR, markersize=10, label=f"best lr {chosen:.4g}: {lowest:.3g}", linestyle="none"
            )
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.grid(color="#e8eaed", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_title(label, loc="left", fontsize=11)
        figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _quartiles(values: np.ndarray) -> np.ndarray:
    """The quartiles over the last axis, `[3, rates]`; a curve stops where one is infinite."""
    found = np.quantile(values, [0.25, 0.5, 0.75], axis=-1, method="lower")
    return np.where(np.isfinite(found), found, np.nan)


def basins_figure(basins: Basins, scene: Scene, label: str) -> Figure:
    """Each start in the colour of its attractor, the darker the longer its way took; contours of the loss, known minima.

    Args:
        basins: Of starts over the window of the scene.
        scene: The landscape.
        label: The title.
    """
    left, right, first, last = scene.extent
    at_rest = basins.verdicts >= 0
    colors = np.array([to_rgb(color) for color in (*BASIN_COLORS, MOVING_COLOR, LOST_COLOR)])
    last_two = np.where(basins.verdicts == MOVING, len(BASIN_COLORS), len(BASIN_COLORS) + 1)
    which = np.where(at_rest, basins.verdicts % len(BASIN_COLORS), last_two)
    low, high = np.quantile(basins.steps[at_rest], [0.02, 0.98]) if at_rest.any() else (0.0, 1.0)
    shade = np.where(at_rest, 1.0 - (1.0 - DARKEST) * np.clip((basins.steps - low) / max(high - low, 1.0), 0, 1), 1.0)
    with rc_context(STYLE):
        figure = Figure(figsize=(8.6, 7.4), layout="constrained")
        axes = figure.add_subplot()
        axes.imshow(
            colors[which] * shade[..., None],
            extent=(left, right, last, first),
            aspect="equal" if scene.plane.axes.picture else "auto",
            interpolation="nearest",
        )
        heights = Heights(scene)(scene.losses)
        if not scene.plane.axes.picture and np.ptp(heights[np.isfinite(heights)]) > 0:
            axes.contour(heights, levels=CONTOURS, extent=(left, right, first, last), colors="white", linewidths=0.5, alpha=0.35)
        finish_map(axes, scene)
        if len(scene.minima):
            axes.plot(*scene.minima.T, "x", color=MINIMUM_COLOR, markersize=9, markeredgewidth=2.0)
        axes.set_xlabel(scene.plane.axes.labels[0], loc="left")
        axes.set_ylabel(scene.plane.axes.labels[1])
        axes.set_title(label, loc="left", fontsize=11)
        figure.legend(handles=_legend(basins, scene), loc="outside lower center", ncols=2, frameon=False, fontsize=9)
        steps = np.linspace(low, high, 5).round().astype(int)
        bar = axes.inset_axes((1.03, 0.25, 0.025, 0.5))
        bar.imshow(np.linspace(1.0, DARKEST, 256)[:, None], cmap="gray", vmin=0, vmax=1, aspect="auto")
        bar.set(xticks=[], yticks=np.linspace(0, 255, 5), yticklabels=[f"{step:,}" for step in steps])
        bar.yaxis.tick_right()
        bar.set_title("steps\nto rest", fontsize=9, loc="left")
    return figure


def _legend(basins: Basins, scene: Scene) -> list[Patch]:
    """A line for each attractor that has a colour of its own, and for what else is on the map."""
    shares = basins.shares
    digits = max(0, 3 - int(np.floor(np.log10(scene.extent[1] - scene.extent[0]))))
    places = scene.plane.project(basins.places).round(digits) + 0.0  # no minus before a zero
    shown = len(BASIN_COLORS)
    handles = [
        Patch(color=color, label=f"({x:.{digits}f}, {y:.{digits}f}), loss {loss:.3g}: {share:.1%}")
        for color, (x, y), loss, share in zip(BASIN_COLORS, places, basins.losses, shares, strict=False)
    ]
    rest = (
        (OTHER_COLOR, f"{len(shares) - shown} others, colours repeated", shares[shown:].sum()),
        (MOVING_COLOR, "still moving", (basins.verdicts == MOVING).mean()),
        (LOST_COLOR, "diverged or left", (basins.verdicts == LOST).mean()),
    )
    return handles + [
        Patch(facecolor=color, edgecolor="#9aa0a6", label=f"{name}: {share:.1%}") for color, name, share in rest if share > 0
    ]
