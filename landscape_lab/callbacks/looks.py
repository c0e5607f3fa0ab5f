"""Figures of callbacks, all in the look that a run's pictures are asked for."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytorch_lightning as pl
from matplotlib.figure import Figure

from landscape_lab.callbacks.tensorboard import show, tensorboards
from landscape_lab.drawing.look import Look
from landscape_lab.planes import PlaneSettings


class Drawing:
    """Writes figures into a folder, and shows them in TensorBoard.

    Attributes:
        folder: Where they go.
        look: In which formats, on which ground and how wide.
        asked: The look that it was asked to give all figures of a run, if it is the one who was.
    """

    folder: Path
    look: Look = Look()
    asked: Look | None = None

    def draw(self, trainer: pl.Trainer, name: str, make: Callable[[], Figure], *, shown: bool = True) -> None:
        """Write a figure in each format; TensorBoard gets one with larger type, whatever the formats are.

        Args:
            trainer: All its TensorBoard loggers get it.
            name: Of the files, and in TensorBoard.
            make: Draws it.
            shown: Whether TensorBoard gets it.
        """
        self.look.draw_each(make, self.folder, name)
        if shown and tensorboards(trainer):
            show(trainer, name, self.look.card(make))


class OwnMap(pl.Callback):
    """Draws a map of its own, not of the scene of a run.

    Attributes:
        settings: How: window, resolution, contours and colours.
        about: What explains it, in grey below its title.
    """

    settings: PlaneSettings = PlaneSettings()
    about: str = ""


def share_look(parts: Iterable[object]) -> None:
    """Give all who draw the look that one of them was asked for."""
    drawing = [part for part in parts if isinstance(part, Drawing)]
    for asked in [part.asked for part in drawing if part.asked is not None]:
        for part in drawing:
            part.look = asked
