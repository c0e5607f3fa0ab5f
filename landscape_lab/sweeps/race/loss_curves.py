"""How low each descent has come by each evaluation: what a job of a race leaves for the score."""

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.files.writing import replacing
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.records.measured import STEPS
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
        seconds: Of stepping until then, for all members together: the median step, so many times.
        losses: The lowest so far, infinite before the first that is finite, `[records, members]`.
    """

    evaluations: np.ndarray
    seconds: np.ndarray
    losses: np.ndarray


class LossCurves(pl.Callback):
    """Write `curves.npz`: the lowest loss so far of each member, as it is without augmentations.

    It holds the arrays of `Lowest`. Of a network that has data held out, only their loss counts;
    where steps see samples of the data, only losses that were measured on all of them.

    The time of a step is that of the median chunk of steps: the first steps, in which memory is
    made, and what disturbs some of them do not count, nor what is measured between chunks.

    Args:
        folder: Where it goes.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.path = Path(folder) / FILE

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self.steps: list[Tensor] = []
        self.evaluations: list[Tensor] = []
        self.losses: list[Tensor] = []
        self.paces: list[float] = []  # seconds of a step, in each chunk

    @torch.no_grad()
    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        self.paces.append(float(outputs["seconds"]) / len(outputs["steps"]))
        if not _is_measured(pl_module.landscape):
            self._keep(outputs["steps"], outputs["evaluations"], pl_module.clean_losses(outputs))

    @torch.no_grad()
    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        landscape, step, made = pl_module.landscape, trainer.global_step, pl_module.tally.evaluations
        if _is_measured(landscape):
            self._keep_measured(pl_module.trajectory)
        else:
            end = landscape.evaluate(landscape.flat()).unsqueeze(0)
            self._keep(torch.tensor([step]), torch.tensor([made]), end)
        steps, evaluations, losses = (
            torch.cat(parts).numpy() for parts in (self.steps, self.evaluations, self.losses)
        )
        kept = _growing(len(losses), max(RECORDS, VALUES // losses.shape[1]))
        with replacing(self.path) as unfinished:
            np.savez_compressed(
                unfinished,
                allow_pickle=False,
                evaluations=evaluations[kept],
                seconds=steps[kept] * float(np.median(self.paces or [0.0])),
                losses=np.minimum.accumulate(losses)[kept],
            )

    def _keep_measured(self, trajectory: Trajectory) -> None:
        """The losses of the data held out, or else of all, where they were measured."""
        arrays = trajectory.measured.arrays()
        made = np.interp(arrays[STEPS], trajectory.steps, trajectory.evaluations)
        losses = arrays.get("validation_losses", arrays.get("measured_losses"))
        self._keep(*map(torch.from_numpy, (arrays[STEPS], made.astype(np.int64), losses)))

    def _keep(self, steps: Tensor, made: Tensor, losses: Tensor) -> None:
        """Records with the steps and the evaluations that were made before each."""
        self.steps.append(steps + 1)
        self.evaluations.append(made + 1)
        self.losses.append(losses.cpu().nan_to_num(nan=torch.inf).clone())


def read_curves(folder: Path, budget: int) -> Lowest | None:
    """What a job left, as far as the budget of evaluations goes; `None` where it left nothing."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            kept = arrays["evaluations"] <= budget
            return Lowest(*(arrays[name][kept] for name in Lowest._fields))
    except (OSError, ValueError, KeyError):
        return None


def _is_measured(landscape: Landscape) -> bool:
    """Whether the losses that count are not those that steps see."""
    return landscape.sampled or (isinstance(landscape, NetworkLandscape) and landscape.held_out is not None)


def _growing(length: int, number: int) -> np.ndarray:
    """The numbers of the records that are kept, first and last among them, ever further apart."""
    if length <= number:
        return np.arange(length)
    return np.unique(np.geomspace(1, length, number).round().astype(int)) - 1
