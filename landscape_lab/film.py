"""`python -m landscape_lab.film RUN… [FILE] [key=value…]`: film what is already in the folders of runs.

Several runs are raced on the landscape of the first. The keys are those of `callbacks.video`: `view=surface
clock=logarithmic frames=300 size=[800,600] fps=30 length=10 clean=true`.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from landscape_lab.assembly import label_of, landscape_of
from landscape_lab.drawing.video import Film
from landscape_lab.errors import one_line
from landscape_lab.keys.callbacks import FILMS
from landscape_lab.runs import Run
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.validation import check_choice


def scene_of_runs(folders: Sequence[Path]) -> Scene:
    """The trajectories of some runs on the landscape of the first.

    Its augmentations are shown if all runs saw the same draws.

    Raises:
        FileNotFoundError: A folder is not that of a run.
    """
    configurations, trajectories = [], []
    for folder in folders:
        run = Run(folder)
        cfg, results = run.config(), run.results()
        if cfg is None or results is None:
            raise FileNotFoundError(f"There is no run in {folder}.")
        trajectory = run.trajectory()
        name = results["landscape"] if len(folders) == 1 else None
        trajectory.label = label_of(cfg, results["optimizer"], name, trajectory.rates)
        configurations.append(cfg)
        trajectories.append(trajectory)
    first = configurations[0]
    if any(_draws(cfg) != _draws(first) for cfg in configurations):
        first.augmentation = {}  # no step looked alike to all of them: the clean landscape is shown
    landscape, _ = landscape_of(first)
    return scene_of(landscape, trajectories)


def _draws(cfg: DictConfig) -> tuple[object, ...]:
    """What tells the draws of one run from those of another."""
    return cfg.landscape, cfg.augmentation, cfg.seed


@one_line()
def main() -> None:
    """Film the runs into a file, `descent.mp4` in the first of them if none is named."""
    words = sys.argv[1:]
    keys = [word for word in words if re.match(r"\w+=", word)]
    paths = [Path(word) for word in words if word not in keys]
    files = [path for path in paths if path.suffix.lstrip(".") in FILMS]
    folders = [path for path in paths if path not in files]
    if not folders or len(files) > 1:
        raise ValueError(
            "Give the folders of one or more runs, and at most one file that ends in .mp4 or .gif."
        )
    film = _film(keys)
    path = files[0] if files else folders[0] / "descent.mp4"
    film.write(scene_of_runs(folders), path)
    sys.stdout.write(f"{path}\n")


def _film(keys: list[str]) -> Film:
    """The film that `key=value` words describe."""
    settings = OmegaConf.to_container(OmegaConf.from_dotlist(keys))
    assert isinstance(settings, dict)
    for key in settings:
        check_choice("key", key, (field.name for field in fields(Film)))
    return Film(**{str(key): value for key, value in settings.items()})


if __name__ == "__main__":
    main()
