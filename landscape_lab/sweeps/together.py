"""Finished runs on one scene: what films and planes of several runs have in common."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import torch
from omegaconf import DictConfig, OmegaConf

from landscape_lab.assembly import about_of, label_of, landscape_of, plane_settings
from landscape_lab.configuration.composed import open_keys, plain
from landscape_lab.errors import tell
from landscape_lab.escaping import visible
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.planes.connectivity import Connectivity, connect
from landscape_lab.planes.directions import finite_end
from landscape_lab.recording.gathering import gather
from landscape_lab.recording.untold import told_scene_of
from landscape_lab.records.checkpoints import files_in
from landscape_lab.runs import Run
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.sweeps import placing
from landscape_lab.sweeps.plan import job_runs
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.trajectory import Trajectory
from landscape_lab.trust import found_in
from landscape_lab.validation import alternatives, check_choice

KEY = re.compile(r"[\w.]+=")
"""How a word of the command line begins that is no path."""
SEEN = tuple(key.removeprefix("landscape.") for key in placing.SEEN)
"""What of a landscape its clean losses do not depend on: where descents begin, and what a step sees."""


class Kept(NamedTuple):
    """A run as it was left.

    Args:
        run: Its files.
        config: Its configuration.
        trajectory: What happened.
    """

    run: Run
    config: DictConfig
    trajectory: Trajectory


class Together(NamedTuple):
    """Runs of one landscape.

    Args:
        landscape: With its augmentations, if all runs saw the same draws.
        trajectories: What happened, in the order of the runs.
        settings: How the first of them chooses its plane.
        names: The label of each, by the name of its folder.
        alike: Whether all runs saw the same draws.
        untold: Whether there are trajectories that know no losses.
        about: What explains their pictures.
        folders: Those of the runs; trajectories through checkpoints, which come last, have none.
    """

    landscape: Landscape
    trajectories: list[Trajectory]
    settings: PlaneSettings
    names: dict[str, str]
    alike: bool = True
    untold: bool = False
    about: str = ""
    folders: tuple[Path, ...] = ()

    def settings_with(self, changes: Mapping[str, object]) -> PlaneSettings:
        """The settings with some changed; as the centre, a run may be called by its folder."""
        centre = str(changes.get("centre"))
        named = {"centre": self.names[centre]} if centre in self.names else {}
        return replace(self.settings, **{**changes, **named})  # type: ignore[arg-type]

    def scene(
        self,
        settings: PlaneSettings | None = None,
        folder: Path | None = None,
        extras: Collection[str] = (),
    ) -> Scene:
        """All of them on one plane.

        Args:
            settings: How it is chosen, if not as the first run does.
            folder: Where the losses of a network are kept.
            extras: As for `scene_of`; no step looked alike to runs that saw different draws.
        """
        settings = self.settings if settings is None else settings
        shown = set(extras) if self.alike else set(extras) - {"draws"}
        make = told_scene_of if self.untold else scene_of
        scene = make(self.landscape, self.trajectories, settings=settings, folder=folder, extras=shown)
        return replace(scene, about=self.about)

    def connectivity(self) -> Connectivity:
        """The straight lines between the ends of the runs, of their first members."""
        ends = [torch.from_numpy(finite_end(trajectory.points)) for trajectory in self.trajectories]
        return connect(self.landscape, ends, [trajectory.label for trajectory in self.trajectories])


def split_words(words: Sequence[str]) -> tuple[list[str], list[Path]]:
    """The `key=value` words of a command line, and the paths beside them."""
    keys = [word for word in words if KEY.match(word)]
    return keys, [Path(word) for word in words if word not in keys]


def _full(word: str) -> str:
    """A `key=value` word as a run takes it: `plane=pca` chooses directions, and `plane.` may be left out."""
    key, _, value = word.partition("=")
    return f"plane.{'directions' if key == 'plane' else key.removeprefix('plane.')}={value}"


def sorted_keys(keys: Sequence[str], *takers: type) -> list[dict[str, object]]:
    """What `key=value` words say to each of some classes.

    Raises:
        ValueError: None of them takes such a key.
    """
    settings = plain(OmegaConf.from_dotlist(list(open_keys(map(_full, keys)))).get("plane", {}))
    assert isinstance(settings, dict)
    known = [[field.name for field in fields(taker)] for taker in takers]
    for key in settings:
        check_choice("key", key, [name for names in known for name in names])
    return [{name: settings[name] for name in names if name in settings} for names in known]


def bring_together(paths: Sequence[Path]) -> Together:
    """Read some runs, and the landscape that they share.

    Args:
        paths: Folders of runs; that of a sweep stands for its jobs. Beside them, folders of checkpoints
            of the network that they train.

    Raises:
        FileNotFoundError: A folder is not that of a run, or no run in it left a trajectory.
        ValueError: The runs are of different landscapes.
    """
    saved = [path for path in paths if _is_of_checkpoints(path)]
    runs = [run for path in paths if path not in saved for run in _runs_in(path)]
    if not runs:
        raise ValueError(f"Beside the checkpoints in {saved[0]} there should be a run of their network.")
    kept = [_read(run, alone=len(runs) == 1) for run in runs]
    _check_one_landscape(kept)
    for one, label in zip(kept, _labels(kept), strict=True):
        one.trajectory.label = label
    first = kept[0].config
    alike = all(_draws(one.config) == _draws(first) for one in kept)
    if not alike:
        first.augmentation = {}  # no step looked alike to all of them: the clean landscape is shown
    with found_in(kept[0].run.folder):
        settings, (landscape, _) = plane_settings(first), landscape_of(first)
    names = {one.run.folder.absolute().name: one.trajectory.label for one in kept}
    trajectories = [*(one.trajectory for one in kept), *_through(saved, landscape)]
    about = _about(kept[0], alone=len(trajectories) == 1)
    folders = tuple(one.run.folder for one in kept)
    return Together(
        landscape, trajectories, settings, names, alike and not saved, bool(saved), about, folders
    )


def _about(first: Kept, *, alone: bool) -> str:
    """What explains pictures of runs: their landscape, which the label of a single one names, and more."""
    name = str((first.run.results() or {}).get("landscape"))
    return " · ".join(filter(None, ("" if alone else visible(name), about_of(first.config, name))))


def _is_of_checkpoints(path: Path) -> bool:
    """Whether a path is no run and no sweep, but holds checkpoints."""
    return not Run(path).begun and not job_runs(path) and bool(files_in(path))


def _through(folders: Sequence[Path], landscape: Landscape) -> list[Trajectory]:
    """The paths through checkpoints of the network that a landscape has."""
    if folders and not isinstance(landscape, NetworkLandscape):
        raise ValueError(
            f"Checkpoints belong to a network. Found {folders[0]} beside a picture or a formula."
        )
    return list(gather(list(folders), landscape.model)) if isinstance(landscape, NetworkLandscape) else []


def _runs_in(path: Path) -> list[Run]:
    """The run in a folder; or of a sweep, the best first as in its race, the jobs that left a trajectory."""
    run = Run(path)
    if run.begun and run.results() is not None:
        return [run]
    jobs = [job.run for job in Leaderboard.of(path).jobs] if job_runs(path) else []
    finished = [job for job in jobs if job.trajectory_file.is_file() and job.results() is not None]
    for job in jobs:
        if job not in finished:
            tell(f"{job.folder} did not come to its end and is left out.")
    if not finished:
        beside = sorted(one.name for one in path.absolute().parent.glob("*/"))
        raise FileNotFoundError(
            f"There is no run in {path}. {alternatives(path.name, beside, 'Beside it there are')}"
        )
    return finished


def _read(run: Run, *, alone: bool) -> Kept:
    """A run, labelled with its landscape's name if it is alone."""
    config, results = run.config_anywhere(), run.results()
    if config is None or results is None:
        raise FileNotFoundError(f"There is no run in {run.folder}.")
    trajectory = run.trajectory()
    name = results["landscape"] if alone else None
    trajectory.label = label_of(config, results["optimizer"], name, trajectory.rates)
    return Kept(run, config, trajectory)


