"""What shapes look like, and how near they are: while they approximate a picture, and at the end."""

import math
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from matplotlib.figure import Figure

from landscape_lab import results
from landscape_lab.callbacks.looks import Drawing
from landscape_lab.callbacks.measurements import log_measures
from landscape_lab.callbacks.tensorboard import png, show
from landscape_lab.descent import Descent
from landscape_lab.drawing.nearness import nearness_figure
from landscape_lab.keys.callbacks import APPROXIMATION
from landscape_lab.keys.running import NEARNESS
from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.records.measured import STEPS
from landscape_lab.records.shape_files import bytes_of, why_no_svg, write_picture, write_tables
from landscape_lab.trajectory import Trajectory

TIMES = 50
"""How often it is measured how near they are."""
SHOWN = 10
"""How often TensorBoard gets a picture."""


@APPROXIMATION.checks_class
class Approximation(pl.Callback, Drawing):
    """Of a landscape of shapes: its picture, its tables, and how near it came.

    At the end it writes `approximation.png` and, where shapes hide each other, `approximation.svg`;
    `shapes.csv` and `shapes.json`, a row for each shape in the units of `landscapes.shapes.Shapes`; and
    `nearness.png`, PSNR and SSIM over evaluations and seconds. Of many members it is the one that ended with
    the median loss. On the way it measures RMSE, PSNR and SSIM, whatever is minimised, and gives TensorBoard
    ten pictures.

    Args:
        folder: Where the files go.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)
        self.landscape: ShapesLandscape | None = None

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """A chunk ends where something is measured or shown."""
        if isinstance(pl_module.landscape, ShapesLandscape):
            self.landscape = pl_module.landscape
            self.interval, self.pictures = (math.ceil(pl_module.steps / times) for times in (TIMES, SHOWN))
            pl_module.pauses += [self.interval, self.pictures]

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if trainer.global_step == 0:
            self._measure(trainer, pl_module)
            self._show(trainer)

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: object, batch_idx: int
    ) -> None:
        if self.landscape is None:
            return
        if trainer.global_step % self.interval == 0:
            self._measure(trainer, pl_module)
        if trainer.global_step % self.pictures == 0:
            self._show(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if trainer.global_step not in pl_module.trajectory.measured.steps[-1:]:
            self._measure(trainer, pl_module)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self.landscape is None:
            return
        member = results.outcomes(pl_module).representative()
        write_tables(self.landscape, member, self.folder)
        write_picture(self.landscape, member, self.folder / "approximation.png")
        if why_no_svg(self.landscape, member) is None:
            write_picture(self.landscape, member, self.folder / "approximation.svg")
        if len((trajectory := pl_module.trajectory).measured) > 1:
            self.draw(trainer, "nearness", partial(_figure, trajectory, member))

    @torch.no_grad()
    def _measure(self, trainer: pl.Trainer, descent: Descent) -> None:
        """How near all members are."""
        if self.landscape is None:
            return
        told = self.landscape.measure(self.landscape.flat())
        values = {f"measured_{name}": told[name] for name in NEARNESS}
        descent.trajectory.measured.add(trainer.global_step, values)
        log_measures(trainer, values)

    def _show(self, trainer: pl.Trainer) -> None:
        """The first member in TensorBoard."""
        if self.landscape is not None and trainer.loggers:
            show(trainer, "approximation", png(bytes_of(self.landscape.picture(0))))


def _figure(trajectory: Trajectory, member: int) -> Figure:
    """How near a member came, over what it cost."""
    measured = trajectory.measured.arrays()
    steps = measured[STEPS]
    costs = {"evaluations": np.interp(steps, trajectory.steps, trajectory.evaluations)}
    if len(trajectory.clock):
        costs["seconds"] = trajectory.clock.seconds_at(steps)
    values = {name: measured[f"measured_{name}"][:, member] for name in NEARNESS}
    return nearness_figure(values, costs, trajectory.label)
