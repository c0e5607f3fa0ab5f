"""How all figures look."""

from matplotlib.axis import Axis
from matplotlib.ticker import EngFormatter, MaxNLocator

INK, GREY = "#202124", "#9aa0a6"
"""Of words and edges; and of frames and what does not stand out."""
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": "#3c4043",
    "xtick.color": "#5f6368",
    "ytick.color": "#5f6368",
    "text.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
GRID = "#e8eaed"
"""Of the lines behind curves."""


LARGE = EngFormatter(sep="")


def shortened(value: float, position: float = 0.0) -> str:
    """20000 as 20k; numbers below a thousand as they are."""
    return LARGE(value) if abs(value) >= 1000 else f"{round(value, 9):g}"


def label_cost(axis: Axis, whole: bool) -> None:
    """Short labels along steps and evaluations, at whole numbers, or along seconds and epochs.

    Args:
        axis: Of a curve.
        whole: Whether there is nothing between two whole numbers.
    """
    axis.set_major_locator(MaxNLocator(nbins="auto", steps=(1, 2, 5, 10), integer=whole, min_n_ticks=1))
    axis.set_major_formatter(shortened)
