"""What the steps do to each layer: heat maps of layers × steps."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from landscape_lab.drawing.style import STYLE, label_cost

QUANTITIES = {
    "gradient": "norm of the gradient",
    "weight": "norm of the weights",
    "ratio": "update / weights",
    "cosine": "cosine of update and −gradient",
    "noise_scale": "gradient noise scale, in samples",
}
"""What is measured of a layer, in the order of the panels, and what it is called."""
SIDE_BY_SIDE = 16
"""More layers than these have their panels beside each other, under one list of names."""
NAMED = 64
"""The most layers that are all named."""
BAR = 10.0
"""How wide a colour bar is, in pixels."""
DECADES = 6
"""The most decades that a colour bar spans, from the highest value down."""


@dataclass(frozen=True)
class LayerCurves:
    """What was measured of each layer.

    Args:
        layers: Their names; also of parameter groups, and of all layers together.
        steps: `[records]`.
        values: `[records, layers]` each, by the names of `QUANTITIES`.
    """

    layers: list[str]
    steps: np.ndarray
    values: dict[str, np.ndarray]

    def named(self) -> dict[str, np.ndarray]:
        """Each curve by the name that loggers use: `layers/ratio/0.weight`."""
        return {
            f"layers/{quantity}/{layer}": values[:, place]
            for quantity, values in self.values.items()
            for place, layer in enumerate(self.layers)
        }


def layers_figure(curves: LayerCurves, title: str) -> Figure:
    """A heat map of layers × steps for each quantity that is known.

    Args:
        curves: What was measured.
        title: What stands above.
    """
    shown = [name for name in QUANTITIES if np.isfinite(curves.values[name]).any()]
    number, beside = len(curves.layers), len(curves.layers) > SIDE_BY_SIDE
    with rc_context(STYLE):
        if beside:
            size, grid = (2.6 + 3.0 * len(shown), min(2.0 + 0.17 * number, 14.0)), (1, len(shown))
        else:
            size, grid = (8.6, 0.7 + (0.65 + 0.24 * number) * len(shown)), (len(shown), 1)
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(*grid, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, name in zip(panels, shown, strict=True):
            _draw(axes, curves, name)
            axes.set_title(QUANTITIES[name], loc="left", fontsize=10)
            _name_layers(axes, curves.layers)
        for axes in panels if beside else panels[-1:]:
            axes.set_xlabel("step")
            label_cost(axes.xaxis, whole=True)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def _draw(axes: Axes, curves: LayerCurves, name: str) -> None:
    """One heat map with its bar."""
    values, steps = curves.values[name], curves.steps
    mesh = axes.pcolormesh(
        _edges(steps),
        np.arange(len(curves.layers) + 1) - 0.5,
        np.ma.masked_invalid(values.T),
        cmap="RdBu_r" if name == "cosine" else "viridis",
        norm=_norm(name, values),
        rasterized=True,
    )
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.set_facecolor("0.92")  # where nothing is known
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.01, aspect=axes.bbox.height / BAR)
    bar.ax.yaxis.set_minor_formatter(NullFormatter())


def _norm(name: str, values: np.ndarray) -> Normalize:
    """From -1 to 1 for a cosine, else the decades below the highest value."""
    if name == "cosine":
        return Normalize(-1, 1)
    positive = values[np.isfinite(values) & (values > 0)]
    if not positive.size:
        return Normalize(0, 1)
    high = float(positive.max())
    low = max(float(positive.min()), high / 10**DECADES)
    return LogNorm(low if low < high else high / 2, high, clip=True)


def _edges(steps: np.ndarray) -> np.ndarray:
    """Where the columns of a heat map begin and end."""
    if len(steps) == 1:
        return np.array([steps[0] - 0.5, steps[0] + 0.5])
    middle = (steps[1:] + steps[:-1]) / 2
    return np.concatenate([[2 * steps[0] - middle[0]], middle, [2 * steps[-1] - middle[-1]]])


def _name_layers(axes: Axes, labels: list[str]) -> None:
    """Names on the left, all of them where they fit."""
    each = max(1, -(-len(labels) // NAMED))
    places = np.arange(0, len(labels), each)
    axes.set_yticks(places, [labels[place] for place in places], fontsize=8 if len(labels) <= 40 else 7)
    axes.tick_params(axis="y", length=0)
