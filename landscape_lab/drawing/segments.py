"""A path as segments in the colours of their losses, on a line that sets them off from any map."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.patheffects import withStroke

from landscape_lab.drawing.palette import INK, LOSS_COLORS

WIDTH, CASED = 2.0, 3.6
"""Points: of a segment, and of the dark line below it."""
STEPS = 80
"""A path of at most so many places shows each of them as a dot."""
DIVERGED_DASH = (0, (4, 2))
"""Of a path that did not end."""


def draw_segments(
    axes: Axes,
    places: Float[np.ndarray, "places 2"],
    losses: Float[np.ndarray, " places"],
    norm: Normalize,
    alpha: float = 1.0,
) -> None:
    """One path; each segment has the colour of the loss at its end.

    Args:
        axes: The map.
        places: Through which it goes.
        losses: There.
        norm: From losses to the way through the colours.
        alpha: Its opacity.
    """
    axes.plot(*places.T, color=INK, linewidth=CASED, alpha=alpha, zorder=2, solid_joinstyle="round")
    lines = LineCollection(
        list(np.stack([places[:-1], places[1:]], axis=1)),
        array=losses[1:],
        norm=norm,
        cmap=LOSS_COLORS,
        linewidths=WIDTH,
        alpha=alpha,
        capstyle="round",
        zorder=2.5,
    )
    axes.add_collection(lines, autolim=False)
    if len(places) <= STEPS:
        x, y = places.T
        axes.scatter(x, y, c=losses, norm=norm, cmap=LOSS_COLORS, s=14, ec=INK, lw=0.5, alpha=alpha, zorder=3)


def draw_colored(
    axes: Axes,
    places: Float[np.ndarray, "places 2"],
    color: str,
    *,
    ended: bool = True,
    among: int = 1,
    width: float = 1.6,
) -> None:
    """One path in the colour of its run, on a white line; one that diverged is thin, faint and dashed.

    Args:
        axes: The map.
        places: Through which it goes.
        color: Of its run.
        ended: Whether it did not diverge.
        among: How many members its run has: the more, the fainter each.
        width: Points.
    """
    alpha = max(0.1, among**-0.5)
    (line,) = axes.plot(*places.T, color=color, linewidth=width, alpha=0.95 * alpha, zorder=2)
    line.set_solid_joinstyle("round")
    if not ended:
        line.set(linestyle=DIVERGED_DASH, linewidth=0.6 * width, alpha=0.6 * alpha, zorder=1.9)
    elif among == 1:
        line.set_path_effects([withStroke(linewidth=width + 1.4, foreground="white")])
