"""A picture of what the optimizer is going to see."""

from os import PathLike
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.descent import Descent
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.drawing.figures import save_figure
from landscape_lab.replaying import draws_of, has_draws


class AugmentationPictures(pl.Callback):
    """Draw `augmentations.png` at the start: the landscape in a few draws, its gradients beside it.

    Args:
        folder: Where the picture goes.
        draws: How many; none if 0, or where the landscape has no augmentations.
    """

    def __init__(self, folder: str | PathLike[str], draws: int = 0) -> None:
        if not isinstance(draws, int) or isinstance(draws, bool) or draws < 0:
            raise ValueError(
                f"Parameter `augmentations` should be zero or a positive whole number. Found `{draws}`."
            )
        self.path = Path(folder) / "augmentations.png"
        self.draws = draws

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self.draws > 0 and has_draws(pl_module.landscape):
            save_figure(augmentations_figure(draws_of(pl_module.landscape, self.draws)), self.path)
