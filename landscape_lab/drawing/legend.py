"""Who is who among several traces, and how each of them ended."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from landscape_lab.drawing.style import GREY
from landscape_lab.drawing.titles import ending
from landscape_lab.scene import Trace

LINE, CHARACTER = 0.65, 0.082
"""Widths in inches: of the line before the words with the room around it, and of a character."""


def write_legend(
    figure: Figure, colors: Mapping[str, str], traces: Sequence[Trace], more: int = 0, at: str = "lower left"
) -> None:
    """A line for each label, with its final loss: that at the end itself, not the one that a map shows there.

    Args:
        figure: Where it stands, outside all axes.
        colors: Of the labels.
        traces: Those of the same label share a line; none where endings are not to be told.
        more: How many other labels are drawn in grey.
        at: Where it stands.
    """
    named = [(_told(label, traces), color) for label, color in colors.items()]
    if more:
        named.append((f"{more} more", GREY))
    handles = [Line2D([], [], color=color, linewidth=2.5, label=words) for words, color in named]
    longest = LINE + CHARACTER * max(len(words) for words, _ in named)
    columns = max(1, min(len(handles), int(figure.get_figwidth() / longest)))
    figure.legend(handles=handles, loc=f"outside {at}", ncols=columns, frameon=False, fontsize=10)


def _told(label: str, traces: Sequence[Trace]) -> str:
    """A label, and how its traces ended."""
    own = [trace for trace in traces if trace.label == label]
    return f"{label}: {ending(own)}" if own else label
