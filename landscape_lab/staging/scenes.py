"""From landscapes and trajectories to scenes: the one way to all that is drawn."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from landscape_lab.escaping import visible
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.planes import Grid, Plane, PlaneSettings, Window, plane_of
from landscape_lab.planes.departure import departure_of
from landscape_lab.planes.framing import frame
from landscape_lab.planes.line import line_of
from landscape_lab.planes.plane_file import PlaneFile, ProjectedPath
from landscape_lab.records.measured import of_members
from landscape_lab.records.point_file import Points
from landscape_lab.scene import Scene, Shading, Trace
from landscape_lab.staging.answering import answers_of
from landscape_lab.staging.approximating import approximation_of
from landscape_lab.staging.bending import bend_of, ratios_of
from landscape_lab.staging.mapping import cropped_of, grid_of
from landscape_lab.staging.replaying import draws_over, replay_of
from landscape_lab.trajectory import Trajectory

SHOWN_MEMBERS = 1000
"""The most members of a trajectory that are drawn."""
COMPARED_MEMBERS = 7
"""Of more members lines are drawn only, so their losses are not compared with the plane's."""
REACH = 0.5
"""How far outside the bounds a window reaches for a path, as a share of their size."""


def scene_of(
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    plane: Plane | None = None,
    window: Window | None = None,
    *,
    settings: PlaneSettings | None = None,
    reach: float = REACH,
    grid: bool = True,
    folder: Path | None = None,
    extras: Collection[str] = (),
) -> Scene:
    """The scene of some trajectories on their landscape.

    Args:
        landscape: What was descended.
        trajectories: What happened there.
        plane: What is looked at; otherwise the one that the settings describe.
        window: What of the plane is drawn; otherwise the one that the settings describe.
        settings: How plane and window are chosen and drawn; the defaults if not given.
        reach: How far outside its bounds, as a share of their size, a window follows a path.
        grid: Whether the losses in the window are needed, and those of the plane below each path:
            curves of the loss do without.
        folder: Where the losses of a network are kept, so that the next picture evaluates none.
        extras: What else a product shows: `line`, the losses between two points; `planes`, the scenes
            of several planes; `curvature` at the end of the first path; `ratio`, the curvatures over
            the plane; `draws`, what minibatches saw; `cropped`, a closer look.

    Raises:
        ValueError: The settings describe no plane or window of this landscape, or a trajectory is of
            another one.
    """
    settings = PlaneSettings() if settings is None else settings
    points = [trajectory.points for trajectory in trajectories]
    if plane is None:
        plane = plane_of(landscape, trajectories, points, settings)
    traces = _traces(landscape, plane, trajectories, points, compared=grid)
    if window is None:
        window = frame(landscape, plane, trajectories, points, traces, settings, reach)
    minima = np.empty((0, 2)) if landscape.minima is None else plane.project(landscape.minima.cpu().numpy())
    seen = grid_of(landscape, plane, window, settings, folder) if grid else Grid(np.empty((0, 0)))
    replay, answers = replay_of(landscape, plane, window), answers_of(landscape, trajectories)
    note = seen.note if settings.show == "loss" else seen.accuracy_note
    scene = Scene(plane, window, seen.losses, traces, minima, replay, note, seen.miss, answers)
    return replace(
        scene,
        accuracy=seen.accuracy,
        lowest=None if landscape.minima is None else float(landscape.evaluate(landscape.minima).min()),
        shading=_shading(settings),
        **_extras(extras, landscape, trajectories, points, scene, settings, folder),
    )


def _traces(
    landscape: Landscape,
    plane: Plane,
    trajectories: Sequence[Trajectory],
    points: Sequence[Points],
    *,
    compared: bool,
) -> tuple[Trace, ...]:
    """The trajectories on a plane, and where it is a slice compared with it."""
    off = landscape.dims != 2
    made = []
    for trajectory, path in zip(trajectories, points, strict=True):
        trace = trace_of(trajectory, plane, path, off=off)
        if isinstance(landscape, NetworkLandscape):
            trace = _with_epochs(trace, landscape.batches.per_epoch)
        made.append(_with_departure(trace, landscape, plane, path) if off and compared else trace)
    return tuple(made)


