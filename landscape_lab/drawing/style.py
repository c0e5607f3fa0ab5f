"""How all figures look."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm
from matplotlib.font_manager import fontManager
from matplotlib.ticker import EngFormatter, FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory

from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import GREY, INK

SCRIPTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans", "Hiragino Sans", "PingFang SC", "Yu Gothic"),
    *("Microsoft YaHei", "Malgun Gothic", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Arial Unicode MS"),
)
"""Fonts for names in scripts that our own font does not have, where one of them is installed."""
INSTALLED = {font.name for font in fontManager.ttflist}
STYLE = {
    "font.family": ["DejaVu Sans", *(name for name in SCRIPTS if name in INSTALLED)],
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": "#3c4043",
    "xtick.color": "#5f6368",
    "ytick.color": "#5f6368",
    "text.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # a name may have dollars in it
}
AXIS = {"steps": "step", "evaluations": "evaluation", "epochs": "epoch", "seconds": "seconds"}
"""What stands below a curve over each cost."""
GAP, WIDTH, APART = 0.12, 0.13, 1.08
"""Inches: between a map and the bar of its scale, across it, and from one bar to the next."""
NUMBER, ALONG = 0.14, 0.3
"""The share of such a bar that a number takes: of an upright one, an inch high or more, or a lying one."""
LOW, LOWER = 0.5, 0.85
"""Inches below a map of bars that have no room beside it, without marks above them and with them."""
ROUND_IT, CHARACTER = 1.7, 0.09
"""Inches of a figure above and below its map, and of a character beside it."""
MINUS = "\N{MINUS SIGN}"
"""Which matplotlib writes, too."""
PLAIN = (0.99e-4, 1.01e6)
"""Between these, numbers are written in full; a scale that goes beyond has powers of ten everywhere."""
LARGE = EngFormatter(sep="")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Exponents, which need no formula."""


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
        return f"{value:.{digits}g}".replace("-", MINUS, int(value < 0))
    digits = max(digits, len(str(int(abs(value)))))
    return f"{float(f'{value:.{digits}g}'):,}".removesuffix(".0").replace("-", MINUS)


def distinct(values: Sequence[float] | np.ndarray) -> list[str]:
    """Numbers with as few digits as tell them apart, but three."""
    for digits in range(3, 10):  # a float has no more
        words = [in_full(float(value), digits) for value in values]
        if len(set(words)) == len(words):
            break
    return words


def apart_on(axis: Axis) -> FuncFormatter:
    """Numbers along a linear axis with the digits that tell them apart, however far from 0 they are."""

    def written(value: float, _: object) -> str:
        low, high = axis.get_view_interval()
        steps = max(abs(low), abs(high)) / ((high - low) or 1.0)
        return in_full(value, max(6, 4 + int(np.log10(steps or 1.0))))

    return FuncFormatter(written)


def power(value: float, position: float = 0.0) -> str:
    """A power of ten: 10⁻⁵."""
    return f"10{str(round(np.log10(value))).translate(RAISED)}"


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
    """The scale of colours beside a map, or below it in a column of a paper.

    Args:
        axes: Of the map.
        image: Whose colours.
        label: What they stand for, with its unit.
        extend: At which ends there is more than the scale shows: `neither`, `min`, `max` or `both`.
        ticks: Where numbers stand; `None`: where matplotlib sets them.
    """
    add = add_scale_beside if asked_width() is None else add_scale_below
    return add(axes, image, label, extend, ticks)


def add_scale_beside(
    axes: Axes,
    image: ScalarMappable,
    label: str = "",
    extend: str = "neither",
    ticks: Sequence[float] | np.ndarray | None = None,
) -> Colorbar:
    """The same as high as the map, beyond the scales that are there; without a frame."""
    figure = axes.figure
    left = GAP + APART * len(axes.child_axes)
    across = blended_transform_factory(inches_from(axes, 1.0, 0.0), axes.transAxes)
    beside = axes.inset_axes((left, 0.0, WIDTH, 1.0), transform=across)
    room = figure.bbox.height / figure.dpi - ROUND_IT
    return fill_scale(beside, image, label, room, extend, ticks)


def fill_scale(
    axes: Axes,
    image: ScalarMappable,
    label: str,
    room: float,
    extend: str = "neither",
    ticks: Sequence[float] | np.ndarray | None = None,
) -> Colorbar:
    """An upright scale of colours that fills axes of its own; its name is broken to so many inches."""
    words = fill(label, max(8, int(room / CHARACTER)))
    bar = axes.figure.colorbar(
        image, cax=axes, label=words, extend=extend, ticks=ticks, format=_powers(image)
    )
    if ticks is not None:
        kept = _apart(image, ticks, NUMBER)
        bar.ax.set_yticks(kept, distinct(kept))
        bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8)
    bar.ax.yaxis.label.set_fontsize(9)
    return bar


def _powers(image: ScalarMappable) -> FuncFormatter | None:
    """How the powers of ten beside a logarithmic scale are written; `None`: where there are none."""
    norm = image.norm
    if not isinstance(norm, LogNorm):
        return None
    low, high = norm.vmin or 0.0, norm.vmax or 0.0
    plain = PLAIN[0] < low and high < PLAIN[1]
    return FuncFormatter((lambda value, _: in_full(value)) if plain else power)


def _apart(image: ScalarMappable, ticks: Sequence[float] | np.ndarray, least: float) -> list[float]:
    """Those on a scale of colours that are so large a share of it from each other, for their numbers."""
    kept, last = [], -np.inf
    for tick, share in zip(ticks, np.asarray(image.norm(np.asarray(ticks, dtype=float))), strict=True):
        if 0.0 <= share <= 1.0 and share - last > least:
            kept.append(float(tick))
            last = share
    return kept


def add_scale_below(
    axes: Axes,
    image: ScalarMappable,
    label: str = "",
    extend: str = "neither",
    ticks: Sequence[float] | np.ndarray | None = None,
    *,
    alone: bool = False,
) -> Colorbar:
    """The same below a map and its marks, two bars in a row; one that is `alone` as wide as the map."""
    row, column = divmod(len(axes.child_axes), 2)
    down = blended_transform_factory(axes.transAxes, inches_from(axes, 0.0, 0.0))
    low, wide = (LOW, 1.0) if alone else (LOWER, 0.46)
    where = (0.54 * column, -low - 0.55 * row, wide, 0.7 * WIDTH)
    bar = axes.figure.colorbar(
        image, cax=axes.inset_axes(where, transform=down), orientation="horizontal", extend=extend
    )
    bar.outline.set_visible(False)
    kept = _apart(image, bar.get_ticks() if ticks is None else ticks, ALONG)
    bar.set_ticks(kept, labels=distinct(kept))
    bar.ax.minorticks_off()
    bar.ax.tick_params(labelsize=8)
    bar.ax.set_xlabel(fill(label, 24), fontsize=9)
    return bar
