"""Points of a path that are hollow where the map has not the loss that was found there."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from landscape_lab.drawing.palette import LOSS_COLORS
from landscape_lab.planes.departure import Departure
from landscape_lab.scene import Trace

RING = 0.02
"""How far apart hollow dots are, as a share of the map."""


def draw_compared(
    axes: Axes, trace: Trace, departure: Departure, shown: np.ndarray, scale: Normalize
) -> None:
    """Rings in the colours of their losses, on a path that has them, too, where the plane has other losses.

    Args:
        axes: The map.
        trace: Whose path.
        departure: Its losses and the plane's.
        shown: The numbers of the places that are drawn.
        scale: From losses to the way through their colours.
    """
    parted = departure.parted_at(shown)
    places = trace.places[shown][parted]
    rings = _apart(axes, places)
    _draw_rings(axes, places[rings], LOSS_COLORS(scale(trace.path_losses[shown][parted][rings])))


def draw_parted(axes: Axes, trace: Trace, color: str) -> None:
    """Rings along a trace wherever its losses are not those of the map, if they were compared."""
    _draw_rings(axes, trace.places[parted_points(axes, trace)], color)


def parted_points(axes: Axes, trace: Trace) -> tuple[np.ndarray, np.ndarray]:
    """The records and the members of the points that get a ring: as many as do not touch."""
    if trace.departure is None:
        return np.empty(0, dtype=int), np.empty(0, dtype=int)
    records, members = np.nonzero(trace.departure.parted_at(np.arange(len(trace.places))))
    shown = _apart(axes, trace.places[records, members])
    return records[shown], members[shown]


def _draw_rings(axes: Axes, places: Float[np.ndarray, "n 2"], colors: str | np.ndarray) -> None:
    """Hollow dots, in one colour or each in its own."""
    x, y = places.T
    axes.scatter(x, y, s=26, facecolors="none", edgecolors=colors, linewidths=1.1, zorder=3)


def _apart(axes: Axes, places: np.ndarray) -> list[int]:
    """The numbers of those places that lie so far apart that rings around them do not touch."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    at = (places - [left, low]) / [right - left, high - low]
    kept: list[int] = []
    for number in np.flatnonzero(np.isfinite(at).all(axis=1)).tolist():
        if not kept or np.hypot(*(at[number] - at[kept[-1]])) > RING:
            kept.append(number)
    return kept