def _extras(
    names: Collection[str],
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    points: Sequence[Points],
    scene: Scene,
    settings: PlaneSettings,
    folder: Path | None,
) -> dict[str, Any]:
    """What products ask for beyond the map, by the names of the scene's attributes."""
    ways: dict[str, tuple[str, Callable[[], object]]] = {
        "line": ("line", lambda: line_of(landscape, points, settings)),
        "planes": ("compared", lambda: _compared(landscape, trajectories, settings, folder)),
        "curvature": ("bend", lambda: bend_of(landscape, trajectories[0])),
        "ratio": ("ratios", lambda: ratios_of(landscape, scene.plane, scene.window)),
        "cropped": ("cropped", lambda: cropped_of(landscape, scene, settings, folder)),
        "approximation": ("approximation", lambda: approximation_of(landscape, trajectories)),
        "draws": ("replay", lambda: draws_over(landscape, scene.plane, scene.window)),
    }
    return {ways[name][0]: ways[name][1]() for name in names}


def _shading(settings: PlaneSettings) -> Shading:
    levels = tuple(settings.levels) if isinstance(settings.levels, Sequence) else settings.levels
    return Shading(settings.colormap, levels, settings.show)


def archive_of(scene: Scene) -> PlaneFile:
    """The plane of a scene, what is drawn of it and its paths, one for each member of each trace."""
    paths = [
        ProjectedPath(trace.places[:, member], off[:, member], trace.path_losses[:, member])
        for trace in scene.traces
        for off in [np.zeros(trace.places.shape[:2]) if trace.off is None else trace.off]
        for member in range(trace.places.shape[1])
    ]
    return PlaneFile.of(scene.plane, scene.window, Grid(scene.losses, accuracy=scene.accuracy), paths)


def _compared(
    landscape: Landscape, trajectories: Sequence[Trajectory], settings: PlaneSettings, folder: Path | None
) -> dict[str, Scene]:
    """The scenes of the trajectories on three planes: random, start to end, principal."""
    chosen = {
        "two random directions": replace(settings, directions="random"),
        "start to end, and a random direction": replace(settings, directions="start_to_end", second="random"),
        "the two principal components": replace(settings, directions="pca"),
    }
    return {
        name: scene_of(landscape, trajectories, settings=one, folder=folder) for name, one in chosen.items()
    }


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
    shown = shown_members(total)
    if len(shown) < total:
        points = points[:, shown]
    rates = trajectory.rates
    return Trace(
        visible(trajectory.label),
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
        lost=trajectory.lost,
    )


def shown_members(total: int) -> np.ndarray:
    """The numbers of the members that a trace shows, of so many."""
    if total <= SHOWN_MEMBERS:
        return np.arange(total)
    return np.sort(np.random.default_rng(0).choice(total, SHOWN_MEMBERS, replace=False))


def _with_epochs(trace: Trace, steps: int) -> Trace:
    """The trace of a network, whose data are seen once in so many steps."""
    return replace(trace, spent={**trace.spent, "epochs": trace.steps / steps})


def start_of(landscape: Landscape, plane: Plane) -> Trace:
    """Where the members begin: a trace that has not left its start."""
    points = landscape.flat()
    losses = landscape.evaluate(points).double().cpu().numpy()[None]
    places, nothing = plane.project(points.cpu().numpy())[None], np.zeros(1, dtype=np.int64)
    best = (0, float(np.nanmin(losses, initial=np.inf)))
    return Trace("", places, losses, nothing, nothing, best, np.full(1, np.nan), len(points))


def _with_departure(trace: Trace, landscape: Landscape, plane: Plane, points: Points) -> Trace:
    """The trace of few members, compared with the plane below it."""
    if not 0 < trace.places.shape[1] <= COMPARED_MEMBERS:
        return trace
    return replace(trace, departure=departure_of(landscape, plane, points))
