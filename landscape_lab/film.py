"""`python -m landscape_lab.film RUN… [FILE] [key=value…]`: film what is already in the folders of runs.

Several runs are raced on the landscape of the first. The keys are those of `callbacks.video`: `view=surface
clock=logarithmic frames=300 size=[800,600] fps=30 length=10 clean=true`.
"""

import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import fields
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from landscape_lab.assembly import label_of, landscape_of, plane_settings
from landscape_lab.drawing.video import Film
from landscape_lab.errors import one_line
from landscape_lab.keys.callbacks import FILMS
from landscape_lab.runs import Run
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.trajectory import Trajectory
from landscape_lab.validation import check_choice


def scene_of_runs(folders: Sequence[Path], extras: Collection[str] = ()) -> Scene:
    """The trajectories of some runs on the landscape of the first.

    Its augmentations are shown if all runs saw the same draws.

    Args:
        folders: Of the runs.
        extras: As for `scene_of`.

    Raises:
        FileNotFoundError: A folder is not that of a run.
    """
    runs = [_read(folder, alone=len(folders) == 1) for folder in folders]
    first, _ = runs[0]
    if any(_draws(cfg) != _draws(first) for cfg, _ in runs):
        first.augmentation = {}  # no step looked alike to all of them: the clean landscape is shown
        extras = set(extras) - {"draws"}
    landscape, _ = landscape_of(first)
    trajectories = [trajectory for _, trajectory in runs]
    return scene_of(landscape, trajectories, settings=plane_settings(first), extras=extras)


def _read(folder: Path, *, alone: bool) -> tuple[DictConfig, Trajectory]:
    """The configuration of a run, and its trajectory, whose label names the landscape if it is alone."""
    run = Run(folder)
    cfg, results = run.config(), run.results()
    if cfg is None or results is None:
        raise FileNotFoundError(f"There is no run in {folder}.")
    trajectory = run.trajectory()
    name = results["landscape"] if alone else None
    trajectory.label = label_of(cfg, results["optimizer"], name, trajectory.rates)
    return cfg, trajectory


def _draws(cfg: DictConfig) -> tuple[object, ...]:
    """What tells the draws of one run from those of another."""
    return cfg.landscape, cfg.augmentation, cfg.seed


@one_line()
def main() -> None:
    """Film the runs into a file, `descent.mp4` in the first of them if none is named."""
    words = sys.argv[1:]
    keys = [word for word in words if re.match(r"\w+=", word)]
    folders, path = _places([Path(word) for word in words if word not in keys])
    film = _film(keys)
    film.write(scene_of_runs(folders, film.extras), path)
    sys.stdout.write(f"{path}\n")


def _places(paths: list[Path]) -> tuple[list[Path], Path]:
    """The folders of the runs, and the file for the film."""
    files = [path for path in paths if path.suffix.lstrip(".") in FILMS]
    folders = [path for path in paths if path not in files]
    if not folders or len(files) > 1:
        raise ValueError(
            "Give the folders of one or more runs, and at most one file that ends in .mp4 or .gif."
        )
    return folders, files[0] if files else folders[0] / "descent.mp4"


def _film(keys: list[str]) -> Film:
    """The film that `key=value` words describe."""
    settings = OmegaConf.to_container(OmegaConf.from_dotlist(keys))
    assert isinstance(settings, dict)
    for key in settings:
        check_choice("key", key, (field.name for field in fields(Film)))
    return Film(**{str(key): value for key, value in settings.items()})


if __name__ == "__main__":
    main()
