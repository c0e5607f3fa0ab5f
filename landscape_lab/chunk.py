"""Some steps in a row, and their records in tensors made once."""

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

import torch
from torch import Tensor

from landscape_lab.evaluation import Evaluation, Further, Quantity, StepRecord
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.layouts import Layout
from landscape_lab.records.series import State
from landscape_lab.trajectory import Trajectory

MEMORY = 2**26
"""The most bytes that the points and gradients of one chunk of steps take."""
SECONDS = 1.0
"""After so long a chunk ends, so that loggers, checkpoints and signals have their turn."""
LOOK = 0.02
"""After so many seconds a chunk looks at the clock again."""


class Counts(NamedTuple):
    """What some steps took.

    Args:
        evaluations: Of the loss.
        without_gradient: Those that gave no gradient.
        products: Hessian-vector products.
    """

    evaluations: int
    without_gradient: int
    products: int


@dataclass
class Made:
    """What a run of steps took and gave, step by step.

    Args:
        products_before: Hessian-vector products before the first step.

    Attributes:
        calls: The evaluations by the end of each step.
        without_gradient: Those of them that gave no gradient.
        products: Hessian-vector products by then.
        rates: The learning rate of each step, NaN where there is none.
        seconds: Of stepping: of a processor, those that this thread had, whatever else ran there.
        point_steps: The steps whose points were recorded.
        further: The steps and the values of each further quantity.
    """

    products_before: int = 0
    calls: list[int] = field(default_factory=list)  # numbers: the garbage collector would look at each tuple
    without_gradient: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    seconds: float = 0.0
    point_steps: list[int] = field(default_factory=list)
    further: Mapping[str, Sequence[tuple[int, Tensor]]] = field(default_factory=dict)


