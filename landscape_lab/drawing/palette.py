"""The colours of all pictures, for eyes of every kind.

Colours of lines differ from white, and those of paths from the dark line below them, by at least 3 : 1
(WCAG 2.1, 1.4.11). Any two colours of a set differ by ΔE ≥ 15 (CIE 1976), also for eyes without one kind
of cones, as Machado, Oliveira and Fernandes (2009) simulate them. The hues are Okabe and Ito's, darkened
for white panels and moved apart. Scales are parts of matplotlib's perceptually uniform ones. The tests
measure all of this.
"""

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.typing import LineStyleType

INK = "#202124"
"""Of words, edges and the dark line below a path."""
GREY = "#6b7178"
"""Of frames and of lines that do not stand out."""
GRID = "#e8eaed"
"""Of the lines behind curves: they are not to be read."""
FRAME = "#dadce0"
"""Around maps."""
WRONG = "#c1121f"
"""Of words and frames that tell a fault."""

PATH_COLORS = ("#e06a10", "#0070b0", "#10a070", "#751759", "#1f9cc6", "#8b5600", "#9a80ec", "#342388")
"""Orange, blue, green, plum, sky, brown, violet, indigo: of what differs in kind."""
CLASS_COLORS = (PATH_COLORS[1], PATH_COLORS[0], *PATH_COLORS[2:], GREY, INK)
"""Of the classes of a network."""
DASHES: tuple[LineStyleType, ...] = ("solid", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.4, 1.4, 1.4)))
"""Of lines of one colour, and of more lines than there are colours."""

BASIN_COLORS = ("#57aaee", "#e6915b", "#67e4a9", "#9d5ba0", "#e7c848", "#956c02", "#e4d1ff", "#7e9d99")
"""Of areas; they differ at full and at `DARKEST` brightness."""
DARKEST = 0.6
"""The least brightness of an area in which shades tell something too."""
MOVING, LOST = "#c6c9cd", "#ffffff"
"""Of areas without a colour of their own."""

MINIMUM = "#00e5ff"
"""Of known minima; its rings lie on a dark line."""


def _part(name: str, low: float, high: float) -> LinearSegmentedColormap:
    """A part of one of matplotlib's scales."""
    return LinearSegmentedColormap.from_list(f"{name} part", colormaps[name](np.linspace(low, high, 256)))


LOSS_COLORS = _part("plasma_r", 0.0, 0.55)
"""Of losses along a path, from yellow for low to purple for high: on a dark line."""
RATE_COLORS = _part("viridis", 0.0, 0.59)
"""Of what differs in a number, from violet for low to green for high: on white, on maps on a white line."""
SLOPE_COLORS = "RdBu_r"
"""Of what has a sign."""


def path_color(number: int) -> str:
    """The colour of one of several traces; the first have one each, all others are grey."""
    return PATH_COLORS[number] if number < len(PATH_COLORS) else GREY


def dash_of(number: int) -> LineStyleType:
    """The dash of one of several lines, of which each has a colour: where colours come again, another."""
    return DASHES[number // len(PATH_COLORS) % len(DASHES)]
