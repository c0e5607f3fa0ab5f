"""`python -m landscape_lab.film RUN… [FILE]`: film what is already in the folders of runs; several are raced on one landscape."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import OmegaConf

from landscape_lab.drawing.video import film
from landscape_lab.errors import one_line
from landscape_lab.scene import Scene
from landscape_lab.trajectory import Trajectory


def scene_of(folders: Sequence[Path]) -> Scene:
    """The trajectories of some runs on the landscape of the first.

    Raises:
        FileNotFoundError: A folder is not that of a run.
    """
    trajectories = []
    for folder in folders:
        if not (folder / ".hydra" / "config.yaml").is_file():
            raise FileNotFoundError(f"There is no run in {folder}.")
        trajectory = Trajectory.load(folder / "trajectory.npz")
        trajectory.label = json.loads((folder / "results.json").read_text())["optimizer"]
        trajectories.append(trajectory)
    cfg = OmegaConf.load(folders[0] / ".hydra" / "config.yaml")
    return Scene.of(instantiate(cfg.landscape, _convert_="all"), trajectories)


@one_line()
def main() -> None:
    """Film the runs into a file, `descent.mp4` in the first of them if none is named."""
    words = [Path(word) for word in sys.argv[1:]]
    files = [word for word in words if word.suffix in (".mp4", ".gif")]
    folders = [word for word in words if word not in files]
    if not folders or len(files) > 1:
        raise ValueError("Give the folders of one or more runs, and at most one file that ends in .mp4 or .gif.")
    path = files[0] if files else folders[0] / "descent.mp4"
    film(scene_of(folders), path)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
