"""The tables of a race: a number for each optimizer on each landscape, and a key for the colours."""

import textwrap
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm, to_rgba
from matplotlib.figure import SubFigure

from landscape_lab.drawing.palette import GRID, INK

SLOWEST = 16.0
"""The ratio to the fastest at which the colour of a cell ends."""
DARK = 0.75
"""The share of that way, on a logarithmic scale, beyond which words are white."""
COLORS = ListedColormap(colormaps["YlGnBu"](np.linspace(0.0, 0.75, 256)))
MISSED = "missed"
"""What stands in a cell instead of a time to a target that was not reached."""

Numbers = Float[np.ndarray, "optimizers landscapes"]


def draw_tables(
    figure: SubFigure,
    names: tuple[Sequence[str], Sequence[str]],
    times: Sequence[tuple[str, Numbers]],
    losses: tuple[str, Numbers],
) -> None:
    """Tables below each other; cells of times are the darker the longer it took.

    Args:
        figure: Where they stand.
        names: Of the optimizers and of the landscapes.
        times: A title and what it tells of; infinite where a target was missed.
        losses: The same, but without colours: losses have no ratio.
    """
    axes = figure.subplots(len(times) + 1, 1)
    for each, (title, numbers) in zip(axes, times, strict=False):
        fastest = numbers.min(axis=0)
        with np.errstate(invalid="ignore"):
            ratios = numbers / fastest
        _draw_table(each, names, numbers, np.where(np.isfinite(ratios), ratios, np.nan), title)
    _draw_table(axes[-1], names, losses[1], np.full(losses[1].shape, np.nan), losses[0])
    _draw_key(figure, axes[: len(times)])


def _draw_table(
    axes: Axes, names: tuple[Sequence[str], Sequence[str]], numbers: Numbers, ratios: Numbers, title: str
) -> None:
    """A table; cells without a ratio are white, or grey where there is no number."""
    shade = np.log(ratios) / np.log(SLOWEST)
    painted = COLORS(np.clip(shade, 0.0, 1.0))
    painted[np.isnan(shade)] = to_rgba("white")
    painted[~np.isfinite(numbers)] = to_rgba(GRID)
    axes.imshow(painted, aspect="auto")
    best = (numbers == numbers.min(axis=0)) & np.isfinite(numbers)
    for (row, column), value in np.ndenumerate(numbers):
        axes.text(
            column, row, written(float(value)), ha="center", va="center", fontsize=9.5,
            weight="bold" if best[row, column] else "normal",
            color="white" if shade[row, column] > DARK else INK,
        )  # fmt: skip
    labels = [textwrap.fill(label.replace(", ", ",\n"), 16) for label in names[1]]
    axes.set(xticks=range(len(labels)), xticklabels=labels, yticks=range(len(names[0])), yticklabels=names[0])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=11)


def _draw_key(figure: SubFigure, axes: Sequence[Axes]) -> None:
    """What the colours of times mean."""
    colors = ScalarMappable(LogNorm(1.0, SLOWEST), COLORS)
    bar = figure.colorbar(colors, ax=list(axes), extend="max", aspect=40, pad=0.02)
    ticks = [1, 2, 4, 8, 16]
    bar.ax.set_yticks(ticks, [f"{tick}×" for tick in ticks])
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.set_label(f"as long as the fastest (bold); grey: {MISSED}")


def written(value: float) -> str:
    """A number as a cell shows it.

    >>> written(1234.5), written(0.01234), written(float("inf"))
    ('1,234', '0.0123', 'missed')
    """
    if not np.isfinite(value):
        return MISSED
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"
