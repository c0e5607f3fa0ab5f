"""The paths of a sweep's jobs as one picture."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf

from landscape_lab.drawing.figures import save_figure
from landscape_lab.drawing.maps import evenly
from landscape_lab.drawing.race import MAPS, race_figure
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.sweeps.plan import settings_of
from landscape_lab.trajectory import Trajectory

PATHS = 200
"""The most jobs whose paths are drawn on one landscape."""
REACH = 0.1
"""How far outside its bounds a landscape is drawn: one wild path should not make the others small."""
RECORDS = 1000
MEMBERS = 50


def draw_race(jobs: Sequence[tuple[Path, str, str]], path: Path, title: str) -> None:
    """Draw `race.png`: all paths on their landscapes.

    Args:
        jobs: Folder, landscape's name and label of each job, the best first.
        path: Where the picture goes.
        title: Stands above it.
    """
    fields: dict[str, list[tuple[Path, str, str]]] = {}
    for job in jobs:
        if (job[0] / "trajectory.npz").is_file():
            fields.setdefault(_landscape(job[0]), []).append(job)
    scenes = [(entered[0][1], _scene(entered[:PATHS])) for entered in list(fields.values())[:MAPS]]
    if scenes:
        save_figure(race_figure(scenes, title), path)


def _landscape(folder: Path) -> str:
    """What tells one landscape from another; where descents begin does not."""
    settings = settings_of(folder)["landscape"]
    return json.dumps({key: value for key, value in settings.items() if key not in ("start", "gradient")}, sort_keys=True)


def _scene(jobs: Sequence[tuple[Path, str, str]]) -> Scene:
    """The paths of jobs on the landscape that they share."""
    landscape = instantiate(OmegaConf.load(jobs[0][0] / ".hydra" / "config.yaml").landscape, _convert_="all")
    return scene_of(landscape, [_trajectory(folder, label) for folder, _, label in jobs], reach=REACH)


def _trajectory(folder: Path, label: str) -> Trajectory:
    """As much of a trajectory as can be seen."""
    whole = Trajectory.load(folder / "trajectory.npz")
    losses = whole.losses
    records, members = evenly(len(losses), RECORDS), evenly(losses.shape[1], MEMBERS)
    steps, evaluations = torch.from_numpy(whole.steps[records]), torch.from_numpy(whole.evaluations[records])
    seen = Trajectory(RECORDS, label=label)
    points = torch.from_numpy(whole.points[records][:, members])
    seen.extend(steps, points, torch.from_numpy(losses[records][:, members]), evaluations)
    return seen
