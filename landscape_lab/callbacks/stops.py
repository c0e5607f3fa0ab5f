"""A descent that a signal stops ends between two chunks."""

import pytorch_lightning as pl
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.process.stopping import signals


class Stops(pl.Callback):
    """Finish the chunk, about a second, or one step where that takes longer, and then stop.

    It has to be the last of the callbacks: the others have seen the whole chunk and written a checkpoint.
    """

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        signals.defer()

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        """Stop, unless the descent has just come to its end: then its results are kept first."""
        made, all_steps = trainer.global_step, pl_module.steps
        if signals.heard is not None and made < all_steps and not trainer.should_stop:
            signals.settle(f"after {made:,} of {all_steps:,} steps")
