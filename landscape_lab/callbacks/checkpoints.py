"""Checkpoints from which a descent goes on."""

import sys
import time
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.files import replacing
from landscape_lab.keys.callbacks import CHECKPOINTS


@CHECKPOINTS.checks_class
class Checkpoints(pl.Callback):
    """Keep `last.ckpt`, from which a descent that was cut goes on as if it had not been.

    It is written between two chunks.

    Args:
        folder: Where it goes.
        seconds: How often it is written; it is also written at the end.
    """

    def __init__(self, folder: str | PathLike[str], seconds: float = 20.0) -> None:
        self.path = Path(folder) / "last.ckpt"
        self.seconds = seconds
        self._written = time.monotonic()

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        if time.monotonic() - self._written >= self.seconds and pl_module.ending.status == "completed":
            self._save(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if pl_module.ending.status in ("completed", "stopped"):
            self._save(trainer)

    def on_exception(self, trainer: pl.Trainer, pl_module: Descent, exception: BaseException) -> None:
        """Tell who stopped a descent how it goes on."""
        if isinstance(exception, KeyboardInterrupt):
            kept = f" Go on with ckpt_path={self.path}" if self.path.is_file() else ""
            sys.stderr.write(f"Stopped after {trainer.global_step:,} steps.{kept}\n")

    def _save(self, trainer: pl.Trainer) -> None:
        with replacing(self.path) as unfinished:
            trainer.save_checkpoint(unfinished)
        self._written = time.monotonic()
