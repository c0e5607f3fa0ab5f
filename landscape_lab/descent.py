"""The one LightningModule: any landscape, any optimizer."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.adapters import Factory, build_optimizer, closure_step
from landscape_lab.trajectory import Trajectory
from landscape_lab.validation import check_count

CHUNK_MEMORY = 2**26
"""The most bytes that the points and gradients of one chunk of steps take."""


class Descent(pl.LightningModule):
    """Descend a landscape with an optimizer, many steps in each `training_step`.

    Lightning's loop costs more than a step on two numbers, so one `training_step` makes a *chunk* of steps, records them into
    tensors made once, and returns them to the callbacks together: `steps` `[n]`, `points` `[n, members, dims]`, `losses`
    `[n, members]`, `gradients` `[n, members, dims]`, `evaluations` `[n]` (made before that step) and the learning rate `lr`.
    A record is the state before its step, so its gradient is the one that the step uses.

    A loss or gradient that is not finite, in every member, ends the descent as `diverged`, with that state as its last record.

    Args:
        landscape: What is descended.
        optimizer: Builds the optimizer from the parameters: a class, or a `functools.partial` with its settings.
        steps: How many steps are made.
        steps_per_batch: Steps in a chunk.
        records: The most evenly spaced records that the trajectory keeps.
        label: The optimizer and its settings, for pictures.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Factory,
        steps: int = 2000,
        steps_per_batch: int = 1000,
        records: int = 10_000,
        label: str = "",
    ) -> None:
        super().__init__()
        check_count("steps", steps)
        check_count("steps_per_batch", steps_per_batch)
        self.automatic_optimization = False
        self.landscape = landscape
        self.make_optimizer = optimizer
        self.steps = steps
        self.steps_per_batch = steps_per_batch
        self.trajectory = Trajectory(records, landscape, label)
        self.status = "completed"
        self.evaluations = 0
        self.seconds = 0.0
        self._random_state: Tensor | None = None

    def configure_optimizers(self) -> Optimizer:
        """Build the optimizer, of the landscape's parameters only."""
        return build_optimizer(self.make_optimizer, self.landscape)

    def train_dataloader(self) -> "Chunks":
        """An endless row of chunks: `steps` ends the descent."""
        return Chunks()

    def on_train_start(self) -> None:
        """Make the chunk's tensors where the landscape now lives; go on with the random numbers of a resumed descent."""
        self._chunk = _Chunk(self.landscape, min(self.steps_per_batch, self.steps))
        if self._random_state is not None:
            torch.set_rng_state(self._random_state)
        self._began = time.perf_counter()

    def training_step(self, batch: Any, batch_idx: int) -> dict[str, Any]:
        """Make the next chunk of steps."""
        (optimizer,) = self.trainer.optimizers
        lr = float(optimizer.param_groups[0].get("lr", 0.0))
        first, chunk = self.global_step, self._chunk
        augmented = getattr(self.landscape, "augmented", None)
        advance = None if augmented is None else augmented.follow(first)
        chunk.run(closure_step(optimizer), min(chunk.size, self.steps - first), advance)
        made = chunk.finite_steps()
        if made < chunk.number:
            self.status = "diverged"
            self.trainer.should_stop = True
        outputs = chunk.outputs(first, self.evaluations, records=min(made + 1, chunk.number))
        self._count_steps(made)
        self.evaluations += sum(chunk.calls)
        self.trajectory.extend(outputs["steps"], outputs["points"], outputs["losses"], outputs["evaluations"])
        return outputs | {"lr": lr}

    def _count_steps(self, number: int) -> None:
        """Tell Lightning how many steps were made: the counter that checkpoints, loggers and `max_steps` read."""
        self.trainer.fit_loop.epoch_loop.manual_optimization.optim_step_progress.increment_by(number)

    @torch.no_grad()
    def on_train_epoch_end(self) -> None:
        """Record the end point, before the callbacks' `on_train_end`; its loss is the landscape's own, and no evaluation."""
        self.seconds += time.perf_counter() - self._began
        if (augmented := getattr(self.landscape, "augmented", None)) is not None:
            augmented.release()
        if self.status == "diverged":
            return
        point = self.landscape.flat()
        losses = self.landscape.evaluate(point)
        if not (point.isfinite().all(-1) & losses.isfinite()).any():
            self.status = "diverged"
        self.trajectory.end(self.global_step, point, losses, self.evaluations)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what was recorded and the state of the random numbers."""
        checkpoint["descent"] = {
            "trajectory": self.trajectory.state_dict(),
            "evaluations": self.evaluations,
            "seconds": self.seconds + time.perf_counter() - self._began,
            "random_state": torch.get_rng_state(),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up what `on_save_checkpoint` kept."""
        state = checkpoint["descent"]
        self.trajectory.load_state_dict(state["trajectory"])
        self.evaluations = state["evaluations"]
        self.seconds = state["seconds"]
        self._random_state = state["random_state"]

    def distances(self, points: Tensor) -> Tensor | None:
        """How far points `[..., dims]` are from the nearest known minimum, or `None` where none is known."""
        minima = self.landscape.minima
        return None if minima is None else (points.unsqueeze(-2) - minima.to(points)).norm(dim=-1).amin(dim=-1)

    def metrics(self) -> dict[str, Any]:
        """The results in numbers: plain Python, `None` where there is none. Of many members, the best loss and distance."""
        trajectory, steps = self.trajectory, self.global_step
        start, final = trajectory.points[0], trajectory.points[-1]
        losses = trajectory.losses[-1]
        distances = self.distances(torch.from_numpy(final))
        alone = len(final) == 1
        return {
            "steps": steps,
            "evaluations": self.evaluations,
            "seconds": round(self.seconds, 6),
            "steps_per_second": round(steps / self.seconds, 1) if self.seconds else None,
            "start": _plain(start[0] if alone else start),
            "final": _plain(final[0] if alone else final),
            "final_loss": _plain(np.nan_to_num(losses, nan=np.inf).min()),
            "best_loss": _plain(trajectory.best[1]),
            "distance_to_minimum": None if distances is None else _plain(distances.nan_to_num(nan=torch.inf).min()),
            "status": self.status,
        }


