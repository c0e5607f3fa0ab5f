"""From runs to pages: what stands beside a scene in its report."""

import shlex
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.assembly import about_of, label_of, landscape_of, plane_settings
from landscape_lab.callbacks import Product
from landscape_lab.drawing.report import Report, write_page
from landscape_lab.escaping import visible
from landscape_lab.keys.callbacks import REPORT
from landscape_lab.landscapes import Landscape
from landscape_lab.runs import Run
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.trajectory import Trajectory

NAME = "report.html"
"""In the folder of a run or of a sweep."""


def report_of(scene: Scene, folder: Path, sections: Mapping[str, object] | None = None) -> Report:
    """The page of a scene of the run in a folder, with its results and what repeats it.

    Args:
        scene: What is drawn.
        folder: That of the run.
        sections: What else the page shows.
    """
    run = Run(folder)
    results = {name: value for name, value in (run.results() or {}).items() if name != "unfinished"}
    written = run.config_file.read_text("utf-8") if run.config_file.is_file() else ""
    words = {"facts": results, "configuration": written, "command": command_of(run)}
    return Report.of(scene, sections=sections or {}, **words)


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
    scene = scene_of(landscape, [trajectory], settings=plane_settings(config), folder=folder)
    file = folder / NAME if path is None else Path(path)
    write_page(report_of(replace(scene, about=about_of(config, name)), folder), file)
    return file


def command_of(run: Run) -> str:
    """What repeats a run: the words it was called with, but not its folder."""
    words = [word for word in run.overrides() if not word.startswith(("hydra.", "resume=", "ckpt_path="))]
    return visible(shlex.join(["python", "-m", "landscape_lab", *words]))


@REPORT.checks_class
class ReportPage(Product):
    """`report.html` of a descent when it has ended.

    Args:
        folder: Where it goes: the folder of the run, whose results it tells.
        kind: `none`, `page`, or `playground`: with real optimizers to play with.
    """

    grid = True

    def __init__(self, folder: str | PathLike[str], kind: str = "none") -> None:
        self.folder = Path(folder)
        self.kind = kind

    @property
    def wanted(self) -> bool:
        return self.kind != "none"

    def check(self, landscape: Landscape) -> None:
        """Every landscape has a page."""

    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        write_page(report_of(scene, self.folder), self.folder / NAME)
