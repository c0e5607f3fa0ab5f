"""How a landscape curves at the end of a descent: its spectrum, and its layers."""

from collections.abc import Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.curvature import LayerCurvature, Spectrum
from landscape_lab.drawing.palette import GREY, GRID, INK, PATH_COLORS
from landscape_lab.drawing.sharpness import draw_losses
from landscape_lab.drawing.style import STYLE, label_cost
from landscape_lab.drawing.titles import title_of
from landscape_lab.scene import Bend, Scene, Trace

TOP_COLOR, BOTTOM_COLOR, FILL = PATH_COLORS[0], PATH_COLORS[1], INK
WIDTH = 0.006
"""Of the bell at each eigenvalue, as a share of the axis."""
LOWEST = 1e-2
"""How far below the share of one eigenvalue the axis of a density goes."""
MOST_LAYERS = 24
"""The most layers that are drawn, the sharpest of them."""


def curvature_figure(scene: Scene) -> Figure:
    """The spectral density with both ends marked, and each layer; of two dimensions, both curvatures.

    Raises:
        ValueError: The scene has no curvature.
    """
    if (bend := scene.bend) is None:
        raise ValueError("A scene should have a curvature to be drawn: figures=[curvature]. Found none.")
    with rc_context(STYLE):
        figure = _along(bend, scene.traces[0]) if bend.along is not None else _at_the_end(bend.spectrum)
        lines = (" · ".join(part for part in (title_of(scene.traces[:1]), bend.member) if part), told(bend))
        figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=11)
    return figure


def told(bend: Bend) -> str:
    """The ends and the trace at the last point, in words."""
    found = bend.spectrum
    spread = f" ± {found.error_of_trace:.1g}" if found.error_of_trace > 0 else ""
    words = (
        f"at the end: curvatures from {found.bottom[-1]:.3g} to {found.top[0]:.4g}, trace {found.trace:.4g}"
    )
    return words + spread


def _at_the_end(found: Spectrum) -> Figure:
    """The density, and beside it the layers where there are several."""
    several = len(found.layers) > 1
    figure = Figure(figsize=(12.5 if several else 8.0, 5.0), layout="constrained")
    if not several:
        _draw_density(figure.add_subplot(), found)
        return figure
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1.0))
    _draw_density(left, found)
    _draw_layers(right, found.layers)
    return figure


def _draw_density(axes: Axes, found: Spectrum) -> None:
    """The density on a logarithmic scale: most eigenvalues lie near 0, and those that matter far out."""
    dims = sum(layer.dims for layer in found.layers.values())
    ends = np.concatenate([found.bottom, found.top, [0.0]])
    width = WIDTH * float(np.ptp(ends)) or WIDTH
    grid, values = found.density.smoothed(1024, width)
    floor = LOWEST / (dims * width * np.sqrt(2 * np.pi))  # one eigenvalue's bell is a hundred times as high
    axes.fill_between(grid, floor, np.maximum(values, floor), color=FILL, alpha=0.25, linewidth=0)
    axes.plot(grid, np.maximum(values, floor), color=FILL, linewidth=1.0)
    for name, some, color in (("highest", found.top, TOP_COLOR), ("lowest", found.bottom, BOTTOM_COLOR)):
        axes.plot(
            some, np.full(len(some), floor), "^", color=color, markersize=7, clip_on=False, zorder=5,
            label=f"{name} {len(some)}" if len(some) > 1 else name,
        )  # fmt: skip
    axes.axvline(0.0, color=GREY, linewidth=0.8, zorder=0)
    axes.set(yscale="log", ylim=(floor, None), xlabel="eigenvalue of the Hessian", ylabel="density")
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="best")
    how = "all eigenvalues" if found.exact else "stochastic Lanczos quadrature"
    axes.set_title(f"spectral density, {dims:,} dimensions: {how}", loc="left", fontsize=10)


def _draw_layers(axes: Axes, layers: Mapping[str, LayerCurvature]) -> None:
    """Two bars for each layer, from the first down: its sharpest curvature, and the sum of all."""
    names = list(layers)
    if len(names) > MOST_LAYERS:
        kept = sorted(names, key=lambda name: -layers[name].highest)[:MOST_LAYERS]
        names = [name for name in names if name in kept]
    at = np.arange(len(names))
    shown = [layers[name] for name in names]
    axes.barh(at - 0.2, [each.trace for each in shown], 0.36, color=GREY, label="trace",
              xerr=[each.error for each in shown], error_kw={"ecolor": INK, "elinewidth": 1.0})  # fmt: skip
    axes.barh(at + 0.2, [each.highest for each in shown], 0.36, color=TOP_COLOR, label="highest eigenvalue")
    axes.set_yticks(at, [f"{name}\n{layers[name].dims:,} weights" for name in names], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=9)
    few = "" if len(names) == len(layers) else f" (the {len(names)} sharpest of {len(layers)})"
    axes.set_title(f"curvature of each layer{few}", loc="left", fontsize=10)


def _along(bend: Bend, trace: Trace) -> Figure:
    """The loss, and below it both eigenvalues of the Hessian over the steps."""
    figure = Figure(figsize=(8.0, 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.0, 1.5))
    draw_losses(above, trace.steps, np.fmin.reduce(trace.losses, axis=1))
    assert bend.along is not None
    for values, name, color in zip(
        bend.along.T, ("highest", "lowest"), (TOP_COLOR, BOTTOM_COLOR), strict=True
    ):
        below.plot(bend.steps, values, color=color, linewidth=1.4, label=f"{name} eigenvalue")
    below.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    below.set(xlabel="step", ylabel="curvature along the path")
    below.legend(frameon=False, loc="best")
    label_cost(below.xaxis, whole=True)
    for axes in (above, below):
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
    return figure
