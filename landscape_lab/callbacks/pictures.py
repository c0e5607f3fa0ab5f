"""Pictures of a descent, drawn when it has ended or begins."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.callbacks.tensorboard import show, tensorboards
from landscape_lab.descent import Descent
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.drawing.figures import FIGURES, save_figure
from landscape_lab.scene import Scene
from landscape_lab.seen import see
from landscape_lab.validation import check_choice


class Pictures(pl.Callback):
    """Draw figures at the end; TensorBoard shows them too, but for the loss, which it draws itself.

    Args:
        folder: Where the pictures go.
        figures: Any of `path`, `loss`, `evaluations` (the loss against them), `surface` and `gradient`.
    """

    def __init__(self, folder: str | PathLike[str], figures: Sequence[str] = ("path", "loss")) -> None:
        for name in figures:
            check_choice("figures", name, FIGURES)
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


class AugmentationPictures(pl.Callback):
    """Draw `augmentations.png` at the start: the landscape as it is seen in a few draws, its gradients beside it.

    Args:
        folder: Where the picture goes.
        draws: How many; none if 0, or where the landscape has no augmentations.
    """

    def __init__(self, folder: str | PathLike[str], draws: int = 0) -> None:
        if not isinstance(draws, int) or isinstance(draws, bool) or draws < 0:
            raise ValueError(f"Parameter `augmentations` should be zero or a positive whole number. Found `{draws}`.")
        self.path = Path(folder) / "augmentations.png"
        self.draws = draws

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self.draws > 0 and pl_module.landscape.stochastic:
            save_figure(augmentations_figure(see(pl_module.landscape, self.draws)), self.path)
