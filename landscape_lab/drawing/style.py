"""How all figures look."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.ticker import EngFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory

from landscape_lab.drawing.palette import GREY, INK

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
GAP, WIDTH, APART = 0.12, 0.13, 1.08
"""Inches: between a map and the bar of its scale, across it, and from one bar to the next."""
ROUND_IT, CHARACTER = 1.7, 0.09
"""Inches of a figure above and below its map, and of a character beside it."""


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


def in_full(value: float, digits: int = 3) -> str:
    """2000 as 2,000 and 0.05 as it is; only very large and very small numbers with an exponent."""
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.{digits}g}"
    digits = max(digits, len(str(int(abs(value)))))
    return f"{float(f'{value:.{digits}g}'):,}".removesuffix(".0")


def distinct(values: Sequence[float] | np.ndarray) -> list[str]:
    """Numbers with as few digits as tell them apart, but three."""
    for digits in range(3, 8):
        words = [in_full(float(value), digits) for value in values]
        if len(set(words)) == len(words):
            break
    return words


def slope_unit(picture: bool) -> str:
    """What the gradient of a map is told in."""
    return f"loss per {'pixel' if picture else 'unit of the axis'}"


def inches_from(axes: Axes, x: float, y: float) -> Transform:
    """Inches to the right and up from a place of some axes, in shares of their width and height."""
    to_place = ScaledTranslation(x, y, axes.transAxes)  # type: ignore[arg-type] # any transform will do
    return axes.figure.dpi_scale_trans + to_place


def add_scale(
    axes: Axes,
    image: ScalarMappable,
    label: str = "",
    extend: str = "neither",
    ticks: Sequence[float] | np.ndarray | None = None,
) -> Colorbar:
    """The scale of colours beside a map and as high as it, beyond those that are there; without a frame.

    Args:
        axes: Of the map.
        image: Whose colours.
        label: What they stand for, with its unit.
        extend: At which ends there is more than the scale shows: `neither`, `min`, `max` or `both`.
        ticks: Where numbers stand; `None`: where matplotlib sets them.
    """
    figure = axes.figure
    left = GAP + APART * len(axes.child_axes)
    across = blended_transform_factory(inches_from(axes, 1.0, 0.0), axes.transAxes)
    beside = axes.inset_axes((left, 0.0, WIDTH, 1.0), transform=across)
    room = figure.bbox.height / figure.dpi - ROUND_IT
    words = fill(label, max(8, int(room / CHARACTER)))
    bar = figure.colorbar(image, cax=beside, label=words, extend=extend, ticks=ticks)
    if ticks is not None:
        bar.ax.set_yticks(ticks, distinct(ticks))
        bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8)
    bar.ax.yaxis.label.set_fontsize(9)
    return bar
