"""A scene as a map: the landscape, the paths on it, and where they begin and end. Drawn on axes that are given."""

from dataclasses import replace

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize, to_hex

from landscape_lab.scene import Path, Scene

LOSS_COLORS = "plasma_r"
"""Bright where the loss is low: it stands out from a landscape that is dark there."""
PATH_COLORS = ("#e4572e", "#17bebb", "#ffc914", "#7b5ea7", "#76b041", "#2e86de", "#ef798a", "#b08968")
"""One colour for each optimizer."""
RATE_COLORS = "turbo"
"""Of members by learning rate, from blue for low to red for high."""
MANY_MEMBERS = 8
"""So many members are drawn as lines only."""
MINIMUM_COLOR = "#00e5ff"
HEIGHT_COLORS = "bone"
CONTOURS = 18
DRAWN_POINTS = 3000
"""The most points of one path that are drawn as dots; the line goes through twenty times as many."""


class Heights:
    """Losses as they are drawn: as they are, or logarithmically above the lowest when most of them lie far below the top.

    Attributes:
        label: What they are called.
        span: The lowest and the highest, for the colours.
    """

    def __init__(self, scene: Scene) -> None:
        finite = scene.losses[np.isfinite(scene.losses)]
        low, middle, high = np.quantile(finite, [0.0, 0.5, 1.0]) if len(finite) else (0.0, 0.5, 1.0)
        self.logarithmic = not scene.plane.axes.picture and middle - low < 0.12 * (high - low)
        self.low = low
        self.floor = max(float(np.quantile(finite - low, 0.01)), 1e-6 * (high - low)) if self.logarithmic else 0.0
        self.label = "log₁₀ of the loss above the lowest" if self.logarithmic else "loss"
        self.span = (0.0, 1.0) if scene.plane.axes.picture else _span(self(finite))

    def __call__(self, losses: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(losses - self.low, 0.0) + self.floor) if self.logarithmic else losses


