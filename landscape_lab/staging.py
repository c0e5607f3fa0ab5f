"""From landscapes and trajectories to scenes: the one way to all that is drawn."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from landscape_lab.answering import answers_of
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.planes import Grid, Plane, Window, principal, sample
from landscape_lab.point_file import Points
from landscape_lab.replaying import replay_of
from landscape_lab.scene import Scene, Trace, of_members
from landscape_lab.trajectory import Trajectory

SHOWN_MEMBERS = 1000
"""The most members of a trajectory that are drawn."""
REACH = 0.5
"""How far outside the bounds a window reaches for a path, as a share of their size."""


def scene_of(
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    plane: Plane | None = None,
    window: Window | None = None,
    *,
    reach: float = REACH,
    grid: bool = True,
    folder: Path | None = None,
) -> Scene:
    """The scene of some trajectories on their landscape.

    Args:
        landscape: What was descended.
        trajectories: What happened there.
        plane: What is looked at; a landscape of more than two dimensions is otherwise cut along the plane
            of most motion.
        window: What of the plane is drawn; otherwise the landscape's bounds and every path, as far as
            `reach` allows.
        reach: How far outside its bounds, as a share of their size, a window follows a path.
        grid: Whether the losses in the window are needed: curves of the loss do without.
        folder: Where the losses of a network are kept, so that the next picture evaluates none.
    """
    points = [trajectory.points for trajectory in trajectories]
    whole = landscape.flat().shape[1] == 2
    if plane is None:
        plane = Plane.of(landscape) if whole else principal(points)
    pairs = zip(trajectories, points, strict=True)
    traces = tuple(trace_of(trajectory, plane, path, off=not whole) for trajectory, path in pairs)
    if isinstance(landscape, NetworkLandscape):
        traces = tuple(_with_epochs(trace, landscape.batches.per_epoch) for trace in traces)
    if window is None:
        window = _window(landscape, plane, [trace.places for trace in traces], reach)
    minima = np.empty((0, 2)) if landscape.minima is None else plane.project(landscape.minima.cpu().numpy())
    seen = sample(landscape, plane, window, folder=folder) if grid else Grid(np.empty((0, 0)))
    replay, answers = replay_of(landscape, plane, window), answers_of(landscape, trajectories)
    return Scene(plane, window, seen.losses, traces, minima, replay, seen.note, seen.miss, answers)


def trace_of(
    trajectory: Trajectory, plane: Plane, points: Points | None = None, *, off: bool = False
) -> Trace:
    """A trajectory projected onto a plane; of very many members some at random, the same ones each time.

    Args:
        trajectory: What happened.
        plane: What is looked at.
        points: Those of the trajectory, where they are at hand: making them may take a while.
        off: Whether to tell how far the points are from the plane.
    """
    points = trajectory.points if points is None else points
    total = points.shape[1]
    shown = np.arange(total)
    if total > SHOWN_MEMBERS:
        shown = np.sort(np.random.default_rng(0).choice(total, SHOWN_MEMBERS, replace=False))
        points = points[:, shown]
    rates = trajectory.rates
    return Trace(
        trajectory.label,
        plane.project(points),
        trajectory.losses[:, shown].astype(np.float64),
        trajectory.steps,
        trajectory.evaluations,
        trajectory.best,
        trajectory.lr,
        total,
        None if rates is None or len(set(rates)) == 1 else np.asarray(rates)[shown],
        plane.off(points) if off else None,
        None if trajectory.keeps_every_point else trajectory.point_steps,
        {"seconds": trajectory.clock.seconds_at(trajectory.steps)} if len(trajectory.clock) else {},
        of_members(trajectory.measured.arrays(), shown),
    )


def _with_epochs(trace: Trace, steps: int) -> Trace:
    """The trace of a network, whose data are seen once in so many steps."""
    return replace(trace, spent={**trace.spent, "epochs": trace.steps / steps})


def start_of(landscape: Landscape, plane: Plane) -> Trace:
    """Where the members begin: a trace that has not left its start."""
    points = landscape.flat()
    losses = landscape.evaluate(points).double().cpu().numpy()[None]
    nothing = np.zeros(1, dtype=np.int64)
    places = plane.project(points.cpu().numpy())[None]
    best = (0, float(np.nanmin(losses, initial=np.inf)))
    return Trace("", places, losses, nothing, nothing, best, np.full(1, np.nan), len(points))


def _window(landscape: Landscape, plane: Plane, places: Sequence[np.ndarray], reach: float) -> Window:
    """The bounds, grown to hold the paths.

    The paths alone count where there are no bounds, or where these are no rectangle of the plane.
    """
    visited = np.concatenate([path.reshape(-1, 2) for path in places] or [np.empty((0, 2))])
    if landscape.bounds is None or landscape.flat().shape[1] != 2:
        return Window.around(visited)
    corners = plane.project(landscape.bounds.cpu().numpy())
    return Window.between(corners.min(axis=0), corners.max(axis=0)).holding(visited, reach)
