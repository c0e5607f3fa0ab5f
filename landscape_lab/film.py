"""`python -m landscape_lab.film RUN… [FILE] [key=value…]`: film what is already in the folders of runs.

Several runs, or those of a sweep, are raced on the landscape that they share. The keys are those of
`callbacks.video`: `view=surface clock=logarithmic frames=300 size=[800,600] fps=30 length=10 clean=true`,
and those of the group `plane`: `window=path resolution=200 levels=8 colormap=viridis`; where none
is given, the first run's own hold.
"""

import sys
from pathlib import Path

from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.video import Film
from landscape_lab.errors import answer, one_line
from landscape_lab.keys.callbacks import FILMS
from landscape_lab.planes import PlaneSettings
from landscape_lab.sweeps.together import bring_together, sorted_keys, split_words
from landscape_lab.trust import guarded_command


@one_line(__doc__)
@guarded_command()
def main() -> None:
    """Film the runs into a file, `descent.mp4` in the first of them if none is named."""
    keys, paths = split_words(sys.argv[1:])
    folders, path = _places(paths)
    filming, changes = sorted_keys(keys, Film, PlaneSettings)
    film, together = Film(**filming), bring_together(folders)  # type: ignore[arg-type]
    settings = together.settings_with(changes)
    check_shading(settings.colormap)
    film.write(together.scene(settings, folders[0], film.extras), path)
    answer(path)


def _places(paths: list[Path]) -> tuple[list[Path], Path]:
    """The folders of the runs, and the file for the film."""
    files = [path for path in paths if path.suffix.lstrip(".") in FILMS]
    folders = [path for path in paths if path not in files]
    if not folders or len(files) > 1:
        raise ValueError(
            "Give the folders of one or more runs, and at most one file that ends in .mp4 or .gif."
        )
    return folders, files[0] if files else folders[0] / "descent.mp4"


if __name__ == "__main__":
    main()
