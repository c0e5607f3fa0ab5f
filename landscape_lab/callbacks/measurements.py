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
from landscape_lab.keys.callbacks import MEASUREMENTS
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.weights import BEST, save_weights

TIMES = 50
"""About how often a run measures."""
SHARE = 0.2
"""The most that measuring costs, as a share of the descent."""
PASSES = 3.0
"""A step on a sample costs about three times as much as its loss alone."""


@MEASUREMENTS.checks_class
class Measurements(pl.Callback):
    """Measure a network every so many steps: its loss and metrics on all data, and on the validation data.

    The results of a descent by minibatches are these, never those of a lucky minibatch. They are
    curves of the trajectory and of the loggers. The weights with the lowest validation loss of the
    first member are kept.

    Args:
        folder: Where the best weights go.
        every: Steps from one measurement to the next. By default about 50 in a run, but seldom enough
            that they cost no more than a fifth of it.
    """

    def __init__(self, folder: str | PathLike[str], every: int | None = None) -> None:
        self.folder = Path(folder)
        self.every = every
        self.landscape: NetworkLandscape | None = None
        self.validation: NetworkLandscape | None = None
        self.lowest = math.inf

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """A chunk ends where something is measured."""
        if not isinstance(pl_module.landscape, NetworkLandscape):
            return
        self.landscape, self.validation = pl_module.landscape, pl_module.landscape.validation
        self.interval = self.every or _default_interval(pl_module.landscape, self.validation, pl_module.steps)
        pl_module.steps_per_batch = min(pl_module.steps_per_batch, self.interval)
        pl_module.follows_seen_losses = not pl_module.landscape.stochastic

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
        points, step = self.landscape.flat(), trainer.global_step
        values = _named(self.landscape.measure(points), "measured")
        if self.validation is not None:
            values |= _named(self.validation.measure(points), "validation")
            self._keep_best(values["validation_losses"])
        if not descent.follows_seen_losses:
            descent.tally.follow(step, values["measured_losses"].unsqueeze(0))
        descent.trajectory.measured.add(step, values)
        for logger in trainer.loggers:
            log_curves(logger, np.array([step]), {name: _median(value) for name, value in values.items()})

    def _keep_best(self, losses: Tensor) -> None:
        """Write the first member's weights where its validation loss is the lowest so far."""
        if self.landscape is not None and float(losses[0]) < self.lowest:
            self.lowest = float(losses[0])
            save_weights(self.landscape.state_of(0), self.folder / BEST)


def _default_interval(landscape: NetworkLandscape, validation: NetworkLandscape | None, steps: int) -> int:
    """From numbers of samples, not from a clock: a resumed run measures at the same steps."""
    batches = landscape.batches
    measured = batches.samples + (0 if validation is None else validation.batches.samples)
    in_a_step = PASSES * batches.samples / batches.per_epoch
    return max(1, math.ceil(steps / TIMES), math.ceil(measured / (SHARE * in_a_step)))


def _named(measures: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """`loss` as `measured_losses`, `accuracy` as `measured_accuracy`."""
    return {f"{prefix}_{'losses' if name == 'loss' else name}": value for name, value in measures.items()}


def _median(values: Tensor) -> np.ndarray:
    """Over members, as a curve of one step."""
    return values.nanmedian().reshape(1).cpu().numpy()
