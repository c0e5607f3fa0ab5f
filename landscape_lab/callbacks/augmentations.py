"""A picture of what the optimizer is going to see."""

from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.callbacks.looks import Drawing, OwnMap
from landscape_lab.descent import Descent
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.staging import scene_of, start_of
from landscape_lab.staging.replaying import has_draws, legible_draws


class AugmentationPictures(OwnMap, Drawing):
    """Draw `augmentations.png` at the start: the landscape in a few draws, its gradients beside it.

    There is no path yet, so the window `path` is that of the bounds.

    Args:
        folder: Where the picture goes.
        draws: How many; none if 0, or where the landscape has no augmentations.
    """

    def __init__(self, folder: str | PathLike[str], draws: int = 0) -> None:
        if not isinstance(draws, int) or isinstance(draws, bool) or draws < 0:
            raise ValueError(
                f"Parameter `augmentations` should be zero or a positive whole number. Found `{draws}`."
            )
        self.folder = Path(folder)
        self.draws = draws

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        landscape = pl_module.landscape
        if self.draws > 0 and has_draws(landscape):
            window = "bounds" if self.settings.window in ("auto", "path") else self.settings.window
            settings = replace(self.settings, directions="auto", window=window)
            scene = scene_of(landscape, [], settings=settings, grid=False)
            begun = replace(scene, traces=(start_of(landscape, scene.plane),), about=self.about)
            draws = legible_draws(landscape, begun, self.draws, self.settings.resolution)
            self.draw(trainer, "augmentations", partial(augmentations_figure, draws))
