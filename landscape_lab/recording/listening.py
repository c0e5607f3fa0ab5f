"""What a recording hears: forward calls and optimizer steps of a loop that is not ours, as records."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.layouts import rate_of
from landscape_lab.recording.by_hand import BY_HAND, HandSteps
from landscape_lab.records.known import UNKNOWN
from landscape_lab.trajectory import Trajectory


@dataclass
class _Pending:
    """What is known of the step that comes next: where it begins, and the loss there.

    Args:
        point: `[members, dims]`, or `None` where the trajectory does not want it.
        losses: `[members]`, or `None` until the first evaluation.
        evaluations: Those made before it.
        rate: The learning rate of the step, NaN until it is known.
    """

    point: Tensor | None
    losses: Tensor | None
    evaluations: int
    rate: float = UNKNOWN


class Listener:
    """Turns forward calls and optimizer steps into records, handed on in batches.

    Args:
        landscape: What is descended.
        trajectory: Where records go.
    """

    BATCH = 256

    def __init__(self, landscape: Landscape, trajectory: Trajectory) -> None:
        self.landscape = landscape
        self.trajectory = trajectory
        self.hand = HandSteps(landscape)
        self.parameters = {id(parameter) for parameter in landscape.parameters()}
        self.step = 0
        self.evaluations = 0
        self.stepping: Optimizer | None = None
        self.pending: _Pending | None = None
        self.batch: list[tuple[int, Tensor, int, float]] = []
        self.points: list[tuple[int, Tensor]] = []
        trajectory.open(landscape.members, landscape.dims)

    def on_forward(self, landscape: Landscape, inputs: object, losses: Tensor) -> None:
        """The first evaluation since the last step tells the loss at the point where the step begins."""
        self._see_hand_steps()
        if self.pending is None:
            self.pending = self._begin()
        if self.pending.losses is None:
            self.pending.losses = self._losses_where_the_step_begins(losses.detach())
        self.evaluations += 1

    def _see_hand_steps(self) -> None:
        """Keep the record of a step that was made by hand; a step begins where its gradient was taken."""
        if not self.hand.moved() or self.pending is None:
            return
        if self.hand.has_gradient:
            self.trajectory.label = BY_HAND
            self._keep(self.pending)
        else:
            self.pending.losses = None
            if self.pending.point is not None:
                self.pending.point = self.landscape.flat().clone()
        self.hand.has_gradient = False

    def _begin(self) -> _Pending:
        wanted = self.trajectory.wants_point(self.step)
        return _Pending(self.landscape.flat().clone() if wanted else None, None, self.evaluations)

    def _losses_where_the_step_begins(self, losses: Tensor) -> Tensor:
        """`losses`, unless the optimizer moved before it first evaluated.

        Where no point was copied to compare with, it is taken not to have moved.
        """
        point = None if self.pending is None else self.pending.point
        moved = (
            point is not None and self.stepping is not None and not torch.equal(self.landscape.flat(), point)
        )
        return self.landscape.evaluate(point) if moved and point is not None else losses

    def on_step_start(self, optimizer: Optimizer, args: object, kwargs: object) -> None:
        """An optimizer may step inside another one; the outermost counts."""
        owns = any(
            id(parameter) in self.parameters
            for group in optimizer.param_groups
            for parameter in group["params"]
        )
        if self.stepping is None and owns:
            self.stepping = optimizer
            self.hand.stop()
            if self.pending is None or self.pending.losses is None:
                self.pending = self._begin()
            rate = self.pending.rate = rate_of(optimizer)
            self.trajectory.label = type(optimizer).__name__ + ("" if np.isnan(rate) else f", lr {rate:g}")

    def on_step_end(self, optimizer: Optimizer, args: object, kwargs: object) -> None:
        """The step is done: keep its record."""
        if optimizer is not self.stepping or self.pending is None:
            return
        self.stepping = None
        self._keep(self.pending)

    def _keep(self, made: _Pending) -> None:
        """Keep the record of a step."""
        point, losses = made.point, made.losses
        if losses is None:  # nobody asked for the loss
            losses = self.landscape.evaluate(self.landscape.flat() if point is None else point)
        self.batch.append((self.step, losses, made.evaluations, made.rate))
        if point is not None:
            self.points.append((self.step, point))
        self.step += 1
        self.pending = None
        if len(self.batch) == self.BATCH or (point is not None and not self.trajectory.keeps_every_point):
            self.flush()

    def flush(self) -> None:
        """Hand the batch on to the trajectory."""
        if not self.batch:
            return
        steps, losses, evaluations, rates = zip(*self.batch, strict=True)
        at, points = zip(*self.points, strict=True) if self.points else ((), ())
        none = torch.empty(0, self.landscape.members, self.landscape.dims)
        self.trajectory.extend(
            torch.tensor(steps),
            torch.stack(points) if points else none,
            torch.stack(losses).detach(),
            torch.tensor(evaluations),
            torch.tensor(rates),
            torch.tensor(at, dtype=torch.int64),
        )
        self.batch.clear()
        self.points.clear()

    def close(self) -> None:
        """Add the end point."""
        self._see_hand_steps()
        self.hand.stop()
        self.flush()
        with torch.no_grad():
            point = self.landscape.flat()
            self.trajectory.end(self.step, point, self.landscape.evaluate(point), self.evaluations)
