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
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.adapters import Adapted, Step, adapt
from landscape_lab.optimizers.building import Factory, build_optimizer
from landscape_lab.optimizers.schedulers import SchedulerFactory, build_scheduler, with_scheduler
from landscape_lab.optimizers.traits import Traits, probe
from landscape_lab.trajectory import Trajectory
from landscape_lab.validation import check_count

CHUNK_MEMORY = 2**26
"""The most bytes that the points and gradients of one chunk of steps take."""


class Descent(pl.LightningModule):
    """Descend a landscape with an optimizer, many steps in each `training_step`.

    Lightning's loop costs more than a step on two numbers, so one `training_step` makes a *chunk* of steps, records them into
    tensors made once, and returns them to the callbacks together: `steps` `[n]`, `points` `[n, members, dims]`, `losses`
    `[n, members]`, `gradients` `[n, members, dims]`, `evaluations` `[n]` (made before that step) and learning rates `lr` `[n]`.
    A record is the state before its step, so its gradient is the one that the step uses.

    A loss or gradient that is not finite, in every member, ends the descent as `diverged`, with that state as its last record.
    An optimizer that raises in `step` ends it as `failed`, with the error in `error`. A callback may end it as `pruned`.

    Args:
        landscape: What is descended.
        optimizer: Builds the optimizer from the parameters: a class, or a `functools.partial` with its settings.
        steps: How many steps are made.
        steps_per_batch: Steps in a chunk.
        records: The most evenly spaced records that the trajectory keeps.
        label: The optimizer and its settings, for pictures.
        scheduler: Builds the schedule of the learning rate from the optimizer, or `None`; one step with each of the optimizer.
        traits: How the optimizer wants to be called; found out by trying it, where it is not told.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Factory,
        steps: int = 2000,
        steps_per_batch: int = 1000,
        records: int = 10_000,
        label: str = "",
        scheduler: SchedulerFactory | None = None,
        traits: Traits | None = None,
    ) -> None:
        super().__init__()
        check_count("steps", steps)
        check_count("steps_per_batch", steps_per_batch)
        self.automatic_optimization = False
        self.landscape = landscape
        self.make_optimizer = optimizer
        self.make_scheduler = scheduler
        self.traits = traits
        self.steps = steps
        self.steps_per_batch = steps_per_batch
        self.trajectory = Trajectory(records, landscape, label)
        self.status = "completed"
        self.error: Exception | None = None
        self.evaluations = 0
        self.gradient_evaluations = 0
        self.hessian_vector_products = 0
        self.seconds = 0.0
        self._random_state: Tensor | None = None

    def configure_optimizers(self) -> Optimizer | tuple[list[Optimizer], list[LRScheduler]]:
        """Build the optimizer, of the landscape's parameters only, and its scheduler."""
        optimizer = build_optimizer(self.make_optimizer, self.landscape, self.steps)
        if self.make_scheduler is None:
            return optimizer
        return [optimizer], [build_scheduler(self.make_scheduler, optimizer, self.steps)]

    def train_dataloader(self) -> "Chunks":
        """An endless row of chunks: `steps` ends the descent."""
        return Chunks()

    def on_train_start(self) -> None:
        """Make the chunk's tensors where the landscape now lives; go on with the random numbers of a resumed descent."""
        self._chunk = _Chunk(self.landscape, min(self.steps_per_batch, self.steps))
        self._traits = probe(self.make_optimizer, self.steps) if self.traits is None else self.traits
        if self._random_state is not None:
            torch.set_rng_state(self._random_state)
        self._began = time.perf_counter()

    def training_step(self, batch: Any, batch_idx: int) -> dict[str, Any]:
        """Make the next chunk of steps."""
        (optimizer,) = self.trainer.optimizers
        rates: list[float] = []
        first, chunk = self.global_step, self._chunk
        adapted = adapt(optimizer, self.landscape, self._traits)
        if (augmented := self.landscape.augmented) is not None:
            adapted.step = _with_draws(adapted.step, augmented.follow(first))
        for config in self.trainer.lr_scheduler_configs:
            adapted.step = with_scheduler(adapted.step, config.scheduler, rates)
        lr = float(optimizer.param_groups[0].get("lr", 0.0))
        self.error = chunk.run(adapted, min(chunk.size, self.steps - first))
        finite = chunk.finite_steps()
        made = min(finite, chunk.number - (self.error is not None))
        if made < chunk.number:
            self.status = "diverged" if finite < chunk.number else "failed"
            self.trainer.should_stop = True
        outputs = chunk.outputs(first, self.evaluations, records=min(made + 1, chunk.number))
        self._count_steps(made)
        self.evaluations += sum(chunk.calls)
        self.gradient_evaluations += sum(chunk.calls) - chunk.losses_only
        self.hessian_vector_products += 0 if adapted.products is None else adapted.products.number
        self.trajectory.extend(outputs["steps"], outputs["points"], outputs["losses"], outputs["evaluations"])
        lrs = rates or [lr] * chunk.number
        return outputs | {"lr": torch.tensor(lrs[: len(outputs["steps"])], dtype=torch.float64)}

    def _count_steps(self, number: int) -> None:
        """Tell Lightning how many steps were made: the counter that checkpoints, loggers and `max_steps` read."""
        self.trainer.fit_loop.epoch_loop.manual_optimization.optim_step_progress.increment_by(number)

    @torch.no_grad()
    def on_train_epoch_end(self) -> None:
        """Record the end point, before the callbacks' `on_train_end`; its loss is the landscape's own, and no evaluation."""
        self.seconds += time.perf_counter() - self._began
        if self.landscape.augmented is not None:
            self.landscape.augmented.release()
        if self.status not in ("completed", "pruned"):
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
            "gradient_evaluations": self.gradient_evaluations,
            "hessian_vector_products": self.hessian_vector_products,
            "seconds": self.seconds + time.perf_counter() - self._began,
            "random_state": torch.get_rng_state(),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up what `on_save_checkpoint` kept."""
        state = checkpoint["descent"]
        self.trajectory.load_state_dict(state["trajectory"])
        self.evaluations = state["evaluations"]
        self.gradient_evaluations = state["gradient_evaluations"]
        self.hessian_vector_products = state["hessian_vector_products"]
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

    def costs(self) -> dict[str, int]:
        """What the evaluations were: those with a gradient, and the products of the Hessian with a vector beside them."""
        return {
            "gradient_evaluations": self.gradient_evaluations,
            "hessian_vector_products": self.hessian_vector_products,
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


def _raised(step: Callable[[Callable[[], Tensor]], Any], closure: Callable[[], Tensor]) -> Exception | None:
    """Make a step and return what it raised: an optimizer may raise anything, and the descent keeps what was made before."""
    try:
        step(closure)
    except Exception as error:  # noqa: BLE001
        return error
    return None


def _with_draws(step: Step, advance: Callable[[], None]) -> Step:
    """A step that first moves on to its own draws of the augmentations: all evaluations within it see the same."""

    def drawn(closure: Callable[[], Tensor]) -> Any:
        advance()
        return step(closure)

    return drawn


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
        self.losses_only = 0

    def run(self, optimizer: Adapted, number: int) -> Exception | None:
        """Make `number` steps, or as many as go well, and return the error of the one that did not.

        The record of a step is of the point where it begins: the first evaluation within it, unless the optimizer notes another.
        """
        landscape, calls, step, backward = self.landscape, 0, optimizer.step, optimizer.backward
        flat, flat_gradient, total = landscape.flat, self._flat_gradient(optimizer), self._total(optimizer)
        self.number, self.calls, self.losses_only = number, [], 0

        def closure() -> Tensor:
            nonlocal calls
            loss = backward()
            if calls == 0:
                row[1].copy_(loss)
                row[2].copy_(flat_gradient())
            calls += 1
            return total(loss)

        def losses() -> Tensor:
            nonlocal calls
            loss = self._seen(flat())
            if calls == 0:
                row[1].copy_(loss)
            calls += 1
            self.losses_only += 1
            return total(loss)

        def note(losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
            row[1].copy_(self._seen(row[0]) if losses is None else losses)
            if gradients is not None:
                row[2].copy_(gradients)

        closure.losses, closure.note = losses, note  # type: ignore[attr-defined]
        for row in self.rows[:number]:
            row[0].copy_(flat())
            calls = 0
            error = _raised(step, closure)
            self.calls.append(calls)
            if calls == 0:
                note()
            if error is not None:
                self.number = len(self.calls)
                return error
        return None

    @torch.no_grad()
    def _seen(self, points: Tensor) -> Tensor:
        """The losses `[members]` at points `[members, dims]` as the optimizer sees them in this step."""
        augmented = self.landscape.augmented
        return self.landscape.evaluate(points) if augmented is None else augmented.evaluate(points)

    def _flat_gradient(self, optimizer: Adapted) -> Callable[[], Tensor]:
        """The gradient `[members, dims]` for the record, without its graph where it has one."""
        if optimizer.traits.graph:
            return lambda: self.landscape.flat_gradient().detach()
        return self.landscape.flat_gradient

    def _total(self, optimizer: Adapted) -> Callable[[Tensor], Tensor]:
        """What the closure returns of the members' losses `[members]`."""
        if optimizer.traits.rows:
            return Tensor.detach
        return Tensor.squeeze if self.losses.shape[1] == 1 else Tensor.sum

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
