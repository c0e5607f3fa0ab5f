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

from landscape_lab.chunk import Chunk
from landscape_lab.ensemble import Ensemble, Outcomes
from landscape_lab.keys.running import DESCENT
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.adapters import Step
from landscape_lab.optimizers.building import Factory
from landscape_lab.optimizers.layouts import Joint, Layout, with_rate
from landscape_lab.optimizers.schedulers import SchedulerFactory
from landscape_lab.optimizers.separate import Separate
from landscape_lab.optimizers.traits import Traits, probe
from landscape_lab.optimizers.trial import Verdict, try_joint
from landscape_lab.trajectory import UNKNOWN, Trajectory


@DESCENT.checks_class
class Descent(pl.LightningModule):
    """Descend a landscape with an optimizer, many steps in each `training_step`.

    Lightning's loop costs more than a step on two numbers, so one `training_step` makes a *chunk* of steps, records them into
    tensors made once, and returns them to the callbacks together: `steps` `[n]`, `points` `[n, members, dims]`, `losses`
    `[n, members]`, `gradients` `[n, members, dims]`, `evaluations` `[n]` (made before that step) and learning rates `lr` `[n]`.
    A record is the state before its step, so its gradient is the one that the step uses.

    A member whose point, loss or gradient is not finite has diverged: that state is its last record, and the others go on without
    it. When every member has, the descent ends as `diverged`. An optimizer that raises in `step` ends it as `failed`, with the
    error in `error`; where each member has its own optimizer, only that member. A callback may end it as `pruned`.

    Args:
        landscape: What is descended.
        optimizer: Builds the optimizer from the parameters: a class, or a `functools.partial` with its settings.
        steps: How many steps are made.
        steps_per_batch: Steps in a chunk.
        records: The most evenly spaced records that the trajectory keeps.
        label: The optimizer and its settings, for pictures.
        scheduler: Builds the schedule of the learning rate from the optimizer, or `None`; one step with each of the optimizer.
        traits: How the optimizer wants to be called; found out by trying it, where it is not told.
        ensemble: Who the landscape's members are, where they differ in more than their starts.
        target: A loss; the results tell at which step each member first reached it.

    Attributes:
        layout: Whether the members share an optimizer, and why.
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
        ensemble: Ensemble | None = None,
        target: float | None = None,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.landscape = landscape
        self.make_optimizer = optimizer
        self.make_scheduler = scheduler
        self.traits = probe(optimizer, steps) if traits is None else traits
        self.ensemble = Ensemble(landscape.flat().detach().cpu().clone()) if ensemble is None else ensemble
        self.target = target
        self.steps = steps
        self.steps_per_batch = steps_per_batch
        self.trajectory = Trajectory(records, landscape, label, self.ensemble.columns() if len(self.ensemble) > 1 else None)
        self.status = "completed"
        self.error: Exception | None = None
        self.evaluations = 0
        self.gradient_evaluations = 0
        self.hessian_vector_products = 0
        self.seconds = 0.0
        self.layout = Verdict(joint=True, draws=False, why="a single member")
        self.members = _Members(len(self.ensemble))
        self._restored: dict[str, Any] | None = None

    def configure_optimizers(self) -> list[Optimizer] | tuple[list[Optimizer], list[LRScheduler]]:
        """Build the optimizer of all members, or one for each, of the landscape's parameters only; and their schedulers."""
        rates, settings = self.ensemble.rate_of_member, (self.make_scheduler, self.steps)
        optimizer = self.make_optimizer
        if rates is not None and len(set(rates)) == 1:
            optimizer, rates = with_rate(optimizer, rates[0]), None
        self.layout = self._choose(optimizer, rates is not None)
        if self.layout.joint:
            self._layout: Layout = Joint(self.landscape, optimizer, *settings, rates)
        else:
            seeds = self.ensemble.seed_of_member if self.layout.draws else None
            self._layout = Separate(self.landscape, optimizer, *settings, rates, seeds)
        return (self._layout.optimizers, self._layout.schedulers) if self._layout.schedulers else self._layout.optimizers

    def _choose(self, optimizer: Factory, rates: bool) -> Verdict:
        """Whether the members share an optimizer."""
        if len(self.ensemble) == 1:
            return self.layout
        if self.ensemble.layout == "auto":
            return try_joint(optimizer, self.traits, self.make_scheduler, rates=rates)
        return Verdict(self.ensemble.layout == "joint", draws=True, why=f"ensemble.layout={self.ensemble.layout}")

    def train_dataloader(self) -> "Chunks":
        """An endless row of chunks: `steps` ends the descent."""
        return Chunks()

    def on_train_start(self) -> None:
        """Make the chunk's tensors where the landscape now lives; go on with the random numbers of a resumed descent."""
        self._chunk = Chunk(self.landscape, min(self.steps_per_batch, self.steps))
        self.members.to(self.landscape.flat().device)
        if self._restored is not None:
            torch.set_rng_state(self._restored["random_state"])
            self._layout.random_states[:] = self._restored["random_states"]
            self._layout.drop(self.members.dead())
        self._began = time.perf_counter()

    def training_step(self, batch: Any, batch_idx: int) -> dict[str, Any]:
        """Make the next chunk of steps."""
        rates: list[float] = []
        first, chunk = self.global_step, self._chunk
        lr = float(self._layout.optimizers[0].param_groups[0].get("lr", UNKNOWN))
        adapted = self._layout.adapt(self.traits, rates)
        if (augmented := self.landscape.augmented) is not None:
            adapted.step = _with_draws(adapted.step, augmented.follow(first))
        self.error = chunk.run(adapted, min(chunk.size, self.steps - first))
        finite = self._end_members(chunk)
        made = min(finite, chunk.number - (self.error is not None))
        if made < chunk.number:
            self.status = "diverged" if finite < chunk.number else "failed"
            self.trainer.should_stop = True
        outputs = chunk.outputs(first, self.evaluations, records=min(made + 1, chunk.number))
        self._count_steps(made)
        self.evaluations += sum(chunk.calls)
        self.gradient_evaluations += sum(chunk.calls) - chunk.losses_only
        self.hessian_vector_products += 0 if adapted.products is None else adapted.products.number
        lrs = (rates or [lr] * chunk.number) if self.ensemble.rates is None else [UNKNOWN] * chunk.number
        outputs["lr"] = torch.tensor(lrs[: len(outputs["steps"])], dtype=torch.float64)
        self.trajectory.extend(*(outputs[name] for name in ("steps", "points", "losses", "evaluations", "lr")))
        self.members.follow(first, self._clean_losses(outputs), self.target)
        return outputs

    def _end_members(self, chunk: Chunk) -> int:
        """Let go of the members that diverged in a chunk or whose optimizer failed; how many steps the last of all made."""
        finite = chunk.finite_steps()
        if finite is None:
            return chunk.number
        self.members.alive &= finite == chunk.number
        if len(self.ensemble) > 1:
            chunk.forget_after(finite)
            dead = self.members.dead()
            for parameter in self.landscape.parameters():
                parameter.detach()[dead] = torch.nan
            self._layout.drop(dead)
        return int(finite.max())

    @torch.no_grad()
    def _clean_losses(self, outputs: dict[str, Any]) -> Tensor:
        """The losses of the records without augmentations, `[n, members]`; as they were seen where no target asks."""
        if self.landscape.augmented is None or self.target is None:
            return outputs["losses"]
        return self.landscape.evaluate(outputs["points"].flatten(0, 1)).view_as(outputs["losses"])

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
        self.members.alive &= point.isfinite().all(-1) & losses.isfinite()
        self.members.follow(self.global_step, losses.unsqueeze(0), self.target)
        if not self.members.alive.any():
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
            "random_states": self._layout.random_states,
            "members": self.members.state_dict(),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up what `on_save_checkpoint` kept."""
        state = checkpoint["descent"]
        self.trajectory.load_state_dict(state["trajectory"])
        self.evaluations = state["evaluations"]
        self.gradient_evaluations = state["gradient_evaluations"]
        self.hessian_vector_products = state["hessian_vector_products"]
        self.seconds = state["seconds"]
        self.members.load_state_dict(state["members"])
        self._restored = state

    def distances(self, points: Tensor) -> Tensor | None:
        """How far points `[..., dims]` are from the nearest known minimum, or `None` where none is known."""
        minima = self.landscape.minima
        return None if minima is None else (points.unsqueeze(-2) - minima.to(points)).norm(dim=-1).amin(dim=-1)

    def outcomes(self) -> Outcomes:
        """How each member ended."""
        return self._outcomes(self.trajectory.points[-1], self.trajectory.losses[-1])

    @torch.no_grad()
    def standing(self) -> Outcomes:
        """How each member would end now, by the landscape's own loss; no evaluation is counted."""
        points = self.landscape.flat()
        return self._outcomes(points.cpu().numpy(), self.landscape.evaluate(points).cpu().numpy())

    def _outcomes(self, points: np.ndarray, losses: np.ndarray) -> Outcomes:
        """What is known of each member where it is at `points` `[members, dims]` with `losses` `[members]`."""
        alive = self.members.alive.cpu().numpy() & np.isfinite(losses) & (self.status in ("completed", "pruned"))
        distances = self.distances(torch.from_numpy(points))
        status = np.where(alive, self.status, "failed" if self.status == "failed" else "diverged")
        failed = sorted(self._layout.errors) if len(self.ensemble) > 1 else []
        status[failed] = "failed"
        return Outcomes(
            self.ensemble,
            points,
            np.where(alive, losses, np.inf).astype(np.float64),
            self.members.best.double().cpu().numpy(),
            self.members.hit.cpu().numpy(),
            np.full(len(alive), np.inf) if distances is None else np.where(alive, distances.double().numpy(), np.inf),
            status,
        )

    def metrics(self) -> dict[str, Any]:
        """The results in numbers: plain Python, `None` where there is none.

        Of many members: the medians over starts and seeds at the best learning rate, and the start and end of the member that
        ended with the median loss.
        """
        trajectory, steps, outcomes = self.trajectory, self.global_step, self.outcomes()
        shown, alone = outcomes.representative(), len(self.ensemble) == 1
        return {
            "steps": steps,
            "evaluations": self.evaluations,
            "seconds": round(self.seconds, 6),
            "steps_per_second": round(steps / self.seconds, 1) if self.seconds else None,
            "start": _plain(trajectory.points[0, shown]),
            "final": _plain(trajectory.points[-1, shown]),
            "final_loss": _plain(trajectory.losses[-1, 0] if alone else outcomes.typical(outcomes.final_loss)),
            "best_loss": _plain(trajectory.best[1] if alone else outcomes.typical(outcomes.best_loss)),
            "distance_to_minimum": _plain(outcomes.typical(outcomes.distance)),
            "status": self.status,
        }

    def details(self) -> dict[str, Any]:
        """More results in numbers: what the evaluations were, when the target was reached, and what concerns many members."""
        outcomes = self.outcomes()
        details: dict[str, Any] = {
            "gradient_evaluations": self.gradient_evaluations,
            "hessian_vector_products": self.hessian_vector_products,
            "target": self.target,
            "steps_to_target": _whole(outcomes.typical(outcomes.steps_to_target)),
        }
        if len(self.ensemble) == 1:
            return details
        return details | {
            "members": len(self.ensemble),
            "best_lr": outcomes.best_rate,
            "diverged_fraction": outcomes.diverged_fraction,
            "layout": ("joint" if self.layout.joint else "separate") + f": {self.layout.why}",
        }


