"""In which formats figures are written, on which ground and how wide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from io import BytesIO
from os import PathLike
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from landscape_lab.drawing.dark import darken
from landscape_lab.drawing.narrow import drawn_for, squeeze
from landscape_lab.files.writing import replacing
from landscape_lab.keys.callbacks import FORMATS, PICTURES, STYLES
from landscape_lab.validation import check_choice

FINE = 300
"""Dots an inch of a picture for print, whose width is given."""
USUAL = 120
CARD, CARD_DOTS = 3.4, 200
"""Inches across a figure on a card of TensorBoard, a few hundred pixels wide, and its dots an inch."""
TALL = 3.0
"""A card that would be so many times as high as wide is drawn as the file is."""
WORDS = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "landscape_lab"}
"""Words stay words that can be searched and edited; a file is the same each time."""


@dataclass(frozen=True)
class Look:
    """How figures look.

    Args:
        format: Any of `png`, `svg` and `pdf`, or several.
        style: `light` for paper, `dark` for slides.
        width: In inches, one column of a paper is 3.4; `None`: as wide as suits the figure.
    """

    format: str | Sequence[str] = "png"
    style: str = "light"
    width: float | None = None

    def __post_init__(self) -> None:
        for name in self.formats:
            check_choice("format", name, FORMATS)
        check_choice("style", self.style, STYLES)

    @property
    def formats(self) -> tuple[str, ...]:
        """All of them."""
        return (self.format,) if isinstance(self.format, str) else tuple(self.format)

    @classmethod
    def of(cls, **settings: object) -> "Look":
        """A look of `style` and `width` as a Python user gives them.

        Raises:
            ValueError: There is no such setting, or a value does not fit.
        """
        for name in settings:
            check_choice("look", name, ("style", "width"))
        checked = {name: PICTURES.check(name, value) for name, value in settings.items()}
        return cls(**checked)  # type: ignore[arg-type] # they were checked

    @classmethod
    def of_configuration(cls, settings: Mapping[str, Mapping[str, Mapping[str, object]] | None]) -> "Look":
        """The look that `callbacks.pictures` of a configuration asks for."""
        pictures = (settings.get("callbacks") or {}).get("pictures") or {}
        asked = {field.name: pictures[field.name] for field in fields(cls) if field.name in pictures}
        return cls(**asked)  # type: ignore[arg-type] # they are checked when a configuration is composed

    def draw(self, make: Callable[[], Figure], path: str | PathLike[str] | None) -> Figure:
        """A figure in this look, which is also written where a path is given."""
        figure = self.figure(make)
        if path is not None:
            self.save(figure, Path(path))
        return figure

    def draw_each(self, make: Callable[[], Figure], folder: Path, name: str) -> None:
        """Write a figure in this look into a folder, in every format."""
        figure = self.figure(make)
        for kind in self.formats:
            self.save(figure, folder / f"{name}.{kind}")

    def figure(self, make: Callable[[], Figure]) -> Figure:
        """A figure in this look."""
        with drawn_for(self.width):
            figure = make()
            squeeze(figure)
        if self.style == "dark":
            darken(figure)
        return figure

    def save(self, figure: Figure, path: Path) -> None:
        """Write a figure that has this look; the suffix tells the format."""
        with replacing(path) as unfinished, rc_context(WORDS):
            figure.savefig(unfinished, dpi=USUAL if self.width is None else FINE)

    def card(self, make: Callable[[], Figure]) -> bytes:
        """The file of a picture of a figure in this look, with type that can be read where it is small."""
        file = BytesIO()
        figure, dots = replace(self, width=self.width or CARD).figure(make), CARD_DOTS
        if figure.get_figheight() > TALL * figure.get_figwidth() and self.width is None:
            figure, dots = self.figure(make), USUAL  # many panels below each other would be smaller still
        figure.savefig(file, dpi=dots, format="png")
        return file.getvalue()


def draw_with_card(make: Callable[[], Figure], path: Path, look: Look | None = None) -> None:
    """Write a figure in every format of a look, and hidden beside it what TensorBoard is to show of it."""
    look = Look() if look is None else look
    look.draw_each(make, path.parent, path.stem)
    with replacing(card_file(path)) as unfinished:
        unfinished.write_bytes(look.card(make))


def card_file(path: Path) -> Path:
    """What TensorBoard is to show of a picture: `.race.png` of `race.png`."""
    return path.with_name(f".{path.name}")
