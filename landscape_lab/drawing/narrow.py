"""Figures for a column of a paper: as wide as it, one panel below the other, with smaller but legible type.

While `drawn_for(3.4)` holds, titles and legends are broken and bars of colours are laid out for this
width; `fit` and `squeeze` then give a figure its size.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PathCollection
from matplotlib.figure import Figure, SubFigure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.text import Text

TYPE = 0.75
"""Of the size of letters in a figure of its own width: 8 points become 6."""
PANEL = 0.55
"""Height over width of a panel of curves."""
WORDS = 0.45
"""Inches for what is written above and below a panel."""
PAGE, LOWEST = 9.0, 0.25
"""Inches of a page, on which many panels of curves are lower; and the least height over width of one."""
BESIDE, CHARACTER = 0.7, 0.6 / 72.0
"""Inches beside words; and the width of a character, of each point of its size."""
_WIDTH: ContextVar[float | None] = ContextVar("width", default=None)


@contextmanager
def drawn_for(width: float | None) -> Iterator[None]:
    """Figures that are made meanwhile are so many inches wide; `None`: as wide as suits them."""
    token = _WIDTH.set(width)
    try:
        yield
    finally:
        _WIDTH.reset(token)


def asked_width() -> float | None:
    """Inches that a figure is to be wide, or `None`."""
    return _WIDTH.get()


def room_of(figure: Figure | SubFigure) -> float:
    """The width for words in inches, as if letters had their usual size."""
    asked = _WIDTH.get()
    return figure.bbox.width / figure.dpi if asked is None else asked / TYPE


def shrink(figure: Figure) -> None:
    """Make letters, lines and marks smaller, all by the same, and break words that are too long for it."""
    _shrink_texts(figure, _WIDTH.get() or np.inf)
    for line in figure.findobj(Line2D):
        line.set_linewidth(TYPE * line.get_linewidth())
        line.set_markersize(TYPE * line.get_markersize())
    for axes in figure.axes:
        for collection in axes.collections:
            _shrink_marks(collection)


def _shrink_texts(figure: Figure, width: float) -> None:
    """Those beside panels are broken to the height of these, all others to the width of the figure."""
    maps = width - 2 * BESIDE  # about as wide as they become
    high = {axes: _ratio(axes) * (width if axes.get_aspect() == "auto" else maps) for axes in figure.axes}
    beside = {id(axes.yaxis.label): max(inches, LOWEST * width) for axes, inches in high.items()}
    for text in figure.findobj(Text):
        text.set_fontsize(TYPE * float(text.get_fontsize()))
        _break(text, beside.get(id(text), width - BESIDE))


def _break(text: Text, room: float) -> None:
    """Break the lines of a text that are longer than so many inches."""
    most, words = room / (CHARACTER * float(text.get_fontsize())), text.get_text()
    if most < len(words):
        broken = "\n".join(fill(line, int(most)) for line in words.split("\n"))
        text.set_text(broken.replace(" ·\n", "\n"))  # which stands between the parts of a line


def _shrink_marks(collection: Collection) -> None:
    """Discs, stars and segments."""
    collection.set_linewidth((TYPE * np.atleast_1d(collection.get_linewidth())).tolist())
    if isinstance(collection, PathCollection):
        collection.set_sizes(TYPE**2 * np.asarray(collection.get_sizes()))


def stacked(
    grid: Sequence[Sequence[Axes]], widths: Sequence[float], heights: Sequence[float]
) -> tuple[list[list[Axes]], list[float], list[float]]:
    """A grid of axes as one column, maps as wide as each other."""
    widest = max(widths)
    found: dict[Axes, float] = {}
    for row, height in zip(grid, heights, strict=False):
        for axes, width in zip(row, widths, strict=True):
            scale = widest / width if axes.get_aspect() != "auto" and len(set(row)) == len(row) else 1.0
            found.setdefault(axes, height * scale)
    return [[axes] for axes in found], [widest], list(found.values())


def squeeze(figure: Figure) -> None:
    """Give a figure with a layout engine the width that was asked for, its panels in one column."""
    if (asked := _WIDTH.get()) is None or figure.get_layout_engine() is None:
        return
    ratios = _stack(figure, asked)
    shrink(figure)
    height = asked * sum(ratios) + WORDS * (len(ratios) + 1)
    if isinstance(engine := figure.get_layout_engine(), ConstrainedLayoutEngine):
        left, low, wide, high = engine.get()["rect"]
        taken = TYPE * (1.0 - high) * figure.get_figheight() / height  # by a second line of the title
        engine.set(rect=(left, low, wide, 1.0 - taken))
    figure.set_size_inches(asked, height)


def _stack(figure: Figure, width: float) -> list[float]:
    """Put the panels of a figure into one column; for each its height over its width."""
    panels: dict[SubplotSpec, list[Axes]] = {}  # axes that share their place stay together
    for axes in figure.axes:
        if (cell := axes.get_subplotspec()) is not None:
            panels.setdefault(cell, []).append(axes)
    cells = sorted(panels, key=lambda cell: (cell.colspan.start, cell.rowspan.start))
    ratios = _on_a_page([_ratio(panels[cell][0]) for cell in cells], width)
    grid = GridSpec(len(cells), 1, figure=figure, height_ratios=ratios)
    for number, cell in enumerate(cells):
        for axes in panels[cell]:
            axes.set_subplotspec(grid[number, 0])
    return ratios


def _on_a_page(ratios: Sequence[float], width: float) -> list[float]:
    """Heights over widths of panels of which those of curves are lower where there are many.

    >>> [round(ratio, 2) for ratio in _on_a_page([PANEL] * 6, 3.4)]
    [0.29, 0.29, 0.29, 0.29, 0.29, 0.29]
    """
    maps = [ratio for ratio in ratios if ratio != PANEL]
    left = (PAGE - WORDS * (len(ratios) + 1)) / width - sum(maps)
    lower = min(max(left / max(1, len(ratios) - len(maps)), LOWEST), PANEL)
    return [lower if ratio == PANEL else ratio for ratio in ratios]


def _ratio(axes: Axes) -> float:
    """Height over width of a panel; of a map its own."""
    if axes.get_aspect() == "auto" or axes.name != "rectilinear":
        return PANEL if axes.name == "rectilinear" else 1.0
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    return abs((high - low) / (right - left))
