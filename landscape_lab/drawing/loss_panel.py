"""The loss curve of a film, beside the map or below it."""

from collections.abc import Iterator
from dataclasses import replace
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from landscape_lab.drawing.growing import Curve, on_canvas
from landscape_lab.drawing.maps import colored
from landscape_lab.drawing.oscillation import calmed
from landscape_lab.drawing.palette import GRID
from landscape_lab.drawing.rates import lowest_so_far
from landscape_lab.drawing.style import label_cost
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.drawing.titles import CHARACTER
from landscape_lab.drawing.value_axis import ValueAxis, loss_axes
from landscape_lab.outcomes.quantiles import quantiles
from landscape_lab.scene import Scene, Trace, last_before

TITLE = 9
"""The size of the panel's name, points."""
FAINT = 0.35
"""The opacity of what lies behind a curve."""


def loss_axis(scene: Scene, end: float = np.inf) -> ValueAxis:
    """The axis of the losses up to a step: logarithmic where they span a decade."""
    return loss_axes([_until(trace, end) for trace in scene.traces], scene.lowest)[-1]


def _until(trace: Trace, end: float) -> Trace:
    """The records of a trace up to a step, and what was measured by then; all its places."""
    kept = trace.record(end) + 1
    measured = trace.measured
    if "measured_steps" in measured:
        by_then = last_before(measured["measured_steps"], end) + 1
        measured = {name: values[:by_then] for name, values in measured.items()}
    return replace(
        trace,
        **{name: getattr(trace, name)[:kept] for name in ("losses", "steps", "evaluations", "lr")},
        place_steps=trace.path_steps,
        measured=measured,
    )


def prepare_losses(axes: Axes, scene: Scene, end: float = np.inf) -> None:
    """The window of the loss curves up to a step."""
    axis = loss_axis(scene, end)
    axes.set_yscale("log" if axis.logarithmic else "linear")
    axes.set_ylim(*axis.limits)
    label_logarithm(axes.yaxis)
    axes.set_xlim(0, max(1, min(end, max(int(trace.steps[-1]) for trace in scene.traces))))
    axes.set_xlabel("step")
    name, room = axis.name.removesuffix(", logarithmic"), axes.get_position().width * axes.figure.bbox.width
    words = fill(name, max(8, int(room / (CHARACTER * TITLE * axes.figure.dpi))))
    axes.set_title(words, loc="left", fontsize=TITLE)
    label_cost(axes.xaxis, whole=True)
    axes.grid(color=GRID, linewidth=0.8)


def loss_curves(number: int, trace: Trace, axes: Axes, axis: ValueAxis) -> Iterator[Curve]:
    """The loss of a trace, or what each learning rate had reached.

    Many members are drawn as their median, and faintly their quartiles; faintly also the swings of one
    that hide each other, below their running median. Of a network the loss of all data is drawn, and of
    a single member faintly what its steps saw.
    """
    for color, part in colored(number, trace):
        measured = part.measured.get("measured_losses")
        if measured is None or part.losses.shape[1] == 1:
            losses = axis.shown(part.losses if trace.rates is None else lowest_so_far(part.losses))
            median = None if measured is not None else _between_swings(color, part.steps, losses, axes, axis)
            faint = FAINT if measured is not None or median is not None else 1.0
            yield from _colored_curves(color, part.steps, losses, axes, faint)
            if median is not None:
                yield median
        if measured is not None:
            yield from _colored_curves(color, part.measured["measured_steps"], axis.shown(measured), axes)


def _between_swings(
    color: str, steps: np.ndarray, losses: np.ndarray, axes: Axes, axis: ValueAxis
) -> Curve | None:
    """The running median of a single member, or `None` where its swings do not hide each other."""
    known = ~np.isnan(losses).all(axis=1)
    calm = calmed(steps[known], losses[known, 0], axis) if losses.shape[1] == 1 else None
    if calm is None:
        return None
    return Curve(
        calm.costs, on_canvas(axes, np.column_stack([calm.costs, calm.middle])[:, None]), color, axes
    )


def _colored_curves(
    color: str, steps: np.ndarray, losses: np.ndarray, axes: Axes, strength: float = 1.0
) -> Iterator[Curve]:
    """Losses `[records, members]`, NaN where they are not drawn, at some steps `[records]`."""
    known = ~np.isnan(losses).all(axis=1)
    steps = steps[known]
    shares = ((0.25, 0.75), (0.5,)) if losses.shape[1] > 1 else ((0.5,),)
    for share in shares if known.any() else ():
        heights = quantiles(losses[known], share).T
        data = np.stack([np.broadcast_to(steps[:, None], heights.shape), heights], axis=-1)
        yield Curve(steps, on_canvas(axes, data), color, axes, alpha=strength if len(share) == 1 else FAINT)