def _labels(kept: Sequence[Kept]) -> list[str]:
    """What runs are called; those that would be called alike have their folders' names behind."""
    times = Counter(one.trajectory.label for one in kept)
    own = [(one.trajectory.label, one.run.folder.name) for one in kept]
    return [visible(f"{label} ({name})") if times[label] > 1 else label for label, name in own]


def landscape_identity(run: Run) -> str:
    """What tells the landscape of one run from that of another, as text: all that its clean losses need."""
    settings = run.settings()
    parts = {name: settings[name] for name in ("landscape", "model", "data") if name in settings}
    parts["landscape"] = {key: value for key, value in parts["landscape"].items() if key not in SEEN}
    return json.dumps(parts, sort_keys=True)


def _check_one_landscape(kept: Sequence[Kept]) -> None:
    """Raise `ValueError` for a run of another landscape than the first."""
    first = landscape_identity(kept[0].run)
    for one in kept[1:]:
        if landscape_identity(one.run) != first:
            raise ValueError(
                "Runs on one plane should be of one landscape. "
                f"Found those of {kept[0].run.folder} and {one.run.folder}, which are not the same."
            )


def _draws(config: DictConfig) -> tuple[object, ...]:
    """What tells the draws of one run from those of another."""
    return config.landscape, config.augmentation, config.seed
