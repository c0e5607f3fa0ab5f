"""How low each descent has come by each evaluation: what a job of a race leaves for the score."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.files import replacing

FILE = "curves.npz"
VALUES = 2**16
"""How many numbers a file has room for; where there are more, records are kept at evenly growing steps."""
RECORDS = 64
"""How many are kept at least."""


class LossCurves(pl.Callback):
    """Write `curves.npz`: the lowest loss so far of each member, as it is without augmentations.

    It holds `evaluations` `[records]`, those made when the loss was seen, and `losses` `[records, members]`, infinite before the
    first that is finite.

    Args:
        folder: Where it goes.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.path = Path(folder) / FILE

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self.evaluations: list[Tensor] = []
        self.losses: list[Tensor] = []

    @torch.no_grad()
    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: Any, batch_idx: int
    ) -> None:
        losses = outputs["losses"]
        if pl_module.landscape.stochastic:
            losses = pl_module.landscape.evaluate(outputs["points"].flatten(0, 1)).view_as(losses)
        self._keep(outputs["evaluations"], losses)

    @torch.no_grad()
    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        landscape = pl_module.landscape
        self._keep(torch.tensor([pl_module.evaluations]), landscape.evaluate(landscape.flat()).unsqueeze(0))
        evaluations, losses = torch.cat(self.evaluations).numpy(), torch.cat(self.losses).numpy()
        kept = _growing(len(losses), max(RECORDS, VALUES // losses.shape[1]))
        with replacing(self.path) as unfinished:
            np.savez_compressed(
                unfinished, allow_pickle=False, evaluations=evaluations[kept], losses=np.minimum.accumulate(losses)[kept]
            )

    def _keep(self, made: Tensor, losses: Tensor) -> None:
        """Records with the evaluations that were made before each."""
        self.evaluations.append(made + 1)
        self.losses.append(losses.cpu().nan_to_num(nan=torch.inf).clone())


def read_curves(folder: Path, budget: int) -> tuple[np.ndarray, np.ndarray] | None:
    """`evaluations` and `losses` of a job, as far as the budget of evaluations goes; `None` where it left none."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            evaluations, losses = arrays["evaluations"], arrays["losses"]
            return evaluations[evaluations <= budget], losses[evaluations <= budget]
    except (OSError, ValueError, KeyError):
        return None


def _growing(length: int, number: int) -> np.ndarray:
    """At most so many of `length` places, first and last among them, ever further apart."""
    if length <= number:
        return np.arange(length)
    return np.unique(np.geomspace(1, length, number).round().astype(int)) - 1
