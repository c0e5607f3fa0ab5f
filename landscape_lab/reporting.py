"""From runs to pages: what stands beside a scene in its report."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import cast

import pytorch_lightning as pl

from landscape_lab.assembly import about_of, label_of, landscape_of, plane_settings
from landscape_lab.callbacks import Product, StateRecorder
from landscape_lab.configuration.composed import open_keys
from landscape_lab.descent import Descent
from landscape_lab.drawing.report import Report, write_page
from landscape_lab.errors import tell
from landscape_lab.escaping import visible
from landscape_lab.keys.callbacks import REPORT
from landscape_lab.landscapes import Landscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.playing import OPTIMIZERS, NotTogetherError, Player, bundle_of, check_playable, player
from landscape_lab.records.state_curves import StateCurves
from landscape_lab.runs import Run
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.staging.pushing import pushes_of
from landscape_lab.trajectory import Trajectory

NAME = "report.html"
"""In the folder of a run or of a sweep."""
EXTRAS = frozenset({"approximation"})
"""What a page shows beside the map and the paths, where the landscape has it."""


def write_page_of(
    scene: Scene,
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    folders: Sequence[Path],
    path: Path,
    further: Mapping[str, object] | None = None,
) -> None:
    """Write the page of a scene, with the results of the first run and what repeats it.

    Args:
        scene: What is drawn.
        landscape: What was descended.
        trajectories: Those of the scene's traces.
        folders: Those of the runs, in the order of the trajectories.
        path: The file.
        further: Sections beside the arrows and the state.
    """
    run = Run(folders[0])
    results = {name: value for name, value in (run.results() or {}).items() if name != "unfinished"}
    written = run.config_file.read_text("utf-8") if run.config_file.is_file() else ""
    words = {"facts": results, "configuration": written, "command": command_of(run)}
    sections = {**pushes_of(scene, landscape, trajectories, states_of(folders)), **(further or {})}
    write_page(Report.of(scene, sections=sections, **words), path)


def report_of_run(folder: Path, trajectory: Trajectory, path: str | PathLike[str] | None = None) -> Path:
    """Write the page of a run that has ended.

    Args:
        folder: That of the run.
        trajectory: What happened.
        path: The file; in the folder, if not given.

    Raises:
        FileNotFoundError: There is no run in the folder.
    """
    if (config := Run(folder).config_anywhere()) is None:
        raise FileNotFoundError(f"There is no run in {folder}.")
    results = Run(folder).results() or {}
    name = str(results.get("landscape"))
    trajectory.label = label_of(config, str(results.get("optimizer")), name, trajectory.rates)
    landscape, _ = landscape_of(config)
    settings = plane_settings(config)
    scene = scene_of(landscape, [trajectory], settings=settings, folder=folder, extras=EXTRAS)
    file = folder / NAME if path is None else Path(path)
    write_page_of(replace(scene, about=about_of(config, name)), landscape, [trajectory], [folder], file)
    return file


def command_of(run: Run) -> str:
    """What repeats a run: the words it was called with, but not its folder."""
    words = [word for word in run.overrides() if not word.startswith(("hydra.", "resume=", "ckpt_path="))]
    return command(words)


def command(words: Iterable[str]) -> str:
    """The lab called with some overrides, as it is typed."""
    return visible(shlex.join(["python", "-m", "landscape_lab", *map(_as_typed, words)]))


def _as_typed(word: str) -> str:
    """An override without the plus signs that the lab adds where they are missing."""
    short = word.removeprefix("++")
    return short if open_keys([short]) == [word] else word


def states_of(folders: Sequence[Path]) -> list[StateCurves | None]:
    """What the optimizers of some runs remembered; `None` of those that did not record it."""
    files = [Run(folder).state_file for folder in folders]
    return [StateCurves.load(file) if file.is_file() else None for file in files]


@REPORT.checks_class
class ReportPage(Product):
    """`report.html` of a descent when it has ended.

    Args:
        folder: Where it goes: the folder of the run, whose results it tells.
        kind: `none`, `page`, or `playground`: with real optimizers to play with.
        megabytes: How large the bundle of what they do may become.
        optimizers: Their names, beside that of the run.
        state: Whether the optimizer's state is recorded, and shown.
    """

    grid = True

    def __init__(
        self,
        folder: str | PathLike[str],
        kind: str = "none",
        megabytes: float = 2.0,
        optimizers: Sequence[str] = OPTIMIZERS,
        state: bool = False,
    ) -> None:
        self.folder = Path(folder)
        self.kind = kind
        self.megabytes = megabytes
        self.optimizers = tuple(optimizers)
        self.state = state

    @property
    def wanted(self) -> bool:
        return self.kind != "none"

    def recorders(self) -> list[pl.Callback]:
        """What records while the descent goes on what the page shows; it writes before the page is made."""
        return [StateRecorder(Run(self.folder).state_file)] if self.state else []

    @property
    def extras(self) -> set[str]:
        return set(EXTRAS)

    def check(self, landscape: Landscape) -> None:
        """Every landscape has a page, and those of two dimensions a playground."""
        if self.kind == "playground":
            check_playable(landscape)
            self._others()

    def _others(self) -> list[Player]:
        """The optimizers beside that of the run.

        Raises:
            ValueError: There is none of such a name.
        """
        try:
            return [player(name) for name in self.optimizers]
        except ValueError as error:
            raise ValueError(f"callbacks.report.optimizers: {error}") from error

    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        descent = cast(Descent, trainer.lightning_module)
        further = self._playground(scene, descent) if self.kind == "playground" else {}
        seen = descent.landscape, [descent.trajectory], [self.folder]
        write_page_of(scene, *seen, self.folder / NAME, further)

    def _playground(self, scene: Scene, descent: Descent) -> dict[str, object]:
        """What the run's own optimizer and others did from everywhere."""
        name = str((Run(self.folder).results() or {}).get("optimizer", "this run"))
        own = Player.of(name, descent.make_optimizer)
        others = [one for one in self._others() if one.name != name]
        landscape = cast(PointLandscape, descent.landscape)
        try:
            bundle = bundle_of(landscape, scene, [own, *others], descent.steps, self.megabytes)
        except NotTogetherError as reason:  # the descent is over, and its page is to be kept
            tell(f"The page has no playground: {reason}")
            return {}
        return {"playground": bundle}
