"""Figures of a scene: the path on its landscape, the loss over the steps."""

from collections.abc import Callable, Sequence
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
HEIGHT_COLORS = "bone"
CONTOURS = 18
SURFACE_CELLS = 120


def save_figure(figure: Figure, path: str | PathLike[str], dpi: int = 120) -> None:
    """Write a figure; the suffix tells the format."""
    with replacing(path) as unfinished:
        figure.savefig(unfinished, dpi=dpi)


def path_figure(scene: Scene) -> Figure:
    """The landscape with the paths on it, their points coloured by loss; start, end and known minima marked."""
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 6.4 * _shape(scene) + 0.9), layout="constrained")
        axes = figure.add_subplot()
        _draw_scene(axes, scene)
        axes.set_title(_title(scene.paths), loc="left", fontsize=11)
    return figure


def loss_figure(scene: Scene) -> Figure:
    """The loss against the step, linear and logarithmic; where minima are known, the distance to the nearest too."""
    with rc_context(STYLE):
        panels = 2 + bool(len(scene.minima))
        figure = Figure(figsize=(5.0 * panels, 4.2), layout="constrained")
        for panel, axes in enumerate(figure.subplots(1, panels)):
            for number, path in enumerate(scene.paths):
                color = PATH_COLORS[number % len(PATH_COLORS)]
                if panel < 2:
                    _draw_curve(axes, path, path.losses, color, logarithmic=panel == 1, best=path.best)
                else:
                    _draw_curve(axes, path, _distances(path, scene.minima), color, logarithmic=True)
            axes.set_yscale("log" if panel else "linear")
            axes.set_xlabel("step")
            axes.set_ylabel(("loss", "loss, logarithmic", f"distance to the nearest minimum{_unit(scene)}")[panel])
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
            axes.grid(color="#e8eaed", linewidth=0.8)
            axes.set_axisbelow(True)
        if len(scene.paths) > 1:
            figure.axes[0].legend(frameon=False)
        figure.suptitle(_title(scene.paths), x=0.01, ha="left", fontsize=11)
    return figure


def surface_figure(scene: Scene) -> Figure:
    """The landscape as a map and as a surface in three dimensions, with the paths on both."""
    left, right, first, last = scene.extent
    rows, columns = scene.losses.shape
    down, across = _evenly(rows, SURFACE_CELLS), _evenly(columns, SURFACE_CELLS)
    u = left + (across + 0.5) * (right - left) / columns
    v = first + (down + 0.5) * (last - first) / rows
    heights = _Heights(scene)
    with rc_context(STYLE):
        figure = Figure(figsize=(13.0, 5.8), layout="constrained")
        axes = figure.add_subplot(1, 2, 1)
        _draw_scene(axes, scene, bar=False)
        axes.set_title(_title(scene.paths), loc="left", fontsize=11)
        relief = figure.add_subplot(1, 2, 2, projection="3d", computed_zorder=False)
        relief.plot_surface(
            *np.meshgrid(u, v),
            heights(scene.losses[np.ix_(down, across)]),
            cmap=HEIGHT_COLORS,
            rcount=SURFACE_CELLS,
            ccount=SURFACE_CELLS,
            linewidth=0,
            antialiased=True,
            alpha=0.85,
        )
        for number, path in enumerate(scene.paths):
            shown = _evenly(len(path.steps), DRAWN_POINTS)
            for member in range(min(path.losses.shape[1], 50)):
                places, losses = path.places[shown, member], heights(path.losses[shown, member])
                inside = (places >= (left, first)).all(axis=1) & (places <= (right, last)).all(axis=1)
                places = np.where(inside[:, None], places, np.nan)
                relief.plot(*places.T, losses, color=PATH_COLORS[number % len(PATH_COLORS)], linewidth=1.6, zorder=10)
        relief.set_xlabel(scene.plane.axes.labels[0])
        relief.set_ylabel(scene.plane.axes.labels[1])
        relief.set_zlabel(heights.label)
        relief.view_init(elev=40, azim=-60)
        relief.set_box_aspect((1.0, 1.0, 0.55), zoom=0.95)
        if scene.plane.axes.picture:
            relief.invert_yaxis()
    return figure


