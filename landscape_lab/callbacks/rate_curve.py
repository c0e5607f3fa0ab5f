"""How the learning rate of a run was found."""

from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.callbacks.tensorboard import show
from landscape_lab.drawing.figures import save_figure
from landscape_lab.drawing.rate_curve import rate_figure
from landscape_lab.rate_search import RateSearch


class RateCurve(pl.Callback):
    """Draw the short descents of `optimizer.lr=auto` into a run's folder and TensorBoard.

    Args:
        search: What they found.
        file: The picture.
        label: Whose they are.
    """

    def __init__(self, search: RateSearch, file: Path, label: str) -> None:
        self.search, self.file, self.label = search, file, label

    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        save_figure(rate_figure(self.search.trials, self.search.chosen, self.label), self.file)
        show(trainer, "lr", self.file.read_bytes())