def _span(heights: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest; a flat landscape lies in the middle of its span."""
    low, high = (float(heights.min()), float(heights.max())) if len(heights) else (0.0, 0.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def draw_scene(axes: Axes, scene: Scene, *, bar: bool = True) -> None:
    """The landscape, the paths, and where they begin and end."""
    draw_landscape(axes, scene)
    for number, path in enumerate(scene.paths):
        _draw_path(axes, path, PATH_COLORS[number % len(PATH_COLORS)], alone=len(scene.paths) == 1, bar=bar)
    mark_ends(axes, scene)
    axes.set_xlabel(scene.plane.axes.labels[0], loc="left")
    axes.set_ylabel(scene.plane.axes.labels[1])


def draw_landscape(axes: Axes, scene: Scene) -> None:
    """A picture in its own greys; a formula in dark and light with contours, linear or logarithmic as the losses ask for."""
    left, right, first, last = scene.extent
    extent = (left, right, last, first)
    if scene.plane.axes.picture:
        axes.imshow(scene.losses, cmap="gray", vmin=0.0, vmax=1.0, extent=extent, aspect="equal", interpolation="bilinear")
    else:
        heights_of = Heights(scene)
        heights, (low, high) = heights_of(scene.losses), heights_of.span
        axes.imshow(heights, cmap=HEIGHT_COLORS, vmin=low, vmax=high, extent=extent, aspect="auto", interpolation="bilinear")
        if np.ptp(heights[np.isfinite(heights)]) > 0:
            axes.contour(
                heights,
                levels=CONTOURS,
                extent=(left, right, first, last),
                colors="white",
                linewidths=0.6,
                alpha=0.45,
                linestyles="-",
            )
    finish_map(axes, scene)


def finish_map(axes: Axes, scene: Scene) -> None:
    """The window and its frame."""
    left, right, first, last = scene.extent
    axes.set(xlim=(left, right), ylim=(last, first) if scene.plane.axes.picture else (first, last))
    for spine in axes.spines.values():
        spine.set(visible=True, color="#dadce0")
    axes.set_autoscale_on(False)


def _draw_path(axes: Axes, path: Path, color: str, *, alone: bool, bar: bool = True) -> None:
    """A thin line through all points; dots coloured by loss when the path is alone, else by optimizer.

    Of many members the lines themselves are coloured, by learning rate where it differs, else by their final loss.
    """
    records, members = path.losses.shape
    if alone and members >= MANY_MEMBERS:
        _draw_members(axes, path, bar=bar)
        return
    fade = max(0.1, members**-0.5)
    for member in range(members):
        places = path.places[evenly(records, max(50, 20 * DRAWN_POINTS // members)), member]
        axes.plot(*places.T, color=color, linewidth=1.3, alpha=0.9 * fade, zorder=2, solid_joinstyle="round")
    if not alone:
        return
    shown = evenly(records, max(2, DRAWN_POINTS // members))
    losses = path.losses[shown].ravel()
    dots = axes.scatter(
        path.places[shown, :, 0],
        path.places[shown, :, 1],
        c=losses,
        cmap=LOSS_COLORS,
        s=9,
        linewidths=0,
        alpha=max(0.3, fade),
        zorder=3,
    )
    if bar:
        scale = axes.figure.colorbar(dots, ax=axes, label="loss along the path", shrink=0.8, aspect=35, pad=0.02)
        scale.outline.set_visible(False)
        if scale.solids is not None:
            scale.solids.set_alpha(1.0)


def _draw_members(axes: Axes, path: Path, *, bar: bool) -> None:
    """A line for each member, those of the best on top; of those that diverged a faint one."""
    records, members = path.losses.shape
    shown = evenly(records, max(40, 20 * DRAWN_POINTS // members))
    ends = last_finite(path.losses)
    values, label = (ends, "final loss") if path.rates is None else (path.rates, "learning rate")
    order = np.argsort(-ends, kind="stable")
    completed = np.isfinite(path.losses[-1])[order]
    opacity = 0.85 if members < 100 else 0.5
    lines = LineCollection(
        list(path.places[shown].swapaxes(0, 1)[order]),
        array=values[order],
        cmap=RATE_COLORS if path.rates is not None else LOSS_COLORS,
        norm=LogNorm() if path.rates is not None else color_scale(ends),
        linewidths=1.2 if members < 100 else 0.7,
        alpha=np.where(completed, opacity, 0.15).tolist(),
        zorder=2,
    )
    axes.add_collection(lines, autolim=False)
    if bar:
        colors = ScalarMappable(lines.norm, lines.cmap)
        axes.figure.colorbar(colors, ax=axes, label=label, shrink=0.8, aspect=35, pad=0.02).outline.set_visible(False)


def colored(number: int, path: Path) -> list[tuple[str, Path]]:
    """A path in its colour; if its members have learning rates of their own, a path and a colour for each rate."""
    if path.rates is None:
        return [(PATH_COLORS[number % len(PATH_COLORS)], path)]
    rates = np.unique(path.rates)
    colors = colormaps[RATE_COLORS](LogNorm(rates[0], rates[-1])(rates))
    members = [np.flatnonzero(path.rates == rate) for rate in rates]
    return [
        (to_hex(color), replace(path, places=path.places[:, some], losses=path.losses[:, some], rates=None))
        for color, some in zip(colors, members, strict=True)
    ]


def color_scale(values: np.ndarray) -> Normalize:
    """Colours over values without the extremes, logarithmic where they span decades."""
    finite = values[np.isfinite(values)]
    low, high = np.quantile(finite, [0.02, 0.98]) if len(finite) else (0.0, 1.0)
    high = high if high > low else low + 1.0
    return LogNorm(low, high) if low > 0 and high / low > 100 else Normalize(low, high)


def last_finite(losses: np.ndarray) -> np.ndarray:
    """The last loss of each member that is finite, `[members]`, from `[records, members]`; NaN where there is none."""
    finite = np.isfinite(losses)
    last = len(losses) - 1 - finite[::-1].argmax(axis=0)
    return np.where(finite.any(axis=0), losses[last, np.arange(losses.shape[1])], np.nan)


def mark_ends(axes: Axes, scene: Scene, *, small: bool = False) -> None:
    """Known minima, starts and ends, each with its own mark."""
    if len(scene.minima):
        axes.plot(
            *scene.minima.T,
            "x",
            color=MINIMUM_COLOR,
            markersize=5 if small else 9,
            markeredgewidth=1.8,
            zorder=4,
            label="minimum",
        )
    if scene.paths:
        starts = np.concatenate([path.places[0] for path in scene.paths])
        ends = np.concatenate([path.places[-1] for path in scene.paths])
        size = 16 if small else 90 if len(starts) < 20 else 26 if len(starts) < 200 else 7
        axes.scatter(
            starts[:, 0],
            starts[:, 1],
            s=size,
            c="white",
            edgecolors="#202124",
            linewidths=0.8 if small else 1.6 if size > 50 else 0.6,
            zorder=5,
            label="start",
        )
        if any(len(path.steps) > 1 for path in scene.paths):
            axes.scatter(
                ends[:, 0],
                ends[:, 1],
                s=1.6 * size,
                c="#00c853",
                edgecolors="white",
                linewidths=1.2 if size > 50 else 0.4,
                marker="*",
                zorder=6,
                label="end",
            )
    if not small:
        axes.legend(
            loc="upper right", bbox_to_anchor=(1.01, -0.045), ncols=3, frameon=False, fontsize=9, columnspacing=1.2, borderpad=0.2
        )


def evenly(number: int, limit: int) -> np.ndarray:
    """At most `limit` evenly spaced indices, the first and the last among them."""
    return np.unique(np.linspace(0, number - 1, min(number, limit)).round().astype(int))
