"""What an optimizer did to each layer: a heat map of layers and steps for each quantity."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from landscape_lab.drawing.dark import GAP
from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import GRID
from landscape_lab.drawing.sharpness import draw_losses
from landscape_lab.drawing.style import STYLE, add_scale_beside, label_cost
from landscape_lab.records.known import evenly
from landscape_lab.records.layer_curves import LayerCurves

TITLES = {
    "gradient_norm": "gradient  |g|",
    "weight_norm": "weights  |w|",
    "update_ratio": "update / weights  |Δw| / |w|",
    "cosine": "cosine of update and −gradient",
    "noise_scale": "gradient noise scale  tr Σ / |G|²  (samples)",
}
COLORS, ANGLES, UNKNOWN = "viridis", "RdBu", "#dadce0"
"""Of sizes; of cosines, which have a sign; and of what is not known."""
COLUMNS = 3
"""Panels beside each other."""
FEW, LEGIBLE = 16, 9
"""More rows than these are lower, and named in smaller letters; in a column of a paper so many are named."""
DECADE = 10.0
"""From such a ratio on, colours are logarithmic."""
RARE = 1.0
"""Percent of the values at either end that the colours need not tell apart."""
ROW, SMALL_ROW = 0.24, 0.13
"""Inches of a row, where there are few and where there are many."""


def layers_figure(curves: LayerCurves, losses: tuple[np.ndarray, np.ndarray], title: str) -> Figure:
    """A heat map of each quantity, and the loss.

    Args:
        curves: What was measured.
        losses: Steps and losses of the descent, `[records]` each.
        title: What stands above.
    """
    values, rows = curves.values(), len(curves.names)
    lines = -(-(len(values) + 1) // COLUMNS)
    height = max(1.5, rows * (ROW if rows <= FEW else SMALL_ROW))
    with rc_context(STYLE | {"font.size": 9}):
        figure = Figure(figsize=(13.3, lines * (height + 1.0) + 0.4), layout="constrained")
        panels = figure.subplots(lines, COLUMNS, squeeze=False)
        maps, (loss, *empty) = panels.flat[: len(values)], panels.flat[len(values) :]
        for number, (axes, name) in enumerate(zip(maps, values, strict=True)):
            _draw_map(axes, name, values[name], curves)
            _label_rows(axes, curves, named=number % COLUMNS == 0 or asked_width() is not None)
        _draw_loss(loss, losses)
        for axes in empty:
            axes.set_visible(False)
        grey = np.isnan(np.stack(list(values.values()))).any()
        figure.suptitle(f"{title} · grey: zero or unknown" if grey else title, x=0.01, ha="left", fontsize=11)
    return figure


def _draw_map(axes: Axes, name: str, table: np.ndarray, curves: LayerCurves) -> None:
    """Layers from top to bottom, steps from left to right."""
    steps, rows = curves.steps, len(curves.names)
    apart = int(np.diff(steps).min(initial=steps[-1] + 1)) if len(steps) > 1 else 1
    scale, ends = _scale(name, table)
    image = axes.imshow(
        np.ma.masked_invalid(table.T), norm=scale, cmap=ANGLES if name == "cosine" else COLORS,
        extent=(steps[0], steps[-1] + apart, rows, 0), aspect="auto", interpolation="nearest",
    )  # fmt: skip
    axes.set_facecolor(UNKNOWN)
    add_scale_beside(axes, image, extend=ends)
    axes.set_title(TITLES[name], loc="left", fontsize=9)
    axes.set_xlabel("step")
    label_cost(axes.xaxis, whole=True)
    axes.spines[:].set_visible(False)


def _scale(name: str, table: np.ndarray) -> tuple[Normalize, str]:
    """Colours over what is usual, logarithmic where that spans decades; and where there is more."""
    if name == "cosine":
        return Normalize(-1.0, 1.0), "neither"
    known = table[table > 0]
    if not len(known):
        return Normalize(0.0, 1.0), "neither"
    low, high = np.percentile(known, (RARE, 100 - RARE))
    beyond = "both" if known.min() < low and known.max() > high else "neither"
    if high > DECADE * low:
        return LogNorm(low, high), beyond
    return Normalize(low, max(high, low * (1 + 1e-6))), beyond


def _label_rows(axes: Axes, curves: LayerCurves, named: bool) -> None:
    """The name of each row at the left, a gap below rows of several tensors, a line between modules."""
    rows = len(curves.names)
    for at in _edges(curves.names[curves.together :]):
        axes.axhline(curves.together + at, color="white", linewidth=4.0 if at == 0 else 0.8, gid=GAP)
    axes.set_ylim(rows, 0)
    axes.tick_params(axis="y", length=0)
    _name_rows(axes, curves.names if named else [""] * rows)


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    """All names, or in a column of a paper some."""
    rows = len(names)
    some = np.arange(rows) if asked_width() is None else evenly(rows, LEGIBLE)
    axes.set_yticks(some + 0.5, [names[row] for row in some.tolist()], fontsize=8 if rows <= FEW else 6.5)


def _edges(tensors: Sequence[str]) -> list[int]:
    """Before which tensors another module begins."""
    modules = [name.rpartition(".")[0] or name for name in tensors]
    return [at for at, module in enumerate(modules) if module not in modules[max(0, at - 1) : at]]


def _draw_loss(axes: Axes, losses: tuple[np.ndarray, np.ndarray]) -> None:
    draw_losses(axes, *losses)
    axes.set_title("loss", loc="left", fontsize=9)
    axes.set_ylabel("")
    axes.set_xlabel("step")
    label_cost(axes.xaxis, whole=True)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
