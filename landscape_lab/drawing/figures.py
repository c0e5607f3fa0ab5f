"""Figures of a scene: the path on its landscape, the loss over the steps."""

from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from landscape_lab.drawing.maps import (
    DRAWN_POINTS,
    HEIGHT_COLORS,
    PATH_COLORS,
    RATE_COLORS,
    Heights,
    draw_landscape,
    draw_scene,
    evenly,
    finish_map,
    mark_ends,
)
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
DRAWN_RATES = 64
"""The most learning rates with a curve of their own."""
SURFACE_CELLS = 120
"""The most cells along each side of a surface in three dimensions."""


def save_figure(figure: Figure, path: str | PathLike[str], dpi: int = 120) -> None:
    """Write a figure; the suffix tells the format."""
    with replacing(path) as unfinished:
        figure.savefig(unfinished, dpi=dpi)


def path_figure(scene: Scene) -> Figure:
    """The landscape with the paths on it, their points coloured by loss; start, end and known minima marked."""
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 6.4 * _shape(scene) + 0.9), layout="constrained")
        axes = figure.add_subplot()
        draw_scene(axes, scene)
        axes.set_title(_title(scene.paths), loc="left", fontsize=11)
    return figure


def loss_figure(scene: Scene, against: str = "step") -> Figure:
    """The loss, linear and logarithmic; where minima are known, the distance to the nearest too.

    Args:
        scene: Whose paths.
        against: `step`, or `evaluation`: several of them in a step, as a line search makes, are then told apart.
    """
    with rc_context(STYLE):
        panels = 2 + bool(len(scene.minima))
        figure = Figure(figsize=(5.0 * panels, 4.2), layout="constrained")
        for panel, axes in enumerate(figure.subplots(1, panels)):
            for number, path in enumerate(scene.paths):
                color = PATH_COLORS[number % len(PATH_COLORS)]
                costs = path.steps if against == "step" else path.evaluations
                if panel < 2 and path.rates is not None:
                    _draw_rates(axes, path, path.rates, costs, logarithmic=panel == 1)
                elif panel < 2:
                    _draw_curve(axes, path, costs, path.losses, color, logarithmic=panel == 1, best=True)
                else:
                    _draw_curve(axes, path, costs, _distances(path, scene.minima), color, logarithmic=True)
            axes.set_yscale("log" if panel else "linear")
            axes.set_xlabel(against)
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
    down, across = evenly(rows, SURFACE_CELLS), evenly(columns, SURFACE_CELLS)
    u = left + (across + 0.5) * (right - left) / columns
    v = first + (down + 0.5) * (last - first) / rows
    heights = Heights(scene)
    with rc_context(STYLE):
        figure = Figure(figsize=(13.0, 5.8), layout="constrained")
        axes = figure.add_subplot(1, 2, 1)
        draw_scene(axes, scene, bar=False)
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
            shown = evenly(len(path.steps), DRAWN_POINTS)
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
            finish_map(axes, scene)
            for path in scene.paths:
                shown = evenly(len(path.steps), DRAWN_POINTS)
                axes.plot(*path.places[shown].reshape(len(shown), -1, 2).transpose(2, 0, 1), color="black", linewidth=0.8)
            axes.set_title(title, loc="left", fontsize=11)
            figure.colorbar(image, ax=axes, shrink=0.8, aspect=35, pad=0.02).outline.set_visible(False)
    return figure


FIGURES: dict[str, Callable[[Scene], Figure]] = {
    "path": path_figure,
    "loss": loss_figure,
    "evaluations": partial(loss_figure, against="evaluation"),
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
            draw_landscape(axes, scene)
            mark_ends(axes, scene, small=True)
            axes.set_title(name, loc="left")
        for axes in figure.axes[len(scenes) :]:
            axes.set_visible(False)
    return figure


def _shape(scene: Scene) -> float:
    """Height of the map over its width."""
    left, right, first, last = scene.extent
    return float(np.clip((last - first) / (right - left), 0.4, 2.0)) if scene.plane.axes.picture else 0.85


def _unit(scene: Scene) -> str:
    return " (pixels)" if scene.plane.axes.picture else ""


def _distances(path: Path, minima: np.ndarray) -> np.ndarray:
    """How far each point is from the nearest minimum, in the plane, `[records, members]`."""
    return np.linalg.norm(path.places[:, :, None] - minima, axis=-1).min(axis=-1)


def _draw_curve(
    axes: Axes, path: Path, costs: np.ndarray, values: np.ndarray, color: str, *, logarithmic: bool, best: bool = False
) -> None:
    """One curve over steps or evaluations; for many members the median, the quartiles, and from the tenth to the ninth decile."""
    values = np.where(np.isfinite(values) & ((values > 0) | (not logarithmic)), values, np.nan)
    shown = ~np.isnan(values).all(axis=1)
    x, values = costs[shown], values[shown]
    alone = values.shape[1] == 1
    if not alone:
        lowest, low, middle, high, highest = np.nanquantile(values, [0.1, 0.25, 0.5, 0.75, 0.9], axis=1)
        axes.fill_between(x, lowest, highest, color=color, alpha=0.12, linewidth=0)
        axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)
        values = middle[:, None]
    axes.plot(x, values[:, 0], color=color, linewidth=1.2, label=path.label)
    step, lowest = path.best
    if best and alone and np.isfinite(lowest) and (lowest > 0 or not logarithmic):
        axes.plot(costs[path.steps.searchsorted(step)], lowest, "o", color=color, markersize=4)


def _draw_rates(axes: Axes, path: Path, of_member: np.ndarray, costs: np.ndarray, *, logarithmic: bool) -> None:
    """A curve for each learning rate: the median over its members, as long as at least half of them are finite."""
    rates = np.unique(of_member)
    rates = rates[evenly(len(rates), DRAWN_RATES)]
    shown = evenly(len(costs), DRAWN_POINTS)
    values = np.where(np.isfinite(path.losses[shown]), path.losses[shown], np.inf)
    medians = np.array([np.quantile(values[:, of_member == rate], 0.5, axis=1, method="lower") for rate in rates])
    medians[~np.isfinite(medians) | ((medians <= 0) & logarithmic)] = np.nan
    lines = [np.column_stack([costs[shown], median]) for median in medians]
    axes.add_collection(LineCollection(lines, array=rates, cmap=RATE_COLORS, norm=LogNorm(), linewidths=1.0))
    axes.autoscale_view()
    low, begin = float(np.min(values)), float(np.median(values[0]))
    if logarithmic:
        axes.set_ylim(top=100 * begin if begin > 0 else None)
    elif np.isfinite([low, begin]).all() and begin > low:  # what diverges leaves the window
        axes.set_ylim(low - 0.05 * (begin - low), begin + 0.3 * (begin - low))


def _title(paths: tuple[Path, ...]) -> str:
    """What, how long, and how it ended."""
    if len(paths) > 1:
        return " · ".join(path.label for path in paths)
    (path,) = paths
    final = path.losses[-1]
    parts = [path.label, f"{path.steps[-1]:,} steps"]
    if path.total > 1:
        parts.append(f"{path.total:,} members" + (f", {len(final):,} shown" if len(final) < path.total else ""))
    finite = final[np.isfinite(final)]
    median = "median " if path.total > 1 else ""
    parts.append(f"{median}final loss {np.median(finite):.4g}" if len(finite) else f"diverged, best loss {path.best[1]:.4g}")
    return " · ".join(part for part in parts if part)
