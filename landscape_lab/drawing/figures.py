"""Figures of a scene: the path on its landscape, the loss over the steps."""

from os import PathLike

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from landscape_lab.files import replacing
from landscape_lab.scene import Path, Scene

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": "#9aa0a6",
    "axes.labelcolor": "#3c4043",
    "xtick.color": "#5f6368",
    "ytick.color": "#5f6368",
    "text.color": "#202124",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
LOSS_COLORS = "plasma_r"
"""Bright where the loss is low: it stands out from a landscape that is dark there."""
PATH_COLORS = ("#e4572e", "#17bebb", "#ffc914", "#7b5ea7", "#76b041", "#2e86de", "#ef798a", "#b08968")
DRAWN_POINTS = 3000
"""The most points of one path that are drawn as dots; the line goes through twenty times as many."""


def save_figure(figure: Figure, path: str | PathLike[str], dpi: int = 120) -> None:
    """Write a figure; the suffix tells the format."""
    with replacing(path) as unfinished:
        figure.savefig(unfinished, dpi=dpi)


def path_figure(scene: Scene) -> Figure:
    """The landscape with the paths on it, their points coloured by loss, start and end marked."""
    left, right, first, last = scene.extent
    shape = np.clip((last - first) / (right - left), 0.4, 2.0) if scene.plane.axes.picture else 0.85
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 6.4 * shape + 0.9), layout="constrained")
        axes = figure.add_subplot()
        _draw_landscape(axes, scene)
        for number, path in enumerate(scene.paths):
            _draw_path(axes, path, PATH_COLORS[number % len(PATH_COLORS)], alone=len(scene.paths) == 1)
        _mark_ends(axes, scene.paths)
        axes.set_title(_title(scene.paths), loc="left", fontsize=11)
        axes.set_xlabel(scene.plane.axes.labels[0])
        axes.set_ylabel(scene.plane.axes.labels[1])
    return figure


def loss_figure(scene: Scene) -> Figure:
    """The loss against the step, on a linear and on a logarithmic scale."""
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, 4.2), layout="constrained")
        for axes, scale in zip(figure.subplots(1, 2), ("linear", "log"), strict=True):
            for number, path in enumerate(scene.paths):
                _draw_losses(axes, path, PATH_COLORS[number % len(PATH_COLORS)], scale)
            axes.set_yscale(scale)
            axes.set_xlabel("step")
            axes.set_ylabel("loss" if scale == "linear" else "loss, logarithmic")
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
            axes.grid(color="#e8eaed", linewidth=0.8)
            axes.set_axisbelow(True)
            if len(scene.paths) > 1 and scale == "linear":
                axes.legend(frameon=False)
        figure.suptitle(_title(scene.paths), x=0.01, ha="left", fontsize=11)
    return figure


def _draw_landscape(axes: Axes, scene: Scene) -> None:
    left, right, first, last = scene.extent
    axes.imshow(
        scene.losses, cmap="gray", vmin=0.0, vmax=1.0, extent=(left, right, last, first), aspect="equal", interpolation="bilinear"
    )
    for spine in axes.spines.values():
        spine.set(visible=True, color="#dadce0")
    axes.set_autoscale_on(False)


def _draw_path(axes: Axes, path: Path, color: str, *, alone: bool) -> None:
    """A thin line through all points; dots coloured by loss when the path is alone, else by optimizer."""
    records, members = path.losses.shape
    fade = max(0.1, members**-0.5)
    for member in range(members):
        places = path.places[_evenly(records, 20 * DRAWN_POINTS), member]
        axes.plot(*places.T, color=color, linewidth=1.3, alpha=0.9 * fade, zorder=2, solid_joinstyle="round")
    if not alone:
        return
    shown = _evenly(records, max(2, DRAWN_POINTS // members))
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
    bar = axes.figure.colorbar(dots, ax=axes, label="loss along the path", shrink=0.8, aspect=35, pad=0.02)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_alpha(1.0)


def _mark_ends(axes: Axes, paths: tuple[Path, ...]) -> None:
    starts = np.concatenate([path.places[0] for path in paths])
    ends = np.concatenate([path.places[-1] for path in paths])
    size = 90 if len(starts) < 20 else 30
    axes.scatter(starts[:, 0], starts[:, 1], s=size, c="white", edgecolors="#202124", linewidths=1.6, zorder=5, label="start")
    axes.scatter(
        ends[:, 0], ends[:, 1], s=1.6 * size, c="#00c853", edgecolors="white", linewidths=1.2, marker="*", zorder=6, label="end"
    )
    axes.legend(
        loc="upper right", bbox_to_anchor=(1.01, -0.045), ncols=2, frameon=False, fontsize=9, columnspacing=1.2, borderpad=0
    )


def _draw_losses(axes: Axes, path: Path, color: str, scale: str) -> None:
    """One curve; for many members the median between the quartiles."""
    losses = np.where(np.isfinite(path.losses), path.losses, np.nan)
    losses = np.where(losses > 0, losses, np.nan) if scale == "log" else losses
    shown = ~np.isnan(losses).all(axis=1)
    steps, losses = path.steps[shown], losses[shown]
    if losses.shape[1] > 1:
        low, middle, high = np.nanquantile(losses, [0.25, 0.5, 0.75], axis=1)
        axes.fill_between(steps, low, high, color=color, alpha=0.2, linewidth=0)
        losses = middle[:, None]
    axes.plot(steps, losses[:, 0], color=color, linewidth=1.2, label=path.label)
    if path.losses.shape[1] == 1 and np.isfinite(path.best[1]):
        axes.plot(*path.best, "o", color=color, markersize=4)


def _title(paths: tuple[Path, ...]) -> str:
    """What, how long, and how it ended."""
    if len(paths) > 1:
        return " · ".join(path.label for path in paths)
    (path,) = paths
    final = path.losses[-1]
    parts = [path.label, f"{path.steps[-1]:,} steps"]
    if len(final) > 1:
        parts.append(f"{len(final):,} members")
    finite = final[np.isfinite(final)]
    parts.append(f"final loss {np.median(finite):.4g}" if len(finite) else f"diverged, best loss {path.best[1]:.4g}")
    return " · ".join(part for part in parts if part)


def _evenly(number: int, limit: int) -> np.ndarray:
    """At most `limit` evenly spaced indices, the first and the last among them."""
    return np.unique(np.linspace(0, number - 1, min(number, limit)).round().astype(int))
