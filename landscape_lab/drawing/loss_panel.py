"""The loss curve of a film, beside the map or below it."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from landscape_lab.drawing.growing import Curve, on_canvas
from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.maps import colored
from landscape_lab.drawing.palette import GRID, path_color
from landscape_lab.drawing.style import label_cost
from landscape_lab.drawing.value_axis import ValueAxis, loss_axes
from landscape_lab.scene import Scene, Trace


def loss_axis(scene: Scene) -> ValueAxis:
    """The axis of the losses: logarithmic where they span a decade."""
    return loss_axes(scene.traces, scene.lowest)[-1]


def prepare_losses(axes: Axes, scene: Scene) -> None:
    """The window of the loss curves, and the legend of several traces, in a row below all."""
    axis = loss_axis(scene)
    axes.set_yscale("log" if axis.logarithmic else "linear")
    axes.set_ylim(*axis.limits)
    axes.set_xlim(0, max(1, *(int(trace.steps[-1]) for trace in scene.traces)))
    axes.set_xlabel("step")
    axes.set_title(axis.name.removesuffix(", logarithmic"), loc="left", fontsize=9)
    label_cost(axes.xaxis, whole=True)
    axes.grid(color=GRID, linewidth=0.8)
    lines = [Line2D([], [], color=color, label=name) for name, color in _names(scene.traces)]
    write_row(axes.figure, lines, size=8)


def _names(traces: tuple[Trace, ...]) -> list[tuple[str, str]]:
    """The labels of several traces, or the lowest, the middle and the highest learning rate of one."""
    if len(traces) > 1:
        return [(trace.label, path_color(number)) for number, trace in enumerate(traces)]
    if not traces or traces[0].rates is None:
        return []
    rates, parts = np.unique(traces[0].rates), colored(0, traces[0])
    return [(f"lr {rates[index]:g}", parts[index][0]) for index in (0, len(parts) // 2, len(parts) - 1)]


def loss_curves(number: int, trace: Trace, axes: Axes, axis: ValueAxis) -> Iterator[Curve]:
    """The loss of a trace, or of each learning rate.

    Many members are drawn as their median, and faintly their quartiles. Of a network the loss of all
    data is drawn, and of a single member faintly what its steps saw.
    """
    for color, part in colored(number, trace):
        measured = part.measured.get("measured_losses")
        if measured is None or part.losses.shape[1] == 1:
            faint = 1.0 if measured is None else 0.35
            yield from _colored_curves(color, part.steps, axis.shown(part.losses), axes, faint)
        if measured is not None:
            yield from _colored_curves(color, part.measured["measured_steps"], axis.shown(measured), axes)


def _colored_curves(
    color: str, steps: np.ndarray, losses: np.ndarray, axes: Axes, strength: float = 1.0
) -> Iterator[Curve]:
    """Losses `[records, members]`, NaN where they are not drawn, at some steps `[records]`."""
    known = ~np.isnan(losses).all(axis=1)
    steps = steps[known]
    shares = ((0.25, 0.75), (0.5,)) if losses.shape[1] > 1 else ((0.5,),)
    for share in shares if known.any() else ():
        heights = np.nanquantile(losses[known], share, axis=1).T
        data = np.stack([np.broadcast_to(steps[:, None], heights.shape), heights], axis=-1)
        yield Curve(steps, on_canvas(axes, data), color, axes, alpha=strength if len(share) == 1 else 0.35)
