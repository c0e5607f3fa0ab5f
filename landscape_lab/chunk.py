"""Some steps in a row, and their records in tensors made once."""

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from landscape_lab.evaluation import Evaluation, Quantity, StepRecord
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.layouts import Layout
from landscape_lab.trajectory import Trajectory

MEMORY = 2**26
"""The most bytes that the points and gradients of one chunk of steps take."""
SECONDS = 1.0
"""After so long a chunk ends, so that loggers, checkpoints and signals have their turn."""


class StepCount(NamedTuple):
    """What a step took.

    Args:
        evaluations: Of the loss.
        with_gradient: Those that gave a gradient, too.
        products: Hessian-vector products.
        lr: The learning rate, NaN where there is none.
    """

    evaluations: int
    with_gradient: int
    products: int
    lr: float


class Chunk:
    """Some steps in a row, and their records in tensors made once.

    Small points are recorded at each step, and gradients with them: a gradient that is not finite ends its member. Of large points
    only those are copied that the trajectory keeps, and only losses tell whether a member goes on.

    Args:
        landscape: What is descended.
        size: The most steps; fewer where they would take too much memory.
        trajectory: Tells which points it keeps.
        quantities: What else is recorded.

    Attributes:
        counts: What each step of the last run took.
        point_steps: The steps whose points it recorded.
        further: The steps and the values of each further quantity.
    """

    def __init__(self, landscape: Landscape, size: int, trajectory: Trajectory, quantities: Sequence[Quantity] = ()) -> None:
        flat = landscape.flat()
        self.landscape, self.trajectory, self.quantities = landscape, trajectory, tuple(quantities)
        fits = max(1, min(size, MEMORY // (8 * flat.numel())))
        self.size = fits if trajectory.keeps_every_point else size
        self.points = flat.new_empty(fits, *flat.shape)
        self.losses = flat.new_empty(self.size, len(flat))
        self.gradients = flat.new_zeros(fits, *flat.shape) if trajectory.keeps_every_point else None
        self.counts: list[StepCount] = []
        self.point_steps: list[int] = []
        self.further: dict[str, list[tuple[int, Tensor]]] = {}

    @property
    def number(self) -> int:
        """How many steps the last run began."""
        return len(self.counts)

    def run(self, layout: Layout, first: int, number: int) -> Exception | None:
        """Make `number` steps from step `first` on, or as many as go well, and return the error of the one that did not.

        It also ends when a second has passed, or when there is no room for one more point: where a chunk ends changes no number.
        """
        landscape, evaluation, products = self.landscape, Evaluation(self.landscape, layout), layout.products
        see = landscape.see if landscape.stochastic else None
        self.counts, self.point_steps, self.further = [], [], defaultdict(list)
        deadline = time.perf_counter() + SECONDS
        for step, record in self._records(first, number):
            if see is not None:
                see(step)
            if record.point is not None:
                landscape.copy_to(record.point)
            evaluation.begin(record, [one for one in self.quantities if one.wants(step)] if self.quantities else ())
            error, lr = _made(layout, evaluation)
            if evaluation.calls == 0:
                evaluation.note()
            with_gradient = evaluation.calls - evaluation.without_gradient
            self.counts.append(StepCount(evaluation.calls, with_gradient, layout.products - products, lr))
            products = layout.products
            for quantity, value in zip(evaluation.quantities, evaluation.taken, strict=False):
                self.further[quantity.name].append((step, value))
            if error is not None or time.perf_counter() > deadline:
                return error
        return None

    def _records(self, first: int, number: int) -> Iterator[tuple[int, StepRecord]]:
        """Where each step is written down."""
        losses = self.losses[:number].unbind()
        if self.gradients is not None:
            self.point_steps = list(range(first, first + number))
            records = map(StepRecord, losses, self.points[:number].unbind(), self.gradients[:number].unbind())
            yield from zip(self.point_steps, records, strict=True)
            return
        for step, each in enumerate(losses, start=first):
            if not self.trajectory.wants_point(step):
                yield step, StepRecord(each, None, None)
            elif len(self.point_steps) < len(self.points):
                self.point_steps.append(step)
                yield step, StepRecord(each, self.points[len(self.point_steps) - 1], None)
            else:
                return

    def finite_steps(self) -> Tensor | None:
        """How many steps each member made before something of it was not finite, `[members]`; `None`: all."""
        losses = self.losses[: self.number]
        each_step = [losses]
        if self.gradients is not None:
            each_step += [self.points[: self.number], self.gradients[: self.number]]
        # One NaN or infinity makes a sum not finite. Finite numbers may also sum to infinity: only then is each looked at.
        if all(bool(values.sum().isfinite()) for values in each_step):
            return None
        finite = losses.isfinite()
        for values in each_step[1:]:
            finite &= values.isfinite().all(-1)
        return finite.long().cumprod(0).sum(0)

    def forget_after(self, finite: Tensor) -> None:
        """What a member does after its first record that is not finite, `finite` `[members]`, is not recorded."""
        after = torch.arange(self.number, device=finite.device).unsqueeze(-1) > finite  # [number, members]
        self.losses[: self.number][after] = torch.nan
        for values in () if self.gradients is None else (self.points, self.gradients):
            values[: self.number][after] = torch.nan

    def outputs(self, first: int, evaluations: int, records: int) -> dict[str, Tensor]:
        """The first `records` records, after `first` steps and so many evaluations."""
        made = torch.tensor([evaluations, *(count.evaluations for count in self.counts)]).cumsum(0)
        kept = sum(step < first + records for step in self.point_steps)
        outputs = {
            "steps": torch.arange(first, first + records),
            "points": self.points[:kept],
            "point_steps": torch.tensor(self.point_steps[:kept], dtype=torch.int64),
            "losses": self.losses[:records],
            "evaluations": made[:records],
            "lr": torch.tensor([count.lr for count in self.counts[:records]], dtype=torch.float64),
        }
        if self.gradients is not None:
            outputs["gradients"] = self.gradients[:records]
        for name, taken in self.further.items():
            steps, values = zip(*(one for one in taken if one[0] < first + records), strict=True)
            outputs |= {name: torch.stack(values), f"{name}_steps": torch.tensor(steps)}
        return outputs


def _made(layout: Layout, evaluation: Evaluation) -> tuple[Exception | None, float]:
    """Make a step: what it raised, since an optimizer may raise anything and what was made before is kept; its learning rate."""
    try:
        return None, layout.step(evaluation)
    except Exception as error:  # noqa: BLE001
        return error, math.nan
