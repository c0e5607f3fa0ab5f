"""`python -m landscape_lab.gallery [FILE] [key=value…]`: every landscape on one page, with start and minima.

The keys are those of the group `plane`: `colormap=viridis levels=8`. `python -m landscape_lab.gallery
pictures` makes a page of all products instead: `landscape_lab.pictures`.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

from landscape_lab.configuration.composed import CONF
from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.figures import gallery_figure, save_figure
from landscape_lab.errors import answer, one_line
from landscape_lab.pictures import LOOK, draw_pictures
from landscape_lab.planes import PlaneSettings
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of, start_of
from landscape_lab.sweeps.together import sorted_keys, split_words
from landscape_lab.validation import check_choice

BARE = ("callbacks=none", "logger=none")
"""What a landscape does without, and takes half the time of composing."""


def names() -> list[str]:
    """The landscapes that need nothing more than their name."""
    found = []
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for path in sorted((CONF / "landscape").glob("*.yaml")):
            cfg = compose("config", [f"landscape={path.stem}", *BARE])
            if "model" not in cfg and not OmegaConf.missing_keys(cfg.landscape):  # a network is no picture
                found.append(path.stem)
    return found


def scenes(chosen: Iterable[str], settings: PlaneSettings | None = None) -> list[tuple[str, Scene]]:
    """Each landscape with where descents begin on it."""
    drawn = []
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for name in chosen:
            cfg = compose("config", [f"landscape={name}", *BARE])
            landscape = instantiate(cfg.landscape, _convert_="all")
            scene = scene_of(landscape, [], settings=settings)
            drawn.append((name, replace(scene, traces=(start_of(landscape, scene.plane),))))
    return drawn


def _lists(words: Iterable[str]) -> dict[str, list[str]]:
    """`products=path,loss`, `cases=coast,race`, and words like `style=dark` as they are, under `look`."""
    lists: dict[str, list[str]] = {"look": []}
    for word in words:
        key, _, value = word.partition("=")
        check_choice("key", key, ("products", "cases", *LOOK))
        if key in LOOK:
            lists["look"].append(word)
        else:
            lists[key] = value.strip("[]").split(",")
    return lists


@one_line(__doc__)
def main() -> None:
    """Write the page."""
    words, files = split_words(sys.argv[1:])
    if files[:1] == [Path("pictures")]:
        answer(draw_pictures(files[1] if files[1:] else files[0], **_lists(words)))
        return
    path = files[0] if files else Path("gallery.png")
    (changes,) = sorted_keys(words, PlaneSettings)
    settings = PlaneSettings(**changes)  # type: ignore[arg-type]
    check_shading(settings.colormap)
    save_figure(gallery_figure(scenes(names(), settings)), path)
    answer(path)


if __name__ == "__main__":
    main()
