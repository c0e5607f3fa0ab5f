"""What is measured on the straight line between two weight vectors."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.palette import GREY, GRID, INK, PATH_COLORS
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.titles import write_title
from landscape_lab.planes.line import Line
from landscape_lab.scene import Scene

LOSS_COLOR, ACCURACY_COLOR, BARRIER_COLOR = PATH_COLORS[0], PATH_COLORS[1], INK


def line_figure(scene: Scene) -> Figure:
    """The loss along the line, where known the accuracy, and the height of the barrier.

    Raises:
        ValueError: The scene has no line.
    """
    if (line := scene.line) is None:
        raise ValueError("A scene should have a line to be drawn: figures=[line]. Found none.")
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.6), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(line.shares, line.measures["loss"], color=LOSS_COLOR, linewidth=2.0, label="loss")
        _draw_barrier(axes, line)
        axes.set(xlabel="share of the way", ylabel="loss", xlim=(0.0, 1.0))
        axes.set_xticks(
            [0.0, 0.25, 0.5, 0.75, 1.0],
            [_short(line.names[0]), "25 %", "half", "75 %", _short(line.names[1])],
        )
        axes.grid(color=GRID, linewidth=0.8)
        handles = axes.get_legend_handles_labels()[0]
        if "accuracy" in line.measures:
            handles.append(_draw_accuracy(axes, line))
        write_row(figure, handles, "lower right", 9.0)
        write_title(axes, scene, told(line))
    return figure


def told(line: Line) -> str:
    """The height of the barrier, in words."""
    if not np.isfinite(line.barrier):
        return "the loss is not finite everywhere on the line"
    span = float(np.ptp(line.measures["loss"]))
    if line.barrier <= 1e-3 * span:
        return "no barrier on the straight line"
    return f"a barrier of {line.barrier:.3g} on the straight line"


def _draw_barrier(axes: Axes, line: Line) -> None:
    """The straight line between the losses of the ends, and an arrow for the barrier that the title tells."""
    loss = line.measures["loss"]
    axes.plot([0.0, 1.0], loss[[0, -1]], color=GREY, linewidth=1.0, linestyle="--", label="without a barrier")
    if np.isfinite(line.barrier) and line.barrier > 1e-3 * np.ptp(loss):
        at = int(line.excess.argmax())
        base = loss[at] - line.barrier
        axes.annotate(
            "",
            (line.summit, loss[at]),
            (line.summit, base),
            arrowprops={"arrowstyle": "<->", "color": BARRIER_COLOR, "shrinkA": 0, "shrinkB": 0},
        )


def _draw_accuracy(axes: Axes, line: Line) -> Line2D:
    """The accuracy, on an axis of its own from 0 to 1."""
    beside = axes.twinx()
    (curve,) = beside.plot(
        line.shares, line.measures["accuracy"], color=ACCURACY_COLOR, linewidth=1.6, label="accuracy"
    )
    beside.set(ylim=(0.0, 1.02), ylabel="accuracy")
    beside.spines["right"].set_visible(True)
    return curve


def _short(name: str, most: int = 28) -> str:
    """The end of a long name: a path is told by its last folders."""
    return name if len(name) <= most else f"…{name[-most:]}"