def _plain(value: Any) -> Any:
    """A number or nested lists of numbers for JSON, which knows no NaN and no infinity."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim:
        return [_plain(row) for row in array]
    return float(array) if np.isfinite(array) else None


class Chunks:
    """An endless train_dataloader: each batch stands for one chunk of steps. It has no state, so it can be resumed anywhere."""

    def __iter__(self) -> Iterator[int]:
        return count()

    def state_dict(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing."""


class _Chunk:
    """The records of some steps in a row, in tensors made once."""

    def __init__(self, landscape: Landscape, size: int) -> None:
        flat = landscape.flat()
        self.landscape = landscape
        self.size = max(1, min(size, CHUNK_MEMORY // (8 * flat.numel())))
        self.points = flat.new_empty(self.size, *flat.shape)
        self.gradients = flat.new_zeros(self.size, *flat.shape)
        self.losses = flat.new_empty(self.size, len(flat))
        self.rows = list(zip(self.points.unbind(), self.losses.unbind(), self.gradients.unbind(), strict=True))
        self.number = 0
        self.calls: list[int] = []

    def run(self, step: Callable[[Callable[[], Tensor]], Any], number: int, advance: Callable[[], None] | None = None) -> None:
        """Make `number` steps; the first evaluation within a step is that of the point where it begins.

        `advance` moves on to the draws of the next step; all evaluations within a step see the same.
        """
        landscape, calls = self.landscape, 0
        backward, flat, flat_gradient = landscape.backward, landscape.flat, landscape.flat_gradient
        total = Tensor.squeeze if self.losses.shape[1] == 1 else Tensor.sum
        self.number, self.calls = number, []

        def closure() -> Tensor:
            nonlocal calls
            loss = backward()
            if calls == 0:
                row[1].copy_(loss)
                row[2].copy_(flat_gradient())
            calls += 1
            return total(loss)

        for row in self.rows[:number]:
            if advance is not None:
                advance()
            row[0].copy_(flat())
            calls = 0
            step(closure)
            self.calls.append(calls)

    def finite_steps(self) -> int:
        """How many steps were made before every member had a point, loss or gradient that is not finite."""
        points, losses, gradients = (
            self.points[: self.number],
            self.losses[: self.number],
            self.gradients[: self.number],
        )
        finite = (points.isfinite() & gradients.isfinite()).all(-1) & losses.isfinite()
        return int(finite.any(-1).long().cumprod(0).sum())

    def outputs(self, first: int, evaluations: int, records: int) -> dict[str, Tensor]:
        """The first `records` records, after `first` steps and so many evaluations."""
        made = torch.tensor([evaluations, *self.calls]).cumsum(0)
        return {
            "steps": torch.arange(first, first + records),
            "points": self.points[:records],
            "losses": self.losses[:records],
            "gradients": self.gradients[:records],
            "evaluations": made[:records],
        }
