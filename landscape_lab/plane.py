"""`python -m landscape_lab.plane SWEEP|RUN… [key=value…]`: finished runs on one plane.

The keys are those of the group `plane`: `directions=pca centre=rmsprop resolution=100 show=accuracy
samples=512`; where none is given, the first run's own hold. A run is called by its optimizer or by its
folder's name. `film=mp4` makes a film, too, with the keys of `callbacks.video`: `frames=300 fps=30`.

Into the first folder go `plane.png`, `plane.npz` and `plane.mp4`. The losses are kept there, so that the
next picture of this plane evaluates none.
"""

import sys
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from landscape_lab.configuration import open_keys
from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.figures import path_figure, save_figure
from landscape_lab.drawing.video import Film
from landscape_lab.errors import one_line, tell
from landscape_lab.keys.callbacks import FILMS
from landscape_lab.planes import PlaneSettings
from landscape_lab.scene import Scene
from landscape_lab.staging import archive_of
from landscape_lab.sweeps.together import bring_together, settings_in, split_words
from landscape_lab.validation import check_choice

PLANE, FILM = ({field.name for field in fields(made)} - {"save"} for made in (PlaneSettings, Film))
"""The keys of the two; the plane is saved anyway."""


class Asked(NamedTuple):
    """What a command line asks for.

    Args:
        plane: Settings of the plane, in place of the first run's own.
        film: Settings of the film.
        kind: The format of the film; empty for none.
    """

    plane: dict[str, object]
    film: Film
    kind: str

    @classmethod
    def of(cls, keys: list[str]) -> "Asked":
        """Sort `key=value` words.

        Raises:
            ValueError: There is no such key, or no such format of films.
        """
        settings = settings_in(open_keys(map(_full, keys))).get("plane", {})
        assert isinstance(settings, dict)
        for key in settings:
            check_choice("key", key, (*sorted(PLANE), "film", *sorted(FILM)))
        kind = str(settings.pop("film", ""))
        if kind:
            check_choice("film", kind, FILMS)
        film = Film(**{key: settings.pop(key) for key in FILM & settings.keys()})
        return cls(settings, film, kind)


def _full(word: str) -> str:
    """A `key=value` word as a run takes it: `plane=pca` chooses directions, and `plane.` may be left out."""
    key, _, value = word.partition("=")
    return f"plane.{'directions' if key == 'plane' else key.removeprefix('plane.')}={value}"


@one_line()
def main() -> None:
    """Draw the plane of the runs, and tell the files."""
    keys, folders = split_words(sys.argv[1:])
    if not folders:
        raise ValueError("Give the folder of a sweep, or the folders of one or more runs.")
    asked = Asked.of(keys)
    together = bring_together(folders)
    settings = together.settings_with(asked.plane)
    check_shading(settings.colormap)
    write(together.scene(settings, folders[0]), folders[0], asked)


def write(scene: Scene, folder: Path, asked: Asked) -> None:
    """The files of a scene; each is told when it is there."""
    if scene.note:
        tell(f"The map: {scene.note}.")
    files = {"npz": archive_of(scene).save, "png": lambda file: save_figure(path_figure(scene), file)}
    if asked.kind:
        files[asked.kind] = lambda file: asked.film.write(scene, file)
    for kind, make in files.items():
        make(file := folder / f"plane.{kind}")
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
