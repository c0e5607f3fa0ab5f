"""The paths of a sweep's jobs as one picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import torch

from landscape_lab.assembly import about_of, build_landscape, plane_settings
from landscape_lab.drawing.look import Look, draw_with_card
from landscape_lab.drawing.race import MAPS, race_figure
from landscape_lab.errors import tell
from landscape_lab.landscapes import Landscape
from landscape_lab.outcomes.good_rates import typical_end
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.planes import PlaneSettings
from landscape_lab.records.known import evenly
from landscape_lab.records.measured import Measured, of_members
from landscape_lab.runs import Run
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.sweeps.plan import kept_settings
from landscape_lab.sweeps.together import landscape_identity
from landscape_lab.trajectory import Trajectory
from landscape_lab.trust import found_in

PATHS = 200
"""The most jobs whose paths are drawn on one landscape."""
REACH = 0.1
"""How far outside its bounds a landscape is drawn: one wild path should not make the others small."""
RECORDS = 1000
"""The most records of a path that are drawn."""
MEMBERS = 49
"""The most members of a job that are drawn."""


class Entrant(NamedTuple):
    """A job whose path is drawn.

    Args:
        run: Its files.
        landscape: What its landscape is called.
        label: What the picture calls it.
    """

    run: Run
    landscape: str
    label: str


def draw_paths(
    entrants: Sequence[Entrant],
    path: Path,
    title: str,
    against: str = "steps",
    ranked: str = "final_loss",
    standing: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Draw all paths on their landscapes, one map for each landscape.

    Args:
        entrants: The jobs, the best first.
        path: Where the picture goes.
        title: Stands above it.
        against: What losses are drawn over.
        ranked: The result that decides the order.
        standing: What is said of each label where there are several landscapes, the best first.
    """
    groups = grounds_of(entrants)[:MAPS]
    scenes = [
        (group[0].landscape, stage_paths(group[0], seen, path.parent))
        for group in groups
        if (seen := readable(group[:PATHS]))
    ]
    if scenes:
        look = Look.of_configuration(kept_settings(path.parent))
        draw_with_card(partial(race_figure, scenes, title, against, ranked, standing), path, look)


def grounds_of(entrants: Sequence[Entrant]) -> list[list[Entrant]]:
    """The jobs that left a path, those of one landscape together."""
    together: dict[str, list[Entrant]] = {}
    for entrant in entrants:
        if entrant.run.trajectory_file.is_file() and _is_begun(entrant):
            together.setdefault(landscape_identity(entrant.run), []).append(entrant)
    return list(together.values())


def _is_begun(entrant: Entrant) -> bool:
    """Whether a job says what was run; if not, a line says that it is left out."""
    if not entrant.run.begun:
        tell(f"{entrant.label} is not drawn: {entrant.run.config_file} cannot be read.")
    return entrant.run.begun


def readable(entrants: Sequence[Entrant], members: int = MEMBERS) -> list[Trajectory]:
    """The trajectories of jobs, of each at most so many members.

    Of each that cannot be read a line says that it is left out.
    """
    found = []
    for entrant in entrants:
        try:
            found.append(_trajectory(entrant, members))
        except (ValueError, OSError) as error:
            tell(f"{entrant.label} is not drawn: {error}")
    return found


def stage_paths(
    first: Entrant,
    trajectories: Sequence[Trajectory],
    folder: Path,
    changed: Callable[[PlaneSettings, Landscape], PlaneSettings] = lambda own, _: own,
) -> Scene:
    """The paths of jobs on the landscape that they share with the first.

    Args:
        first: The job whose landscape and plane it is.
        trajectories: Of all.
        folder: Where the losses of a network are kept.
        changed: Makes other settings of those that the first job has for its plane, and of its landscape.
    """
    config = first.run.config_anywhere()
    if config is None:
        raise ValueError(f"{first.run.config_file} cannot be read.")
    with found_in(first.run.folder):
        landscape = build_landscape(config)
        settings = changed(plane_settings(config), landscape)
    scene = scene_of(landscape, trajectories, settings=settings, reach=REACH, folder=folder)
    return replace(scene, about=about_of(config, first.landscape))


def _trajectory(entrant: Entrant, most: int = MEMBERS) -> Trajectory:
    """As much of a trajectory as can be seen; large points are not at every record.

    Of many members those stay whose final loss is told: at the best learning rate, the middle one among them.
    """
    whole = entrant.run.trajectory()
    losses = whole.losses  # [records, members]
    at = whole.point_steps[points := evenly(len(whole.point_steps), RECORDS)]
    records = np.union1d(evenly(len(losses), RECORDS), whole.steps.searchsorted(at))
    members = _members(whole, most)
    seen = Trajectory(len(records), label=entrant.label)
    seen.extend(
        torch.from_numpy(whole.steps[records]),
        torch.from_numpy(whole.points[points][:, members]),
        torch.from_numpy(losses[records][:, members]),
        torch.from_numpy(whole.evaluations[records]),
        point_steps=torch.from_numpy(at),
    )
    seen.clock, seen.lost = whole.clock, whole.lost
    seen.measured = Measured.of(of_members(whole.measured.arrays(), members))
    return seen


def _members(whole: Trajectory, most: int) -> np.ndarray:
    """The members that are drawn: those of the best learning rate, evenly spaced by their final losses."""
    ends, begin = whole.losses[-1], float(typical(whole.losses[0]))
    of_rate = np.arange(len(ends))
    if whole.rates is not None:
        rates = np.asarray(whole.rates)
        best = typical_end(ends, begin, rates).rate
        of_rate = of_rate if best is None else np.flatnonzero(rates == best)
    order = of_rate[np.argsort(ends[of_rate], kind="stable")]  # NaN comes last
    places = np.linspace(0, len(order) - 1, min(len(order), most)).astype(int)
    return np.sort(order[places])