def gradient_figure(scene: Scene) -> Figure:
    """The gradient along each axis of the plane, and its size, with the paths on each; from differences of neighbouring cells."""
    left, right, first, last = scene.extent
    rows, columns = scene.losses.shape
    down, across = np.gradient(scene.losses, (last - first) / rows, (right - left) / columns)
    labels = scene.plane.axes.labels
    with rc_context(STYLE):
        figure = Figure(figsize=(15.0, 5.0 * _shape(scene) + 0.6), layout="constrained")
        parts = (
            (f"gradient along {labels[0]}", across),
            (f"gradient along {labels[1]}", down),
            ("its size", np.hypot(across, down)),
        )
        for axes, (title, values) in zip(figure.subplots(1, 3), parts, strict=True):
            signed = bool((values < 0).any())
            reach = float(np.nanquantile(np.abs(values), 0.99)) or 1.0
            image = axes.imshow(
                values,
                cmap="RdBu_r" if signed else "magma",
                vmin=-reach if signed else 0.0,
                vmax=reach,
                extent=(left, right, last, first),
                aspect="equal" if scene.plane.axes.picture else "auto",
            )
            _finish_map(axes, scene)
            for path in scene.paths:
                shown = _evenly(len(path.steps), DRAWN_POINTS)
                axes.plot(*path.places[shown].reshape(len(shown), -1, 2).transpose(2, 0, 1), color="black", linewidth=0.8)
            axes.set_title(title, loc="left", fontsize=11)
            figure.colorbar(image, ax=axes, shrink=0.8, aspect=35, pad=0.02).outline.set_visible(False)
    return figure


FIGURES: dict[str, Callable[[Scene], Figure]] = {
    "path": path_figure,
    "loss": loss_figure,
    "surface": surface_figure,
    "gradient": gradient_figure,
}
"""The figures of a scene, by name."""


