"""How all figures look."""

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
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


def add_scale(axes: Axes, image: ScalarMappable, label: str = "", extend: str = "neither") -> Colorbar:
    """The scale of colours beside a map, without a frame.

    Args:
        axes: Of the map.
        image: Whose colours.
        label: What they stand for.
        extend: At which ends there is more than the scale shows: `neither` or `max`.
    """
    bar = axes.figure.colorbar(image, ax=axes, label=label, shrink=0.8, aspect=35, pad=0.02, extend=extend)
    bar.outline.set_visible(False)
    return bar
