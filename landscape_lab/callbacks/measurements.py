"""Measurements of a network on all of its data, and on those held out."""

import math
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor

from landscape_lab.callbacks.curves import log_curves
from landscape_lab.descent import Descent
from landscape_lab.files.weights import BEST, save_weights
from landscape_lab.keys.callbacks import MEASUREMENTS
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.records.measured import CURVES, measure

TIMES = 50
"""About how often a run measures."""
SHARE = 0.1
"""The most that measuring costs, as a share of the descent, about."""
PASSES = 4.0
"""A step on a sample costs about four times as much as its loss alone: its gradient, in small batches."""
STEP = 2**18
"""What else a step costs, whatever its samples: as much as so many weights, each used for one sample."""
CHEAP = 2**31
"""So much, weights times samples, may be measured in any run: some seconds, for a curve that can be read."""


@MEASUREMENTS.checks_class
class Measurements(pl.Callback):
    """Measure a network every so many steps: its loss and metrics on all data, and on the validation data.

    The results of a descent by minibatches are these, never those of a lucky minibatch. They are
    curves of the trajectory and of the loggers. The weights with the lowest validation loss of the
    first member are kept.

    Args:
        folder: Where the best weights go.
        every: Steps from one measurement to the next. By default about 50 in a run, but seldom enough
            that they cost about a tenth of it at most, or a few seconds.
        training: Whether the training data are measured, too, where others are held out.
    """

    def __init__(self, folder: str | PathLike[str], every: int | None = None, training: bool = True) -> None:
        self.folder = Path(folder)
        self.every = every
        self.training = training
        self.landscape: NetworkLandscape | None = None
        self.lowest = math.inf

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """A chunk ends where something is measured."""
        if not isinstance(pl_module.landscape, NetworkLandscape):
            return
        self.landscape = pl_module.landscape
        self.interval = self.every or default_interval(pl_module.landscape, pl_module.steps, self.training)
        pl_module.pauses.append(self.interval)

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        kept = pl_module.trajectory.measured.values.get("validation_losses", [])
        self.lowest = min((float(values[0]) for values in kept), default=math.inf)
        if trainer.global_step == 0:
            self._measure(trainer, pl_module)

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: object, batch_idx: int
    ) -> None:
        made = trainer.global_step
        if self.landscape is not None and made % self.interval == 0 and made < pl_module.steps:
            self._measure(trainer, pl_module)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if trainer.global_step not in pl_module.trajectory.measured.steps[-1:]:
            self._measure(trainer, pl_module)

    @torch.no_grad()
    def _measure(self, trainer: pl.Trainer, descent: Descent) -> None:
        if self.landscape is None:
            return
        step, values = trainer.global_step, measure(self.landscape, training=self.training)
        if "validation_losses" in values:
            self._keep_best(values["validation_losses"])
        if self.landscape.sampled and (losses := values.get("measured_losses")) is not None:
            descent.tally.follow(step, losses.unsqueeze(0))
        descent.trajectory.measured.add(step, values)
        log_measures(trainer, values)

    def _keep_best(self, losses: Tensor) -> None:
        """Write the first member's weights where its validation loss is the lowest so far."""
        if self.landscape is not None and float(losses[0]) < self.lowest:
            self.lowest = float(losses[0])
            save_weights(self.landscape.state_of(0), self.folder / BEST)


def default_interval(landscape: NetworkLandscape, steps: int, training: bool = True) -> int:
    """Steps from one measurement to the next, for a descent of so many steps.

    They follow from numbers of samples, not from a clock: a resumed run measures at the same steps.
    """
    batches = landscape.batches
    data = [batches] if landscape.held_out is None else [landscape.held_out, *[batches] * training]
    measured = sum(each.samples for each in data)
    if landscape.recalibrates:
        measured += len(data) * batches.samples  # each takes the statistics of the training data first
    weights = landscape.members * landscape.dims
    in_a_step = PASSES * batches.samples / batches.per_epoch + STEP / weights
    times = max(SHARE * steps * in_a_step / measured, CHEAP / (weights * measured))
    return max(1, math.ceil(steps / min(TIMES, max(1.0, times))))


def log_measures(trainer: pl.Trainer, values: Mapping[str, Tensor]) -> None:
    """Give the loggers what was measured at this step."""
    curves = {CURVES.get(name, name): _median(value) for name, value in values.items()}
    for logger in trainer.loggers:
        log_curves(logger, np.array([trainer.global_step]), curves)


def _median(values: Tensor) -> np.ndarray:
    """Over members, as a curve of one step."""
    return values.nanmedian().reshape(1).cpu().numpy()
