"""The Trainer of the tests: nothing is written or drawn but by the callbacks that are given."""

import pytorch_lightning as pl

from landscape_lab import Descent


def fit(descent: Descent, *callbacks: pl.Callback, checkpoint=None, **settings) -> Descent:
    """Descend to the end, or go on from a checkpoint."""
    trainer = pl.Trainer(
        accelerator="cpu",
        devices=1,
        max_steps=descent.steps,
        max_epochs=-1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=list(callbacks),
        **settings,
    )
    trainer.fit(descent, ckpt_path=checkpoint, weights_only=True)
    return descent
