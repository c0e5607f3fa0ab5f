"""What shapes look like: while they approximate a picture, and at the end."""

import math
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from PIL import Image

from landscape_lab import results
from landscape_lab.callbacks.curves import log_curves
from landscape_lab.callbacks.tensorboard import png, show
from landscape_lab.descent import Descent
from landscape_lab.files import replacing
from landscape_lab.keys.callbacks import APPROXIMATION
from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.tables import write_csv

TIMES = 10
"""How often TensorBoard gets a picture."""


@APPROXIMATION.checks_class
class Approximation(pl.Callback):
    """Of a landscape of shapes: `approximation.png` and `shapes.csv` at the end; ten pictures in TensorBoard.

    Beside the pictures it logs their RMSE, PSNR and SSIM, whatever was minimised. The table holds a row for
    each shape, in the units of `landscape_lab.landscapes.shapes.Shapes`. Of many members it is the one that
    ended with the median loss.

    Args:
        folder: Where the files go.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """A chunk ends where a picture is shown."""
        self.interval = math.ceil(pl_module.steps / TIMES)
        if isinstance(pl_module.landscape, ShapesLandscape) and trainer.loggers:
            pl_module.pauses.append(self.interval)

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if trainer.global_step == 0:
            self._show(trainer, pl_module)

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: object, batch_idx: int
    ) -> None:
        if trainer.global_step % self.interval == 0:
            self._show(trainer, pl_module)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not isinstance(landscape := pl_module.landscape, ShapesLandscape):
            return
        member = results.outcomes(pl_module).representative()
        with replacing(self.folder / "approximation.png") as unfinished:
            Image.fromarray(_pixels(landscape, member)).save(unfinished, format="PNG")
        columns = _columns(landscape, member)
        write_csv(self.folder / "shapes.csv", columns, zip(*columns.values(), strict=True), digits=9)

    def _show(self, trainer: pl.Trainer, descent: Descent) -> None:
        """Show the first member, and log how near it is."""
        if not isinstance(landscape := descent.landscape, ShapesLandscape) or not trainer.loggers:
            return
        show(trainer, "approximation", png(_pixels(landscape, 0)))
        with torch.no_grad():
            told = landscape.measure(landscape.flat()[:1])
        near = {name: value.cpu().numpy() for name, value in told.items() if name != "loss"}
        for logger in trainer.loggers:
            log_curves(logger, np.array([trainer.global_step]), near)


def _pixels(landscape: ShapesLandscape, member: int) -> np.ndarray:
    """The picture of a member as bytes, `[height, width, 3]`; black where its numbers are not finite."""
    picture = landscape.picture(member).nan_to_num().expand(3, -1, -1)
    return (255 * picture).round().byte().permute(1, 2, 0).cpu().numpy()


def _columns(landscape: ShapesLandscape, member: int) -> dict[str, list[float]]:
    """A column for each number that a shape has."""
    shapes, _ = landscape.shapes_of(member)
    known = {name: part for name, part in shapes._asdict().items() if part is not None}
    columns: dict[str, list[float]] = {}
    for name, part in known.items():
        flat = part.reshape(len(part), -1).T.tolist()
        columns |= {name if len(flat) == 1 else f"{name}_{number}": each for number, each in enumerate(flat)}
    return columns
