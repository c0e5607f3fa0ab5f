"""How one path is drawn: in the colours of what happened along it, or in that of its run."""

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from matplotlib.typing import LineStyleType

from landscape_lab.drawing.color_scale import ColorScale
from landscape_lab.drawing.maps import DRAWN_POINTS
from landscape_lab.drawing.palette import INK, LOSS_COLORS
from landscape_lab.records.known import evenly
from landscape_lab.scene import Trace

WIDTH, CASED = 2.0, 3.6
"""Points: of a segment, and of the dark line below it."""
DOTS = 80
"""Paths of at most so many places show each of them as a dot."""
RUN = 1.7
"""Points: of the line of a run."""
MEMBERS = 50
"""The most members of a run that are drawn."""
FAINTEST = 0.15
"""The opacity of a line among many."""
DIVERGED_DASH: LineStyleType = (0, (4, 2))
"""Of a path that did not end."""


def draw_segments(
    axes: Axes,
    places: Float[np.ndarray, "places members 2"],
    values: Float[np.ndarray, "places members"],
    scale: ColorScale,
    ended: Bool[np.ndarray, " members"],
) -> None:
    """Few paths; each segment has the colour of the value at its end, on a dark line below all of them.

    Args:
        axes: The map.
        places: Through which they go.
        values: There.
        scale: Of their colours.
        ended: Which of them did not diverge; the others are dashed.
    """
    for some, dash in ((ended, "solid"), (~ended, DIVERGED_DASH)):
        lines = axes.plot(places[:, some, 0], places[:, some, 1], color=INK, linewidth=CASED, zorder=2)
        for line in lines:
            line.set(solid_joinstyle="round", linestyle=dash, dash_capstyle="butt")
        _draw_colored(axes, places[:, some], values[:, some], scale, dash)


def _draw_colored(
    axes: Axes, places: np.ndarray, values: np.ndarray, scale: ColorScale, dash: LineStyleType
) -> None:
    """Segments in their colours, and dots where there are few of them."""
    segments = np.stack([places[:-1], places[1:]], axis=2).reshape(-1, 2, 2)
    look = {"array": values[1:].ravel(), "norm": scale.norm, "cmap": LOSS_COLORS}
    lines = LineCollection(list(segments), linewidths=WIDTH, linestyles=dash, zorder=2.5, **look)
    lines.set_capstyle("round")
    axes.add_collection(lines, autolim=False)
    if values.size <= DOTS:
        x, y = places.reshape(-1, 2).T
        colors = LOSS_COLORS(scale.norm(values.ravel()))
        axes.scatter(x, y, c=colors, s=14, edgecolors=INK, linewidths=0.5, zorder=3)


def draw_run(axes: Axes, trace: Trace, color: str, strength: float = 1.0) -> None:
    """The paths of a run in its colour, on a white line; one that diverged is thin, faint and dashed.

    Args:
        axes: The map.
        trace: Of the run.
        color: Of the run.
        strength: Of its lines, from 0 to 1.
    """
    members, ends = trace.places.shape[1], trace.ends
    shown = evenly(len(trace.places), max(50, 20 * DRAWN_POINTS // max(1, members)))
    alpha = strength * max(FAINTEST, members**-0.5)
    width = RUN * (0.4 + 0.6 * strength)
    for member in evenly(members, MEMBERS):
        (line,) = axes.plot(*trace.places[shown, member].T, color=color, linewidth=width, alpha=alpha)
        line.set(solid_joinstyle="round", zorder=1.95 + 0.05 * strength)
        if not np.isfinite(ends[member]):
            line.set(linestyle=DIVERGED_DASH, linewidth=0.6 * width, alpha=0.7 * alpha, zorder=1.9)
        elif members == 1:
            line.set_path_effects([withStroke(linewidth=width + 1.4, foreground="white")])
