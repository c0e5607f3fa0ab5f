"""`python -m landscape_lab.shapes RUN [FILE…] [key=value…]`: pictures of the shapes of a run, at any size.

Files end in .png or .svg; `approximation.png` in the run's folder if none is named. Shapes belong to no
number of pixels: `scale=4` draws four times those of the run's target, `size=[1024,1536]` so many (height,
width). `alone=24` draws the 24 largest shapes, each by itself, on one sheet. `refine=60` brings an SVG nearer
to the target by so many more steps, a tenth of a second each with 256 shapes.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from landscape_lab.assembly import build_landscape
from landscape_lab.errors import answer, one_line
from landscape_lab.files.weights import LAST
from landscape_lab.files.writing import replacing
from landscape_lab.keys.callbacks import SHAPE_PICTURES
from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.records.shape_files import bytes_of, sheet_of, write_picture
from landscape_lab.runs import Run
from landscape_lab.sweeps.together import sorted_keys, split_words
from landscape_lab.trust import found_in, guarded_command


@SHAPE_PICTURES.checks_class
@dataclass(frozen=True)
class Asked:
    """How large a picture is, and of which shapes.

    Args:
        scale: How many times as many pixels along each side as the target has.
        size: Height and width in pixels instead.
        alone: So many shapes each by itself, instead of all together.
        refine: Steps that bring what a program makes of an SVG nearer to the target.
    """

    scale: float = 1.0
    size: tuple[int, int] | None = None
    alone: int | None = None
    refine: int = 0

    def pixels(self, target: tuple[int, int]) -> tuple[int, int]:
        """Height and width of a picture of a target."""
        height, width = (max(1, round(self.scale * side)) for side in target)
        return (height, width) if self.size is None else (self.size[0], self.size[1])


@one_line(__doc__)
@guarded_command()
def main() -> None:
    """Draw the shapes of a run, and tell the files."""
    keys, paths = split_words(sys.argv[1:])
    if not paths or not paths[0].is_dir():
        found = f" Found {paths[0]}." if paths else ""
        raise ValueError(
            f"Give the folder of a run with landscape=shapes, then the files: RUN picture.svg.{found}"
        )
    folder, *files = paths
    (settings,) = sorted_keys(keys, Asked)
    asked, landscape = Asked(**settings), landscape_of_run(folder)  # type: ignore[arg-type]
    height, width = landscape.target.shape[1:]
    size = asked.pixels((height, width))
    for file in files or [folder / ("approximation.png" if asked.alone is None else "alone.png")]:
        if asked.alone is None:
            write_picture(landscape, 0, file, size, asked.refine)
        else:
            sheet = Image.fromarray(bytes_of(sheet_of(landscape, asked.alone)))
            with replacing(file) as unfinished:
                sheet.save(unfinished)
        answer(file)


def landscape_of_run(folder: Path) -> ShapesLandscape:
    """The landscape of a run at its last shapes.

    Raises:
        ValueError: It is no run, it is one of another landscape, or it has left no shapes.
    """
    if (config := Run(folder).config_anywhere()) is None:
        raise ValueError(f"{folder} should be the folder of a run. It has no configuration.")
    if not str(config.landscape.get("_target_")).endswith(ShapesLandscape.__name__):
        raise ValueError(f"{folder} should be a run with landscape=shapes. It has no shapes.")
    with found_in(folder):
        landscape = build_landscape(config, weights=str(folder / LAST))
    if not isinstance(landscape, ShapesLandscape):
        raise ValueError(f"{folder} should be a run with landscape=shapes. It has no shapes.")
    return landscape


if __name__ == "__main__":
    main()
