"""For Lightning projects that are not ours: a callback that records where a training goes."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike

import pytorch_lightning as pl
import torch
from jaxtyping import Float
from pytorch_lightning.strategies import DeepSpeedStrategy, FSDPStrategy, ModelParallelStrategy
from pytorch_lightning.utilities import rank_zero_only
from torch import Tensor

from landscape_lab.keys.running import RECORDER
from landscape_lab.records.known import UNKNOWN
from landscape_lab.records.series import State
from landscape_lab.trajectory import Trajectory

SHARDED = (DeepSpeedStrategy, FSDPStrategy, ModelParallelStrategy)
"""Strategies under which no process has all weights."""
UNTOLD = torch.tensor([math.nan])
"""The loss of a step that tells none."""
TOGETHER = 2**24
"""So many bytes of points wait until they are handed on."""


@dataclass
class _Record:
    """What is known of a step.

    Args:
        step: How many steps were made before.
        point: The weights, `[1, dims]`.
        evaluations: How many batches were seen before.
        lr: The first learning rate of the first optimizer.
        divisor: Of its losses, by Lightning.
        losses: Of its batches: several where gradients are accumulated.
        made: Whether the step was made, so that there will be no more batches.
    """

    step: int
    point: Float[Tensor, "1 dims"]
    evaluations: int
    lr: float
    divisor: int
    losses: list[Tensor] = field(default_factory=list)
    made: bool = False

    @property
    def loss(self) -> Float[Tensor, " 1"]:
        """The mean of the batches, NaN where `training_step` told none."""
        if not self.losses:
            return UNTOLD
        means = torch.stack([loss.float().mean() for loss in self.losses])
        return self.divisor * means.mean().view(1)


@RECORDER.checks_class
class TrajectoryRecorder(pl.Callback):
    """Record where the training of any LightningModule goes; the module stays as it is, to the bit.

    A point is all trainable parameters in the order of `named_parameters()`, as they are *before* a
    step, and the loss is what `training_step` returned for its batch: of accumulated gradients the
    mean over the step's batches, without Lightning's division by their number. A module with manual
    optimization tells its loss where its `training_step` returns one; elsewhere it is NaN. Steps are
    Lightning's `global_step`: each optimizer's count.

    Averages of weights that callbacks hold (EMA, SWA) are not recorded: the path is that of the
    weights that are trained. Of several processes the first one records, with the losses of its own
    part of the batch. A resumed training goes on with the path that its checkpoint holds.

    Args:
        every: Steps from one record to the next. Points of more than 1,000 numbers are thinned when
            they fill 128 MB: every other one is dropped, and from then on so many fewer are kept.
        to: A file for all points, `points.f16`: their offsets from the start in half precision, so that
            small moves are not lost. A record then costs a write to the disk.
        records: The most records; more are thinned in the same way.
    """

    def __init__(self, every: int = 10, to: str | PathLike[str] | None = None, records: int = 10_000) -> None:
        self.every = every
        self.to = to
        self.records = records
        self._trajectory = self._empty()
        self._batches = 0  # seen so far
        self._due = 0  # from this step on, the next record
        self._taken: list[_Record] = []  # not yet in the trajectory, which takes many together faster
        self._last: tuple[int, Tensor] | None = None  # the step and the point at the end of an epoch
        self._parts: list[Tensor] = []  # the trainable parameters, while they are trained
        self._began = 0.0

    def _empty(self) -> Trajectory:
        return Trajectory(self.records, to=self.to, always=self.to is not None)

    @property
    def trajectory(self) -> Trajectory:
        """What happened so far; complete when the training has ended, also by an exception."""
        made = [record for record in self._taken if record.made]
        if made:
            self._trajectory.extend(
                torch.tensor([record.step for record in made]),
                torch.stack([record.point for record in made]),
                torch.stack([record.loss for record in made]),
                torch.tensor([record.evaluations for record in made]),
                torch.tensor([record.lr for record in made]),
            )
            self._taken = [record for record in self._taken if not record.made]
        return self._trajectory

    @property
    def state_key(self) -> str:
        """Under which a checkpoint keeps the state, so that there may be several recorders."""
        return self._generate_state_key(every=self.every, to=None if self.to is None else str(self.to))

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Raise `ValueError` where no process will have all weights."""
        if isinstance(trainer.strategy, SHARDED):
            raise ValueError(
                "TrajectoryRecorder should have all weights in one process, as with strategy=ddp. "
                f"Found {type(trainer.strategy).__name__}."
            )

    @rank_zero_only
    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Go on with what was recorded of this training; one that begins earlier is another one."""
        if self._last is not None and trainer.global_step < self._last[0]:
            self._trajectory, self._taken = self._empty(), []
            self._batches = self._due = 0
        self._parts = [part for part in pl_module.parameters() if part.requires_grad]
        self._taken = [record for record in self._taken if record.made]
        self._began = time.perf_counter() - self._trajectory.clock.moments[-1][1]
        self._trajectory.label = _label_of(trainer)

    @rank_zero_only
    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: object, batch_idx: int
    ) -> None:
        """Take the point where a step begins whose record is due."""
        step = trainer.global_step
        if step >= self._due and self._pending is None:
            self._due = step + self.every
            if self._trajectory.wants_point(step):
                divisor = trainer.accumulate_grad_batches if pl_module.automatic_optimization else 1
                self._taken.append(_Record(step, self._point(), self._batches, _rate_of(trainer), divisor))

    @rank_zero_only
    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: object,
        batch: object,
        batch_idx: int,
    ) -> None:
        """Take the loss of a batch; once its step has been made the record is complete."""
        self._batches += 1
        pending = self._pending
        if pending is None:
            return
        loss = outputs.get("loss") if isinstance(outputs, Mapping) else None
        if isinstance(loss, Tensor):
            pending.losses.append(loss.detach().clone())
        if trainer.global_step > pending.step:
            pending.made = True
            self._trajectory.clock.read(trainer.global_step, time.perf_counter() - self._began)
            if len(self._taken) * pending.point.nbytes >= TOGETHER:
                _ = self.trajectory  # takes them

    @property
    def _pending(self) -> _Record | None:
        """The record whose step has not yet been made."""
        return self._taken[-1] if self._taken and not self._taken[-1].made else None

    @rank_zero_only
    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Look at the weights: when training ends, a callback may replace them by their average."""
        self._last = trainer.global_step, self._point()

    @rank_zero_only
    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Add the end point, whose loss nobody has evaluated."""
        if self._last is not None:
            self.trajectory.end(*self._last, UNTOLD, self._batches)
        self._parts = []

    @rank_zero_only
    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """Add the end point of a training that was interrupted."""
        if self._parts:
            self._last = trainer.global_step, self._point()
            self.on_train_end(trainer, pl_module)

    def _point(self) -> Float[Tensor, "1 dims"]:
        """A copy of the weights as they are."""
        point = torch.cat([part.detach().reshape(-1) for part in self._parts])
        return point.to("cpu", torch.float32).unsqueeze(0)

    def state_dict(self) -> State:
        """What a checkpoint keeps: the path, of which a file's points stay in the file."""
        return {"trajectory": self.trajectory.state_dict(), "batches": self._batches, "due": self._due}

    @rank_zero_only
    def load_state_dict(self, state_dict: State) -> None:
        """Go on from what `state_dict` returned.

        Raises:
            ValueError: The file of points is not what it was.
        """
        self._trajectory, self._taken = self._empty(), []
        self._trajectory.load_state_dict(state_dict["trajectory"])
        self._batches, self._due, self._last = state_dict["batches"], state_dict["due"], None


def _rate_of(trainer: pl.Trainer) -> float:
    """The first learning rate of the first optimizer, NaN where there is none."""
    groups = [group for optimizer in trainer.optimizers for group in optimizer.param_groups]
    return float(groups[0].get("lr", UNKNOWN)) if groups else UNKNOWN


def _label_of(trainer: pl.Trainer) -> str:
    """The optimizers' names, and the first learning rate."""
    names = " + ".join(dict.fromkeys(type(optimizer).__name__ for optimizer in trainer.optimizers))
    rate = _rate_of(trainer)
    return names if math.isnan(rate) else f"{names}, lr {rate:g}"
