"""Who is who among several traces, and how each of them ended."""

from collections.abc import Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from landscape_lab.drawing.narrow import room_of
from landscape_lab.drawing.palette import GREY
from landscape_lab.drawing.titles import ending
from landscape_lab.scene import Trace

LINE, CHARACTER = 0.65, 0.0082
"""Inches: of the line before words and the room around it; of a character, for each point of its size."""


def write_legend(
    figure: Figure,
    colors: Mapping[str, str],
    traces: Sequence[Trace],
    more: int = 0,
    ranks: Sequence[int] = (),
) -> None:
    """A line for each label, with its final loss: that at the end itself, not the one that a map shows there.

    Args:
        figure: Where it stands, outside all axes.
        colors: Of the labels.
        traces: Those of the same label share a line; none where endings are not to be told.
        more: How many other labels are drawn in grey.
        ranks: Of the labels, as they stand beside the ends; none where there are no such numbers.
    """
    numbers = [f"{rank}  " for rank in ranks] or [""] * len(colors)
    named = [
        (number + _told(label, traces), color)
        for number, (label, color) in zip(numbers, colors.items(), strict=False)
    ]
    if more:
        named.append((f"{more} more", GREY))
    handles = [Line2D([], [], color=color, linewidth=2.5, label=words) for words, color in named]
    write_row(figure, handles)


def write_row(
    figure: Figure | SubFigure, handles: Sequence[Artist], at: str = "lower left", size: float = 10.0
) -> None:
    """A legend in a row of its own outside all axes, or in as many rows as the figure's width asks for.

    Args:
        figure: Where it stands.
        handles: Lines and marks with labels; where there are none, there is no legend.
        at: Where it stands.
        size: Of its words, points.
    """
    if not handles:
        return
    longest = LINE + CHARACTER * size * max(len(str(handle.get_label())) for handle in handles)
    width = room_of(figure)
    columns = max(1, min(len(handles), int(width / longest)))
    figure.legend(handles=handles, loc=f"outside {at}", ncols=columns, frameon=False, fontsize=size)


def _told(label: str, traces: Sequence[Trace]) -> str:
    """A label, and how its traces ended."""
    own = [trace for trace in traces if trace.label == label]
    return f"{label}: {ending(own)}" if own else label
