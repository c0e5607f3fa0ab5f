"""Pictures of a descent, drawn when it has ended or begins."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.augmentations.seen import see
from landscape_lab.callbacks.tensorboard import show, tensorboards
from landscape_lab.descent import Descent
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.drawing.figures import FIGURES, save_figure
from landscape_lab.keys.callbacks import AUGMENTATION_PICTURES, PICTURES
from landscape_lab.scene import Scene


@PICTURES.checks_class
class Pictures(pl.Callback):
    """Draw figures at the end; TensorBoard shows them too, but for the loss, which it draws itself.

    Args:
        folder: Where the pictures go.
        figures: Any of `path`, `loss`, `evaluations` (the loss against them), `surface` and `gradient`.
    """

    def __init__(self, folder: str | PathLike[str], figures: Sequence[str] = ("path", "loss")) -> None:
        self.folder = Path(folder)
        self.figures = tuple(figures)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not self.figures:
            return
        scene = Scene.of(pl_module.landscape, [pl_module.trajectory])
        for name in self.figures:
            file = self.folder / f"{name}.png"
            save_figure(FIGURES[name](scene), file)
            if name not in ("loss", "evaluations"):
                for logger in tensorboards(trainer):
                    show(logger, name, file.read_bytes(), trainer.global_step)


@AUGMENTATION_PICTURES.checks_class
class AugmentationPictures(pl.Callback):
    """Draw `augmentations.png` at the start: the landscape as it is seen in a few draws, its gradients beside it.

    Args:
        folder: Where the picture goes.
        draws: How many; none if 0, or where the landscape has no augmentations.
    """

    def __init__(self, folder: str | PathLike[str], draws: int = 0) -> None:
        self.path = Path(folder) / "augmentations.png"
        self.draws = draws

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self.draws > 0 and pl_module.landscape.augmented is not None:
            save_figure(augmentations_figure(see(pl_module.landscape, self.draws)), self.path)
