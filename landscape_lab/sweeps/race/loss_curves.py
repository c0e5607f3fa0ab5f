"""How low each descent has come by each evaluation: what a job of a race leaves for the score."""

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.files import replacing
from landscape_lab.measured import STEPS
from landscape_lab.trajectory import Trajectory

FILE = "curves.npz"
"""The file in a job's folder that holds them."""
VALUES = 2**16
"""How many numbers a file has room for; where there are more, records are kept at evenly growing steps."""
RECORDS = 64
"""How many are kept at least."""


class Lowest(NamedTuple):
    """How low each member of a job has come.

    Args:
        evaluations: Made when a loss was seen, `[records]`.
        losses: The lowest so far, infinite before the first that is finite, `[records, members]`.
    """

    evaluations: np.ndarray
    losses: np.ndarray


class LossCurves(pl.Callback):
    """Write `curves.npz`: the lowest loss so far of each member, as it is without augmentations.

    It holds the two arrays of `Lowest`. Where steps see samples of the data, only losses count that
    were measured on all of them.

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
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        if not pl_module.landscape.sampled:
            self._keep(outputs["evaluations"], pl_module.clean_losses(outputs))

    @torch.no_grad()
    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        landscape, made = pl_module.landscape, pl_module.tally.evaluations
        if landscape.sampled:
            self._keep_measured(pl_module.trajectory)
        self._keep(torch.tensor([made]), landscape.evaluate(landscape.flat()).unsqueeze(0))
        evaluations, losses = torch.cat(self.evaluations).numpy(), torch.cat(self.losses).numpy()
        kept = _growing(len(losses), max(RECORDS, VALUES // losses.shape[1]))
        with replacing(self.path) as unfinished:
            np.savez_compressed(
                unfinished,
                allow_pickle=False,
                evaluations=evaluations[kept],
                losses=np.minimum.accumulate(losses)[kept],
            )

    def _keep_measured(self, trajectory: Trajectory) -> None:
        """The losses of all data, where they were measured before the end."""
        arrays = trajectory.measured.arrays()
        if not arrays:
            return
        before = arrays[STEPS] < trajectory.steps[-1]
        made = np.interp(arrays[STEPS][before], trajectory.steps, trajectory.evaluations)
        self._keep(torch.from_numpy(made).long(), torch.from_numpy(arrays["measured_losses"][before]))

    def _keep(self, made: Tensor, losses: Tensor) -> None:
        """Records with the evaluations that were made before each."""
        self.evaluations.append(made + 1)
        self.losses.append(losses.cpu().nan_to_num(nan=torch.inf).clone())


def read_curves(folder: Path, budget: int) -> Lowest | None:
    """What a job left, as far as the budget of evaluations goes; `None` where it left nothing."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            evaluations, losses = arrays["evaluations"], arrays["losses"]
            kept = evaluations <= budget
            return Lowest(evaluations[kept], losses[kept])
    except (OSError, ValueError, KeyError):
        return None


def _growing(length: int, number: int) -> np.ndarray:
    """The numbers of the records that are kept, first and last among them, ever further apart."""
    if length <= number:
        return np.arange(length)
    return np.unique(np.geomspace(1, length, number).round().astype(int)) - 1