class Chunk:
    """Some steps in a row, and their records in tensors made once.

    Small points are recorded at each step, and gradients with them: a gradient that is not finite
    ends its member. Of large points only those are copied that the trajectory keeps, and only
    losses tell whether a member goes on.

    Args:
        landscape: What is descended.
        size: The most steps; fewer where they would take too much memory.
        trajectory: Tells which points it keeps.
        quantities: What else is recorded.

    Attributes:
        made: What the last run took and gave.
    """

    def __init__(
        self, landscape: Landscape, size: int, trajectory: Trajectory, quantities: Sequence[Quantity] = ()
    ) -> None:
        flat = landscape.flat()
        self.landscape, self.trajectory, self.quantities = landscape, trajectory, tuple(quantities)
        fits = max(1, min(size, MEMORY // (8 * flat.numel())))
        self.size = fits if trajectory.keeps_every_point else size
        self.points = flat.new_empty(fits, *flat.shape)  # [fits, members, dims]
        self.losses = flat.new_empty(self.size, len(flat))  # [size, members]
        self.gradients = self.records = None
        if trajectory.keeps_every_point:
            self.gradients = flat.new_zeros(fits, *flat.shape)  # [fits, members, dims]
            views = (self.losses.unbind(), self.points.unbind(), self.gradients.unbind())
            self.records = list(map(StepRecord, *views))
        self.made = Made()

    @property
    def number(self) -> int:
        """How many steps the last run began."""
        return len(self.made.calls)

    def taken(self, number: int) -> Counts:
        """What the first `number` steps of the last run took together."""
        made, last = self.made, min(number, self.number) - 1
        return Counts(
            made.calls[last], made.without_gradient[last], made.products[last] - made.products_before
        )

    def run(self, layout: Layout, first: int, number: int) -> Exception | None:
        """Make `number` steps from step `first` on, or as many as go well.

        The run also ends when a second has passed, when there is no room for one more point, and
        before a step at which parameters are born: where a chunk ends changes no number.

        Returns:
            What the last step raised, or `None`.
        """
        device = self.losses.device.type
        clock = time.thread_time if device == "cpu" else time.perf_counter
        began = clock()
        if first in (births := self.landscape.births.values()):
            self.landscape.see(first)
        error = self._run(layout, first, min([number, *(birth - first for birth in births if birth > first)]))
        if device == "cuda":
            torch.cuda.synchronize()
        self.made.seconds = clock() - began
        return error

    def _run(self, layout: Layout, first: int, number: int) -> Exception | None:
        """The steps themselves."""
        landscape, further = self.landscape, Further(self.quantities)
        evaluation = Evaluation(landscape, layout, further)
        see = landscape.see if landscape.stochastic else None
        flat, small = landscape.flat, self.gradients is not None
        made = self.made = Made(layout.products, further=further.values)
        graph, error = layout.graph, None
        began, look_at = time.perf_counter(), first
        for step, record in self._records(first, number):
            if see is not None:
                see(step)
            if small:
                record.point.copy_(flat())  # type: ignore[union-attr]
            evaluation.record, evaluation.fresh = record, True
            if further.quantities:
                further.begin(step)
            try:
                made.rates.append(layout.step(evaluation))
            except Exception as raised:  # noqa: BLE001 - an optimizer may raise anything; what was made before is kept
                error = raised
                further.drop()
                made.rates.append(layout.rate)
            if evaluation.fresh:
                evaluation.note()
            made.calls.append(evaluation.calls)
            made.without_gradient.append(evaluation.without_gradient)
            made.products.append(layout.products if graph else 0)
            if error is not None:
                break
            if step >= look_at:  # a look at the clock costs 1 % of a step on two numbers
                if (seconds := time.perf_counter() - began) > SECONDS:
                    break
                look_at = step + 1 + int(LOOK * len(made.calls) / max(seconds, 1e-9))
        further.settle()
        return error

    def _records(self, first: int, number: int) -> Iterable[tuple[int, StepRecord]]:
        """Each step and where it is written down."""
        if self.records is None:
            return self._records_of_large_points(first, number)
        self.made.point_steps = list(range(first, first + number))
        return zip(self.made.point_steps, self.records, strict=False)

    def _records_of_large_points(self, first: int, number: int) -> Iterator[tuple[int, StepRecord]]:
        """As long as there is room for the points that the trajectory keeps, which are copied here."""
        for step, losses in enumerate(self.losses[:number].unbind(), start=first):
            if not self.trajectory.wants_point(step):
                yield step, StepRecord(losses, None, None)
            elif len(self.made.point_steps) < len(self.points):
                point = self.points[len(self.made.point_steps)]
                self.made.point_steps.append(step)
                self.landscape.copy_to(point)
                yield step, StepRecord(losses, point, None)
            else:
                return

    def finite_steps(self) -> Tensor | None:
        """How many steps each member made before something of it was not finite, `[members]`; `None`: all."""
        losses = self.losses[: self.number]
        each_step = [losses]
        if self.gradients is not None:
            each_step += [self.points[: self.number], self.gradients[: self.number]]
        # One NaN or infinity makes a sum not finite, so a finite sum says that all is well. A sum of
        # finite numbers may overflow, too; so where it is not finite, each number is looked at.
        if all(bool(values.sum().isfinite()) for values in each_step):
            return None
        finite = losses.isfinite()
        for values in each_step[1:]:
            finite &= values.isfinite().all(-1)
        return finite.long().cumprod(0).sum(0)

    def forget_after(self, finite: Tensor) -> None:
        """Forget what a member did after its first record that is not finite.

        Args:
            finite: How many steps each member made before that, `[members]`.
        """
        after = torch.arange(self.number, device=finite.device).unsqueeze(-1) > finite  # [number, members]
        self.losses[: self.number][after] = torch.nan
        for values in () if self.gradients is None else (self.points, self.gradients):
            values[: self.number][after] = torch.nan

    def outputs(self, first: int, evaluations: int, records: int) -> dict[str, Tensor]:
        """The first `records` records, after `first` steps and so many evaluations."""
        kept = bisect_left(self.made.point_steps, first + records)
        outputs = {
            "steps": torch.arange(first, first + records),
            "points": self.points[:kept],
            "point_steps": torch.tensor(self.made.point_steps[:kept], dtype=torch.int64),
            "losses": self.losses[:records],
            "evaluations": torch.tensor([0, *self.made.calls[: records - 1]]) + evaluations,
            "lr": torch.tensor(self.made.rates[:records], dtype=torch.float64),
            "seconds": torch.tensor(self.made.seconds, dtype=torch.float64),
        }
        if self.gradients is not None:
            outputs["gradients"] = self.gradients[:records]
        for name, taken in self.made.further.items():
            if kept_values := [one for one in taken if one[0] < first + records]:
                steps, values = zip(*kept_values, strict=True)
                outputs |= {name: torch.stack(values), f"{name}_steps": torch.tensor(steps)}
        return outputs


class Chunks:
    """A dataloader without end, or a state: each batch stands for one chunk of steps."""

    def __iter__(self) -> Iterator[int]:
        return count()

    def state_dict(self) -> State:
        """Nothing."""
        return {}

    def load_state_dict(self, state: State) -> None:
        """Nothing."""
