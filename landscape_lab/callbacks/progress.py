"""The progress of a descent."""

import math
import sys
import time

import numpy as np
import pytorch_lightning as pl
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from torch import Tensor

from landscape_lab.callbacks.notebook_progress import NotebookProgress, in_notebook
from landscape_lab.descent import Descent
from landscape_lab.escaping import visible
from landscape_lab.keys.callbacks import PROGRESS_BAR


def _on_terminal() -> Progress:
    """A line of the terminal, which is taken away at the end; nothing where there is none."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]:,.0f} steps/s"),
        TextColumn("loss {task.fields[loss]:.4g}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


@PROGRESS_BAR.checks_class
class ProgressBar(pl.Callback):
    """Steps done, steps a second, the current loss and the time left, redrawn at most ten times a second.

    It is on the terminal, or in the notebook.

    Args:
        seconds: The shortest time between two redraws.
    """

    def __init__(self, seconds: float = 0.1) -> None:
        self.seconds = seconds

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self._bar = NotebookProgress() if in_notebook() else _on_terminal()
        self._task = self._bar.add_task(
            visible(pl_module.trajectory.label),
            total=pl_module.steps,
            completed=trainer.global_step,
            rate=0.0,
            loss=np.nan,
        )
        self._bar.start()
        self._first, self._began = trainer.global_step, time.monotonic()
        self._drawn = -math.inf  # never: a clock may begin at zero, so 0.0 could be just now

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        now = time.monotonic()
        if now - self._drawn >= self.seconds:
            self._drawn = now
            rate = (trainer.global_step - self._first) / max(now - self._began, 1e-9)
            loss = float(outputs["losses"][-1].nanmedian())
            self._bar.update(self._task, completed=trainer.global_step, rate=rate, loss=loss, refresh=True)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self._bar.stop()

    def on_exception(self, trainer: pl.Trainer, pl_module: Descent, exception: BaseException) -> None:
        if hasattr(self, "_bar"):
            self._bar.stop()
