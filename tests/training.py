"""The two ways to descend in a test: one Trainer, and the plain loop of somebody who has none."""

import pytorch_lightning as pl
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab import Descent
from landscape_lab.landscapes.base import Landscape


def fit(descent: Descent, *callbacks: pl.Callback, checkpoint=None, **settings) -> Descent:
    """Descend to the end, or go on from a checkpoint; only the given callbacks write and draw."""
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


def loop(landscape: Landscape, optimizer: Optimizer, steps: int) -> None:
    """A plain loop with a closure, as line searches and all others take it."""

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = landscape().sum()
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)
