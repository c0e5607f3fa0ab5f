"""What `TrajectoryRecorder` costs: a LeNet in anybody's Lightning project, batch 16, with and without it.

Trainings take turns, each on one thread; a ratio is of two neighbours, in seconds of the processor. Points
lie in memory, or in a file, which costs a write a record: the seconds of the system tell that.
"""

import logging
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from landscape_lab import TrajectoryRecorder
from landscape_lab.models import lenet

STEPS = 300
PAIRS = 12


class Classifier(pl.LightningModule):
    """A module as tutorials have it."""

    def __init__(self) -> None:
        super().__init__()
        self.net = lenet(1, 10)

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        """Cross-entropy."""
        inputs, labels = batch
        return nn.functional.cross_entropy(self.net(inputs), labels)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(self.parameters(), lr=1e-3)


def seconds(recorder: TrajectoryRecorder | None) -> float:
    """Of the processor for one training."""
    pl.seed_everything(0, verbose=False)
    module = Classifier()
    data = TensorDataset(torch.randn(512, 1, 32, 32), torch.randint(0, 10, (512,)))
    trainer = pl.Trainer(
        max_steps=STEPS,
        max_epochs=-1,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[] if recorder is None else [recorder],
    )
    loader = DataLoader(data, batch_size=16, shuffle=True)
    began = time.process_time()
    trainer.fit(module, loader)
    return time.process_time() - began


def compare(name: str, to: Path | None, every: int = 10) -> None:
    """Print the median of the ratios of pairs, in each of which who begins alternates."""
    plain, ratios = [], []
    for pair in range(PAIRS):
        recorder = TrajectoryRecorder(every, to=to)
        if pair % 2:
            with_it, without = seconds(recorder), seconds(None)
        else:
            without, with_it = seconds(None), seconds(recorder)
        plain.append(without)
        ratios.append(with_it / without)
    low, middle, high = statistics.quantiles(ratios, n=4)
    dims = sum(part.numel() for part in Classifier().parameters())
    print(
        f"{name}: {middle:.3f} (quartiles {low:.3f} to {high:.3f}); without it "
        f"{1e3 * statistics.median(plain) / STEPS:.2f} ms a step, {dims:,} weights"
    )


def main() -> None:
    """Points in memory, every 10 steps and every step; and in a file."""
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    seconds(None)  # warm
    compare("in memory, every 10 steps", None)
    compare("in memory, every step", None, every=1)
    with tempfile.TemporaryDirectory() as folder:
        compare("in a file, every 10 steps", Path(folder) / "points.f16")


if __name__ == "__main__":
    main()
