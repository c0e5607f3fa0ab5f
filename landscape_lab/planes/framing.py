"""What of the paths a window holds: not the flight of those that diverged."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.choosing import centre_of
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.ranges import NOWHERE, window_of
from landscape_lab.planes.settings import PlaneSettings
from landscape_lab.planes.window import Window
from landscape_lab.records.point_file import Points
from landscape_lab.trajectory import Trajectory

BEST = 0.25
"""Of members that differ in their learning rate, the share that came somewhere."""


class Projected(Protocol):
    """Paths on a plane, as a trace has them."""

    @property
    def places(self) -> Float[np.ndarray, "places members 2"]:
        """Where they go."""

    @property
    def path_losses(self) -> Float[np.ndarray, "places members"]:
        """The losses there."""

    @property
    def rates(self) -> Float[np.ndarray, " members"] | None:
        """The learning rate of each, where they differ."""


def frame(
    landscape: Landscape,
    plane: Plane,
    trajectories: Sequence[Trajectory],
    points: Sequence[Points],
    traces: Sequence[Projected],
    settings: PlaneSettings,
    reach: float,
) -> Window:
    """The window that settings describe; the window `rise` grows from the centre of the path.

    Args:
        landscape: What is looked at.
        plane: What of it.
        trajectories: What happened there.
        points: Theirs.
        traces: The same on the plane.
        settings: What is asked for.
        reach: How far outside its bounds, as a share of their size, a window follows a path.
    """
    centre = NOWHERE
    if settings.window == "rise" and landscape.dims == 2:  # elsewhere the centre is the plane's origin
        centre = plane.project(centre_of(landscape, trajectories, points, settings.centre).numpy())
    bounded = landscape.bounds is not None and landscape.dims == 2
    return window_of(landscape, plane, worth_seeing(traces, bounded=bounded), settings, reach, centre)


def worth_seeing(traces: Sequence[Projected], *, bounded: bool) -> Float[np.ndarray, "n 2"]:
    """The places that a window should hold.

    They are the start of each member and all places of those that came somewhere; where nobody did, of those
    that did not diverge. Where learning rates differ, the first half of the way does not count: the best
    rates are often those that first go far astray. What diverged is seen up to its lowest loss.

    Args:
        traces: Of which the paths are seen.
        bounded: Whether there is anything to see where these are a single place; else all are held.
    """
    came = [fell(one.path_losses, one.rates) for one in traces]
    if not any(each.any() for each in came):
        came = [np.isfinite(one.path_losses[-1]) for one in traces]
    places = [one.places[_held(one, each)] for one, each in zip(traces, came, strict=True)]
    held = np.concatenate([np.empty((0, 2)), *places])
    if bounded or len(np.unique(held, axis=0)) > 1:
        return held
    return np.concatenate([held, *(one.places.reshape(-1, 2) for one in traces)])


def _held(trace: Projected, came: Bool[np.ndarray, " members"]) -> Bool[np.ndarray, "places members"]:
    """Which places of one trace a window should hold."""
    losses, number = trace.path_losses, np.arange(len(trace.places))[:, None]
    lowest = np.where(np.isfinite(losses), losses, np.inf).argmin(axis=0)
    until = np.where(np.isfinite(losses[-1]), 0, lowest)
    since = 0 if trace.rates is None else len(losses) // 2
    return (number <= until) | (came & (number >= since))


def fell(
    losses: Float[np.ndarray, "records members"], rates: Float[np.ndarray, " members"] | None = None
) -> Bool[np.ndarray, " members"]:
    """Which members came somewhere: they did not diverge, and their later losses are mostly below the first.

    Where learning rates differ, only the best quarter did: the others show that their rate is too low or
    too high.

    Args:
        losses: Of each member.
        rates: The learning rate of each member, where they differ.

    >>> fell(np.array([[3.0, 3.0, 3.0], [2.0, 5.0, 1.0], [1.0, 9.0, np.nan]])).tolist()
    [True, False, False]
    """
    later = np.quantile(np.nan_to_num(losses[len(losses) // 2 :], nan=np.inf), 0.5, axis=0, method="lower")
    most = losses[0] if rates is None else np.minimum(losses[0], np.quantile(later, BEST, method="higher"))
    return np.isfinite(losses[-1]) & (later <= most)
