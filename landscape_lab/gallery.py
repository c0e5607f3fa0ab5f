"""`python -m landscape_lab.gallery [FILE]`: every landscape on one page, with start and minima."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

from landscape_lab.configuration import CONF
from landscape_lab.drawing.figures import gallery_figure, save_figure
from landscape_lab.errors import one_line
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of, start_of


def names() -> list[str]:
    """The landscapes that need nothing more than their name."""
    found = []
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for path in sorted((CONF / "landscape").glob("*.yaml")):
            cfg = compose("config", [f"landscape={path.stem}"])
            if "model" not in cfg and not OmegaConf.missing_keys(cfg.landscape):  # a network is no picture
                found.append(path.stem)
    return found


def scenes(chosen: Iterable[str]) -> list[tuple[str, Scene]]:
    """Each landscape with where descents begin on it."""
    drawn = []
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for name in chosen:
            landscape = instantiate(compose("config", [f"landscape={name}"]).landscape, _convert_="all")
            scene = scene_of(landscape, [])
            drawn.append((name, replace(scene, traces=(start_of(landscape, scene.plane),))))
    return drawn


@one_line()
def main() -> None:
    """Write the page."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "gallery.png")
    save_figure(gallery_figure(scenes(names())), path)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