def _plain(value: Any) -> Any:
    """A number or nested lists of numbers for JSON, which knows no NaN and no infinity."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim:
        return [_plain(row) for row in array]
    return float(array) if np.isfinite(array) else None


def _whole(value: float) -> int | None:
    """A number of steps, or `None` where there is none."""
    return int(value) if np.isfinite(value) else None


class _Members:
    """What is known of each member so far, `[members]` each.

    Args:
        number: How many members there are.

    Attributes:
        alive: Whether a member's point, loss and gradient have always been finite.
        best: The lowest loss.
        hit: The first step whose loss was no higher than the target, else infinite.
    """

    def __init__(self, number: int) -> None:
        self.alive = torch.ones(number, dtype=torch.bool)
        self.best = torch.full((number,), torch.inf)
        self.hit = torch.full((number,), torch.inf, dtype=torch.float64)

    def to(self, device: torch.device) -> None:
        """Move to where the landscape is."""
        self.load_state_dict({name: value.to(device) for name, value in self.state_dict().items()})

    def dead(self) -> list[int]:
        """The numbers of those that are not alive."""
        return (~self.alive).nonzero().view(-1).tolist()

    def follow(self, first: int, losses: Tensor, target: float | None) -> None:
        """Take note of the losses `[n, members]` of the steps from `first` on."""
        lowest = losses.amin(0)
        if bool(lowest.isnan().any()):
            losses = losses.nan_to_num(nan=torch.inf)
            lowest = losses.amin(0)
        self.best = torch.minimum(self.best, lowest.to(self.best))
        if target is not None and bool((new := (lowest <= target) & self.hit.isinf()).any()):
            self.hit[new] = (first + (losses[:, new] <= target).byte().argmax(0)).to(self.hit)

    def state_dict(self) -> dict[str, Tensor]:
        """Tensors only."""
        return vars(self).copy()

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Go on from there."""
        vars(self).update(state)


class Chunks:
    """An endless train_dataloader: each batch stands for one chunk of steps. It has no state, so it can be resumed anywhere."""

    def __iter__(self) -> Iterator[int]:
        return count()

    def state_dict(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing."""


def _with_draws(step: Step, advance: Callable[[], None]) -> Step:
    """A step that first moves on to its own draws of the augmentations: all evaluations within it see the same."""

    def drawn(closure: Callable[[], Tensor]) -> Any:
        advance()
        return step(closure)

    return drawn
