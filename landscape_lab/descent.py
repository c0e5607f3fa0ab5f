"""The one LightningModule: any landscape, any optimizer."""

import time
from collections.abc import Sequence
from os import PathLike

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.arrangement import arrange
from landscape_lab.chunk import Chunk, Chunks
from landscape_lab.ending import Ending
from landscape_lab.ensemble import Ensemble
from landscape_lab.evaluation import Quantity
from landscape_lab.keys.running import DESCENT
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.factories import Factory
from landscape_lab.optimizers.layouts import Layout
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.schedulers import SchedulerFactory
from landscape_lab.optimizers.traits import Traits
from landscape_lab.optimizers.trial import Verdict
from landscape_lab.raising import Holes, blamed
from landscape_lab.records.series import State
from landscape_lab.tally import Tally
from landscape_lab.trajectory import Trajectory


@DESCENT.checks_class
class Descent(pl.LightningModule):
    """Descend a landscape with an optimizer, many steps in each `training_step`.

    Lightning's loop costs more than a step on two numbers, so one `training_step` makes a *chunk*
    of steps, records them into tensors made once, and returns them to the callbacks together:
    `steps` `[n]`, `losses` `[n, members]`, `evaluations` `[n]` (made before that step), learning
    rates `lr` `[n]`, the `seconds` of all, `points` `[k, members, dims]` at `point_steps` `[k]`, and
    where points are small, so that all n are there, `gradients` `[n, members, dims]`. A record is the
    state before its step, so its gradient is the one that the step uses.

    A member whose point, loss or gradient is not finite has diverged: that state is its last
    record, and the others go on without it. When every member has, the descent ends as `diverged`.
    An optimizer that raises in `step` ends it as `failed`; where each member has its own optimizer,
    only that member. A callback ends it by `end`, or by Lightning's `trainer.should_stop`.

    Args:
        landscape: What is descended.
        optimizer: Builds the optimizer from the parameters: a class, or a `functools.partial` with
            its settings.
        steps: How many steps are made.
        steps_per_batch: The most steps in a chunk; it also ends after about a second.
        records: The most evenly spaced records that the trajectory keeps.
        label: The optimizer and its settings, for pictures.
        scheduler: Builds the schedule of the learning rate from the optimizer, or `None`; one step
            with each of the optimizer.
        traits: How the optimizer wants to be called; found out by trying it, where it is not given.
        ensemble: Who the landscape's members are, where they differ in more than their starts.
        target: A loss; the results tell at which step each member first reached it.
        quantities: What else is recorded; callbacks may add to it before the descent begins.
        points_file: Where points go that are too large for memory.

    Attributes:
        verdict: Whether the members share an optimizer, and why.
        layout: The optimizers of the members.
        tally: What was counted.
        ending: How the descent ended.
        pauses: A chunk also ends at multiples of these numbers of steps: callbacks that want a look
            there add theirs before the descent begins.
    """

    layout: Layout

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Factory,
        steps: int = 2000,
        *,
        steps_per_batch: int = 1000,
        records: int = 10_000,
        label: str = "",
        scheduler: SchedulerFactory | None = None,
        traits: Traits | None = None,
        ensemble: Ensemble | None = None,
        target: float | None = None,
        quantities: Sequence[Quantity] = (),
        points_file: str | PathLike[str] | None = None,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.landscape = landscape
        self.make_optimizer = optimizer
        self.make_scheduler = scheduler
        self.traits = traits
        self.ensemble = Ensemble(landscape.flat().detach().cpu().clone()) if ensemble is None else ensemble
        self.steps = steps
        self.steps_per_batch = steps_per_batch
        columns = self.ensemble.columns() if len(self.ensemble) > 1 else None
        self.trajectory = Trajectory(records, label, columns, steps, points_file)
        self.tally = Tally(len(self.ensemble), target)
        self.ending = Ending()
        self.verdict = Verdict(joint=True, draws=False, why="a single member")
        self.quantities = list(quantities)
        self.pauses: list[int] = []
        self._restored: State | None = None

    def configure_optimizers(self) -> list[Optimizer] | tuple[list[Optimizer], list[LRScheduler]]:
        """Build the optimizer of all members, or one for each, and their schedulers."""
        traits = probe(self.make_optimizer, self.steps) if self.traits is None else self.traits
        self.landscape.suit(exact=traits.exact)
        recipe = Recipe(self.make_optimizer, self.make_scheduler, self.steps, traits)
        self.verdict, self.layout = arrange(self.landscape, self.ensemble, recipe)
        optimizers, schedulers = self.layout.optimizers, self.layout.schedulers
        return (optimizers, schedulers) if schedulers else optimizers

    def train_dataloader(self) -> Chunks:
        """Chunks without end: `steps` ends the descent."""
        return Chunks()

    def on_train_start(self) -> None:
        """Make the chunk's tensors on the device on which the landscape now is.

        A resumed descent also goes on with its random numbers.
        """
        size = min(self.steps_per_batch, self.steps)
        self.trajectory.open(*self.landscape.flat().shape)
        self._chunk = Chunk(self.landscape, size, self.trajectory, self.quantities)
        self.tally.to(self.landscape.flat().device)
        if self._restored is not None:
            torch.set_rng_state(self._restored["random_state"])
            self.layout.random_states[:] = self._restored["random_states"]
            self.layout.drop(self.tally.dead())
        self._began = time.perf_counter() - self.tally.seconds  # as if it had never been cut

    def training_step(self, batch: object, batch_idx: int) -> dict[str, Tensor]:
        """Make the next chunk of steps.

        Members that diverged are let go of at multiples of the chunk's size and at pauses only, so
        that a chunk that a second has cut short changes nothing.
        """
        first, chunk = self.global_step, self._chunk
        block_end = min(self.steps, *((first // size + 1) * size for size in (chunk.size, *self.pauses)))
        error = chunk.run(self.layout, first, block_end - first)
        finite = self._end_members(chunk, first + chunk.number == block_end)
        made = min(finite, chunk.number - (error is not None))
        if finite < chunk.number - (blamed(error) is not None):
            self._end_as(Ending.diverged(first + made))
        elif error is not None:
            self._end_as(Ending.failed(first + made, error))
        outputs = chunk.outputs(first, self.tally.evaluations, records=min(made + 1, chunk.number))
        self._count_steps(made)
        self.tally.count(chunk.taken(made + 1))
        if self.ensemble.rates is not None:
            outputs["lr"].fill_(torch.nan)  # each member has its own
        self.trajectory.clock.read(self.global_step, time.perf_counter() - self._began)
        names = ("steps", "points", "losses", "evaluations", "lr", "point_steps")
        self.trajectory.extend(*(outputs[name] for name in names))
        if not self.landscape.sampled:
            wanted = self.tally.target is not None  # what reaches a target is the landscape's own loss
            self.tally.follow(first, self.clean_losses(outputs) if wanted else outputs["losses"])
        return outputs

    def _end_members(self, chunk: Chunk, block_ends: bool) -> int:
        """Let go of the members that diverged in a chunk, or whose optimizer failed.

        Returns:
            How many steps the last of all made.
        """
        finite = chunk.finite_steps()
        if len(self.ensemble) == 1:
            made = chunk.number if finite is None else int(finite)
            self.tally.alive &= made == chunk.number
            return made
        ended_before = ~self.tally.alive
        if finite is None and not ended_before.any():
            return chunk.number
        finite = torch.full_like(self.tally.best, chunk.number).long() if finite is None else finite
        finite = finite.where(~ended_before, -1)
        self.tally.alive &= finite == chunk.number
        chunk.forget_after(finite)
        if block_ends:
            dead = self.tally.dead()
            for parameter in self.landscape.parameters():
                parameter.detach()[dead] = torch.nan
            self.layout.drop(dead)
        return int(finite.max())

    @torch.no_grad()
    def clean_losses(self, outputs: dict[str, Tensor]) -> Tensor:
        """The losses of a chunk's records without any draw, `[n, members]`.

        Of large points, which are not all there, the losses are those that the steps saw.
        """
        if not self.landscape.stochastic or not self.trajectory.keeps_every_point:
            return outputs["losses"]
        return Holes(self.landscape.evaluate)(outputs["points"].flatten(0, 1)).view_as(outputs["losses"])

    def _count_steps(self, number: int) -> None:
        """Tell Lightning how many steps were made: checkpoints, loggers and `max_steps` read it."""
        self.trainer.fit_loop.epoch_loop.manual_optimization.optim_step_progress.increment_by(number)

    def end(self, status: str, by: str) -> None:
        """End the descent after this chunk, in words of `Ending`: how it ended, and by whom and why."""
        self._end_as(Ending(status, by))

    def _end_as(self, ending: Ending) -> None:
        self.ending, self.trajectory.lost = ending, ending.lost
        self.trainer.should_stop = True

    @torch.no_grad()
    def on_train_epoch_end(self) -> None:
        """Record the end point, before the callbacks' `on_train_end`.

        Its loss is the landscape's own, and counts as no evaluation.
        """
        self.tally.seconds = time.perf_counter() - self._began
        if self.landscape.stochastic:
            self.landscape.see(None)
        if self.ending.status == "completed" and self.global_step < self.steps:
            self.ending = Ending("stopped", f"a callback, after step {self.global_step}")
        if not self.ending.regular:
            return
        point = self.landscape.flat()
        losses = (holes := Holes(self.landscape.evaluate))(point)
        self.tally.alive &= point.isfinite().all(-1) & losses.isfinite()
        self.tally.follow(self.global_step, losses.unsqueeze(0))
        if not self.tally.alive.any():
            self._end_as(Ending.after(self.global_step, holes.error))
        self.trajectory.end(self.global_step, point, losses, self.tally.evaluations)

    def on_save_checkpoint(self, checkpoint: State) -> None:
        """Keep what was recorded and the state of the random numbers."""
        self.tally.seconds = time.perf_counter() - self._began
        checkpoint["descent"] = {
            "trajectory": self.trajectory.state_dict(),
            "tally": self.tally.state_dict(),
            "random_state": torch.get_rng_state(),
            "random_states": self.layout.random_states,
            "threads": torch.get_num_threads(),  # another number may change the last bits
        }

    def on_load_checkpoint(self, checkpoint: State) -> None:
        """Take up what `on_save_checkpoint` kept."""
        state = checkpoint["descent"]
        self.trajectory.load_state_dict(state["trajectory"])
        self.tally.load_state_dict(state["tally"])
        self._restored = state