def gallery_figure(scenes: Sequence[tuple[str, Scene]]) -> Figure:
    """Many landscapes on one page, each with where descents start on it and its known minima."""
    columns = min(6, len(scenes))
    rows = -(-len(scenes) // columns)
    with rc_context(STYLE | {"font.size": 7, "axes.titlesize": 9}):
        figure = Figure(figsize=(2.9 * columns, 2.8 * rows), layout="constrained")
        for axes, (name, scene) in zip(figure.subplots(rows, columns, squeeze=False).flat, scenes, strict=False):
            _draw_landscape(axes, scene)
            _mark_ends(axes, scene, small=True)
            axes.set_title(name, loc="left")
        for axes in figure.axes[len(scenes) :]:
            axes.set_visible(False)
    return figure


class _Heights:
    """Losses as they are drawn: as they are, or logarithmically above the lowest when most of them lie far below the top."""

    def __init__(self, scene: Scene) -> None:
        finite = scene.losses[np.isfinite(scene.losses)]
        low, middle, high = np.quantile(finite, [0.0, 0.5, 1.0]) if len(finite) else (0.0, 0.5, 1.0)
        self.logarithmic = not scene.plane.axes.picture and middle - low < 0.12 * (high - low)
        self.low = low
        self.floor = max(float(np.quantile(finite - low, 0.01)), 1e-6 * (high - low)) if self.logarithmic else 0.0
        self.label = "log₁₀ of the loss above the lowest" if self.logarithmic else "loss"

    def __call__(self, losses: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(losses - self.low, 0.0) + self.floor) if self.logarithmic else losses


def _shape(scene: Scene) -> float:
    """Height of the map over its width."""
    left, right, first, last = scene.extent
    return float(np.clip((last - first) / (right - left), 0.4, 2.0)) if scene.plane.axes.picture else 0.85


def _unit(scene: Scene) -> str:
    return " (pixels)" if scene.plane.axes.picture else ""


def _distances(path: Path, minima: np.ndarray) -> np.ndarray:
    """How far each point is from the nearest minimum, in the plane, `[records, members]`."""
    return np.linalg.norm(path.places[:, :, None] - minima, axis=-1).min(axis=-1)


def _draw_scene(axes: Axes, scene: Scene, *, bar: bool = True) -> None:
    """The landscape, the paths, and where they begin and end."""
    _draw_landscape(axes, scene)
    for number, path in enumerate(scene.paths):
        _draw_path(axes, path, PATH_COLORS[number % len(PATH_COLORS)], alone=len(scene.paths) == 1, bar=bar)
    _mark_ends(axes, scene)
    axes.set_xlabel(scene.plane.axes.labels[0], loc="left")
    axes.set_ylabel(scene.plane.axes.labels[1])


def _draw_landscape(axes: Axes, scene: Scene) -> None:
    """A picture in its own greys; a formula in dark and light with contours, linear or logarithmic as the losses ask for."""
    left, right, first, last = scene.extent
    extent = (left, right, last, first)
    if scene.plane.axes.picture:
        axes.imshow(scene.losses, cmap="gray", vmin=0.0, vmax=1.0, extent=extent, aspect="equal", interpolation="bilinear")
    else:
        heights = _Heights(scene)(scene.losses)
        axes.imshow(heights, cmap=HEIGHT_COLORS, extent=extent, aspect="auto", interpolation="bilinear")
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
    _finish_map(axes, scene)


def _finish_map(axes: Axes, scene: Scene) -> None:
    """The window and its frame."""
    left, right, first, last = scene.extent
    axes.set(xlim=(left, right), ylim=(last, first) if scene.plane.axes.picture else (first, last))
    for spine in axes.spines.values():
        spine.set(visible=True, color="#dadce0")
    axes.set_autoscale_on(False)


def _draw_path(axes: Axes, path: Path, color: str, *, alone: bool, bar: bool = True) -> None:
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
    if bar:
        scale = axes.figure.colorbar(dots, ax=axes, label="loss along the path", shrink=0.8, aspect=35, pad=0.02)
        scale.outline.set_visible(False)
        if scale.solids is not None:
            scale.solids.set_alpha(1.0)


def _mark_ends(axes: Axes, scene: Scene, *, small: bool = False) -> None:
    """Known minima, starts and ends, each with its own mark."""
    if len(scene.minima):
        axes.plot(
            *scene.minima.T, "x", color="#00e5ff", markersize=5 if small else 9, markeredgewidth=1.8, zorder=4, label="minimum"
        )
    if scene.paths:
        starts = np.concatenate([path.places[0] for path in scene.paths])
        ends = np.concatenate([path.places[-1] for path in scene.paths])
        size = 16 if small else 90 if len(starts) < 20 else 30
        axes.scatter(
            starts[:, 0],
            starts[:, 1],
            s=size,
            c="white",
            edgecolors="#202124",
            linewidths=0.8 if small else 1.6,
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
                linewidths=1.2,
                marker="*",
                zorder=6,
                label="end",
            )
    if not small:
        axes.legend(
            loc="upper right", bbox_to_anchor=(1.01, -0.045), ncols=3, frameon=False, fontsize=9, columnspacing=1.2, borderpad=0.2
        )


def _draw_curve(
    axes: Axes, path: Path, values: np.ndarray, color: str, *, logarithmic: bool, best: tuple[int, float] | None = None
) -> None:
    """One curve; for many members the median between the quartiles."""
    values = np.where(np.isfinite(values) & ((values > 0) | (not logarithmic)), values, np.nan)
    shown = ~np.isnan(values).all(axis=1)
    steps, values = path.steps[shown], values[shown]
    if values.shape[1] > 1:
        low, middle, high = np.nanquantile(values, [0.25, 0.5, 0.75], axis=1)
        axes.fill_between(steps, low, high, color=color, alpha=0.2, linewidth=0)
        values = middle[:, None]
    axes.plot(steps, values[:, 0], color=color, linewidth=1.2, label=path.label)
    if best is not None and values.shape[1] == 1 and np.isfinite(best[1]) and (best[1] > 0 or not logarithmic):
        axes.plot(*best, "o", color=color, markersize=4)


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
