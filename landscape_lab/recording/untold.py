"""Losses that a trajectory does not know: of checkpoints, or at the end of a recorded training."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes import Departure, Plane, PlaneSettings, Window
from landscape_lab.planes.departure import departure_of
from landscape_lab.records.measured import STEPS
from landscape_lab.scene import Scene, Trace
from landscape_lab.staging import scene_of
from landscape_lab.trajectory import Trajectory

LOSSES = "measured_losses"
"""What a trace calls the losses of all data."""


def told_scene_of(
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    plane: Plane | None = None,
    window: Window | None = None,
    *,
    settings: PlaneSettings | None = None,
    grid: bool = True,
    folder: Path | None = None,
    extras: Collection[str] = (),
) -> Scene:
    """`scene_of`; where a trajectory knows no loss, the landscape's own is evaluated at some points."""
    scene = scene_of(
        landscape, trajectories, plane, window, settings=settings, grid=grid, folder=folder, extras=extras
    )
    complete = partial(_complete, landscape=landscape, trajectories=trajectories)
    return complete(replace(scene, compared={name: complete(one) for name, one in scene.compared.items()}))


def _complete(scene: Scene, landscape: Landscape, trajectories: Sequence[Trajectory]) -> Scene:
    """A scene with losses where the traces have none."""
    traces = [
        _told(trace, trace.departure or departure_of(landscape, scene.plane, trajectory.points))
        if np.isnan(trace.losses).any()
        else trace
        for trace, trajectory in zip(scene.traces, trajectories, strict=True)
    ]
    return replace(scene, traces=tuple(traces))


def _told(trace: Trace, departure: Departure) -> Trace:
    """A trace with the losses of those points that were evaluated; records that know none are left out.

    Beside what minibatches told, the evaluated losses are those of all data, as if they had been measured.
    """
    losses, at = trace.losses.copy(), trace.path_records[departure.places]
    losses[at] = np.where(np.isnan(losses[at]), departure.losses, losses[at])
    known = ~np.isnan(losses).any(axis=1)
    known[[0, -1]] = True  # one that diverged has no loss
    lowest = int(np.where(np.isfinite(losses), losses, np.inf).min(axis=1).argmin())
    return replace(
        trace,
        losses=losses[known],
        steps=trace.steps[known],
        evaluations=trace.evaluations[known],
        lr=trace.lr[known],
        best=trace.best
        if np.isfinite(trace.best[1])
        else (int(trace.steps[lowest]), float(losses[lowest].min())),
        place_steps=trace.path_steps,
        measured=trace.measured or {STEPS: trace.path_steps[departure.places], LOSSES: departure.losses},
        spent={name: values[known] for name, values in trace.spent.items()},
    )
