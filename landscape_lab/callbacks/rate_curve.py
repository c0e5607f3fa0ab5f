"""How the learning rate of a run was found."""

from functools import partial
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.callbacks.looks import Drawing
from landscape_lab.drawing.rate_curve import rate_figure
from landscape_lab.rates.search import RateSearch


class RateCurve(pl.Callback, Drawing):
    """Draw the short descents of `optimizer.lr=auto` into a run's folder and TensorBoard.

    Args:
        search: What they found.
        folder: Where the picture goes.
        label: Whose they are.
    """

    def __init__(self, search: RateSearch, folder: Path, label: str) -> None:
        self.search, self.folder, self.label = search, folder, label

    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.draw(trainer, "lr", partial(rate_figure, self.search.trials, self.search.chosen, self.label))
