"""Checkpoints from which a descent goes on."""

import time
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.errors import explain, tell
from landscape_lab.files.writing import replacing
from landscape_lab.keys.callbacks import CHECKPOINTS
from landscape_lab.process.stopping import signals
from landscape_lab.resuming.own_state import Unresumable


@CHECKPOINTS.checks_class
class Checkpoints(pl.Callback):
    """Keep `last.ckpt`, from which a descent that was cut goes on as if it had not been.

    It is written between two chunks.

    Args:
        folder: Where it goes.
        seconds: How often it is written; it is also written at the end, and when a signal stops the
            descent.
    """

    def __init__(self, folder: str | PathLike[str], seconds: float = 20.0) -> None:
        self.path = Path(folder) / "last.ckpt"
        self.seconds = seconds
        self._written = time.monotonic()
        self._refused = False

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        due = signals.heard is not None or time.monotonic() - self._written >= self.seconds
        if due and pl_module.ending.status == "completed":
            self._save(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if pl_module.ending.status in ("completed", "stopped"):
            self._save(trainer)

    def _save(self, trainer: pl.Trainer) -> None:
        """Write it; where the disk or the optimizer refuses, the run goes on to its results."""
        try:
            with replacing(self.path, durable=True) as unfinished:
                trainer.save_checkpoint(unfinished)
        except OSError as error:  # the last one stays
            self._refuse(f"{explain(error)}. The run goes on.")
        except Unresumable as error:
            self._refuse(f"No checkpoint can be written, so this run could not be gone on with: of {error}.")
        self._written = time.monotonic()

    def _refuse(self, why: str) -> None:
        """Say once why there is no new checkpoint."""
        if not self._refused:
            tell(why)
        self._refused = True
