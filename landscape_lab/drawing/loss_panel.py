"""The loss curve of a film, beside the map or below it."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes

from landscape_lab.drawing.growing import Curve, on_canvas
from landscape_lab.drawing.maps import colored, path_color
from landscape_lab.drawing.style import GRID
from landscape_lab.scene import Scene, Trace

DECADES = 30
"""Losses whose highest is so many times their lowest are drawn logarithmically."""


def prepare_losses(axes: Axes, scene: Scene) -> None:
    """The window of the loss curves, and the legend of several traces."""
    low, high, logarithmic = _range(scene)
    axes.set_yscale("log" if logarithmic else "linear")
    margin = 0.05 * (high - low) or 0.5
    axes.set_ylim(*((low / 1.2, high * 1.2) if logarithmic else (low - margin, high + margin)))
    axes.set_xlim(0, max(1, *(int(trace.steps[-1]) for trace in scene.traces)))
    axes.set_xlabel("step")
    axes.set_title("loss", loc="left", fontsize=9)
    axes.grid(color=GRID, linewidth=0.8)
    _write_legend(axes, scene.traces)


def _range(scene: Scene) -> tuple[float, float, bool]:
    """The lowest and the highest loss that are drawn, and whether they ask for a logarithm."""
    losses = np.concatenate(
        [trace.losses[np.isfinite(trace.losses)] for trace in scene.traces] or [np.empty(0)]
    )
    losses = losses if len(losses) else np.zeros(1)
    low, high = losses.min(), losses.max()
    logarithmic = bool(low > 0 and high > DECADES * low)
    begins = np.concatenate([trace.losses[0] for trace in scene.traces])
    many = len(begins) > len(scene.traces)
    if many and np.isfinite(begins).all():  # what diverges among many members leaves the window
        begin = begins.max()
        high = min(high, 100 * begin if logarithmic else begin + 0.3 * (begin - low))
    return low, high, logarithmic


def _write_legend(axes: Axes, traces: tuple[Trace, ...]) -> None:
    """The labels of several traces, or the lowest, the middle and the highest learning rate of one."""
    if len(traces) > 1:
        for number, trace in enumerate(traces):
            axes.plot([], [], color=path_color(number), label=trace.label)
        axes.legend(frameon=False, fontsize=7)
    elif traces and traces[0].rates is not None:
        rates, parts = np.unique(traces[0].rates), colored(0, traces[0])
        for index in (0, len(parts) // 2, len(parts) - 1):
            axes.plot([], [], color=parts[index][0], label=f"lr {rates[index]:g}")
        axes.legend(frameon=False, fontsize=7, loc="upper right")


def loss_curves(number: int, trace: Trace, axes: Axes) -> Iterator[Curve]:
    """The loss of a trace, or of each learning rate.

    Many members are drawn as their median, and faintly their quartiles. Of a network the loss of all
    data is drawn, and of a single member faintly what its steps saw.
    """
    for color, part in colored(number, trace):
        measured = part.measured.get("measured_losses")
        if measured is None or part.losses.shape[1] == 1:
            faint = 1.0 if measured is None else 0.35
            yield from _colored_curves(color, part.steps, part.losses, axes, faint)
        if measured is not None:
            yield from _colored_curves(color, part.measured["measured_steps"], measured, axes)


def _colored_curves(
    color: str, steps: np.ndarray, losses: np.ndarray, axes: Axes, strength: float = 1.0
) -> Iterator[Curve]:
    """The losses `[records, members]` at some steps `[records]`."""
    losses = np.where(np.isfinite(losses), losses, np.nan)
    known = ~np.isnan(losses).all(axis=1)
    steps = steps[known]
    shares = ((0.25, 0.75), (0.5,)) if losses.shape[1] > 1 else ((0.5,),)
    for share in shares if known.any() else ():
        heights = np.nanquantile(losses[known], share, axis=1).T
        data = np.stack([np.broadcast_to(steps[:, None], heights.shape), heights], axis=-1)
        yield Curve(steps, on_canvas(axes, data), color, axes, alpha=strength if len(share) == 1 else 0.35)
