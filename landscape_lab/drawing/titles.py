"""What stands above a figure."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import ScaledTranslation

from landscape_lab.drawing.marks import above_rings
from landscape_lab.drawing.narrow import TYPE, asked_width, room_of
from landscape_lab.outcomes.converged import converged_after
from landscape_lab.outcomes.good_rates import TypicalEnd, typical_end
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.scene import Scene, Trace

BETWEEN = " · "
"""Between the parts of a title."""
GREY = "#5f6368"
SIZE, SMALL = 11.0, 9.0
"""Of a title and of the grey line below it, points."""
BESIDE = 1.0
"""Inches of a figure left and right of a title."""
CHARACTER = 0.6 / 72.0
"""The width of a character in inches, of each point of its size."""
LINE = 1.4
"""The height of a line, in sizes of its characters."""


def write_title(axes: Axes, scene: Scene, *further: str) -> None:
    """What was run and how it ended; in grey below it what else explains the picture.

    Both are broken into lines that the figure holds.

    Args:
        axes: Above which it stands.
        scene: What happened.
        *further: Lines that tell what is seen in the picture.
    """
    lines = (
        line for words in (title_of(scene.traces), *further) for line in _broken(axes.figure, words, SIZE)
    )
    explain(axes, scene, "\n".join(lines))


def explain(axes: Axes, scene: Scene, title: str = "") -> None:
    """What explains a picture, in grey below a title.

    Args:
        axes: Above which it stands.
        scene: What happened.
        title: What stands above it.
    """
    explained, pad = _broken(axes.figure, scene.about, SMALL), above_rings(scene)
    axes.set_title(title, loc="left", fontsize=SIZE, pad=pad + LINE * SMALL * len(explained))
    if not explained:
        return
    below = axes.annotate(
        "\n".join(explained), (0.0, 1.0), (0.0, pad - 2.0), "axes fraction", "offset points",
        fontsize=SMALL, color=GREY, va="bottom",
    )  # fmt: skip
    below.set_in_layout(not title)  # a title has left it its room; its width needs none


def write_title_of_all(figure: Figure, scene: Scene, *further: str) -> None:
    """The same above all panels of a figure, which has a layout engine that leaves it room.

    Args:
        figure: Above which it stands.
        scene: What happened.
        *further: Lines that tell what is seen in the picture.
    """
    lines = [line for words in (title_of(scene.traces), *further) for line in _broken(figure, words, SIZE)]
    explained = _broken(figure, scene.about, SMALL)
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=SIZE, linespacing=LINE)
    if isinstance(engine := figure.get_layout_engine(), ConstrainedLayoutEngine):
        taken = LINE * SMALL * len(explained) / 72.0 / figure.get_figheight()
        engine.set(rect=(0.0, 0.0, 1.0, 1.0 - taken))
    size = SIZE if asked_width() is None else TYPE * SIZE
    down = ScaledTranslation(0.0, -LINE * size * (len(lines) + 0.25) / 72.0, figure.dpi_scale_trans)
    figure.text(
        0.01, 1.0, "\n".join(explained), fontsize=SMALL, color=GREY, va="top", linespacing=LINE,
        transform=figure.transFigure + down,
    )  # fmt: skip


def _broken(figure: Figure | SubFigure, words: str, size: float) -> list[str]:
    """Parts of a title in lines that are not wider than the figure."""
    most = (room_of(figure) - BESIDE) / (CHARACTER * size)
    lines: list[str] = []
    for part in words.split(BETWEEN) if words else ():
        if lines and len(lines[-1]) + len(BETWEEN) + len(part) <= most:
            lines[-1] += BETWEEN + part
        else:
            lines += wrap(part, int(most))
    return lines


def title_of(traces: Sequence[Trace]) -> str:
    """What, how long, and how it ended; of several traces their labels."""
    if len(traces) > 1:
        return BETWEEN.join(trace.label for trace in traces)
    (trace,) = traces
    shown = trace.losses.shape[1]
    parts = [trace.label, *([] if _is_lost(trace) else [_length(trace)])]
    if trace.total > 1:
        parts.append(f"{trace.total:,} members" + (f", {shown:,} shown" if shown < trace.total else ""))
    return BETWEEN.join(part for part in (*parts, _end_of(trace)) if part)


def _length(trace: Trace) -> str:
    """How many steps were made, and how many of them an optimizer needed that then did nothing more."""
    steps = f"{trace.steps[-1]:,} steps"
    needed = converged_after(trace.steps, trace.evaluations)
    return steps if needed is None else f"converged after {needed:,} of {steps}"


def _end_of(trace: Trace) -> str:
    """How a descent ended."""
    if not _is_lost(trace):
        return ending([trace])
    return f"{trace.lost} in step {trace.steps[-1]:,}, best loss {trace.best[1]:.4g}"


def _is_lost(trace: Trace) -> bool:
    """Whether no member is left."""
    return not np.isfinite(trace.ends).any()


def ending(traces: Sequence[Trace]) -> str:
    """The final loss, as the terminal tells it; of several traces that of all their members."""
    end = end_of(traces)
    if not np.isfinite(end.loss):
        words = lost_as(traces)
        return words if all(map(_is_lost, traces)) else f"half and more of the members {words}"
    best = "" if end.rate is None else f"best lr {end.rate:.4g}: "
    return f"{best}{end.words} {end.loss:.4g}"


def lost_as(traces: Sequence[Trace]) -> str:
    """What became of those of some traces that have no end: `diverged`, `failed`, or one of them each."""
    return " or ".join(sorted({trace.lost for trace in traces if not np.isfinite(trace.ends).all()}))


def end_of(traces: Sequence[Trace]) -> TypicalEnd:
    """The final loss that stands for some traces."""
    ends = np.concatenate([trace.ends for trace in traces])
    begin = float(typical(np.concatenate([trace.losses[0] for trace in traces])))
    (first, *more) = traces
    return typical_end(ends, begin, None if more else first.rates)
