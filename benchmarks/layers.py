"""What `callbacks=layers` costs a step: a descent with it and without it, in turn.

CPU seconds on one thread, under the Trainer with TensorBoard and no other callback: LeNet on the digits
of scikit-learn and a small transformer on text, in minibatches of 16. The median of the pairs' ratios is
printed, at the default interval and at every 5 steps, where the cost of a measurement stands out from the
drift of the machine. Writing and drawing at the end are left out: seconds, whatever a run's length.
"""

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import TensorBoardLogger
from torch import nn

from landscape_lab.callbacks import Layers
from landscape_lab.data import digits, text
from landscape_lab.descent import Descent
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import Transformer, build_model, lenet

PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
STEPS = 300


class Measured(Layers):
    """Without files at the end."""

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """Write nothing."""


def seconds(model: Callable[..., nn.Module], data: object, every: int | None, measured: bool) -> float:
    """CPU seconds of a descent."""
    torch.manual_seed(0)
    network, data = build_model(model, data)
    landscape = NetworkLandscape(network, data, batch_size=16)
    descent = Descent(landscape, partial(torch.optim.Adam, lr=1e-3), STEPS)
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            accelerator="cpu",
            devices=1,
            max_steps=STEPS,
            max_epochs=-1,
            logger=TensorBoardLogger(folder),
            callbacks=[Measured(folder, every)] if measured else [],
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
        )
        began = time.process_time()
        trainer.fit(descent)
        return time.process_time() - began


def main() -> None:
    """Print a row for each network and interval."""
    torch.set_num_threads(1)
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    print(f"{'':28} {'ms a step':>10} {'ratio':>7} {'quartiles':>15}")
    for name, model, data in (
        ("LeNet, digits", lenet, digits(size=32)),
        ("transformer, text", Transformer, text()),
    ):
        for every in (None, 5):
            seconds(model, data, every, measured=True)
            plain, ratios = [], []
            for _ in range(PAIRS):
                plain.append(seconds(model, data, every, measured=False))
                ratios.append(seconds(model, data, every, measured=True) / plain[-1])
            low, middle, high = statistics.quantiles(ratios, n=4)
            row = f"{name}, every {every or 'default'}"
            milliseconds = 1000 * statistics.median(plain) / STEPS
            print(f"{row:28} {milliseconds:10.2f} {middle:7.3f} {low:7.3f} {high:7.3f}", flush=True)


if __name__ == "__main__":
    main()
