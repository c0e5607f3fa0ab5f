"""The closure of a step, as an object: optimizers call it, and it writes the record of the step."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.layouts import Layout
from landscape_lab.optimizers.problem import are_whole
from landscape_lab.process.threads import faster
from landscape_lab.raising import Holes, blame


class StepRecord(NamedTuple):
    """Where a step is written down: views of a chunk's tensors.

    Args:
        losses: Of the members where the step begins, `[members]`.
        point: `[members, dims]`, or `None` where no point of this step is kept.
        gradient: `[members, dims]`, or `None` where points are large.
    """

    losses: Tensor
    point: Tensor | None
    gradient: Tensor | None


class Quantity(Protocol):
    """Something more that is recorded of a step.

    The norm of the gradient, an optimizer's state, statistics of layers.

    Attributes:
        name: A chunk's outputs hold its values `[k, …]` under this name, and under `<name>_steps`
            the steps `[k]`.
    """

    @property
    def name(self) -> str: ...

    def wants(self, step: int) -> bool:
        """Whether it is taken in this step."""

    def take(self, landscape: Landscape) -> Tensor | Callable[[], Tensor]:
        """Its value after the step's first evaluation, when the gradient is in the parameters.

        Of what is known only when the step is made, a function that gives the value then.
        """


class Further:
    """What else is recorded of some steps.

    Args:
        quantities: Each says in which steps it is taken.

    Attributes:
        wanted: This step, with each quantity that is taken in it.
        pending: The step, the name and the function of each that waits for its step to be made.
        values: The steps and the values of each quantity so far, by its name.
    """

    __slots__ = ("pending", "quantities", "values", "wanted")

    def __init__(self, quantities: Sequence[Quantity]) -> None:
        self.quantities = quantities
        self.wanted: Sequence[tuple[int, Quantity]] = ()
        self.pending: list[tuple[int, str, Callable[[], Tensor]]] = []
        self.values: dict[str, list[tuple[int, Tensor]]] = defaultdict(list)

    def begin(self, step: int) -> None:
        """Begin a step, so that the one before it is made."""
        self.settle()
        self.wanted = [(step, one) for one in self.quantities if one.wants(step)]

    def take(self, landscape: Landscape) -> None:
        """Take what is wanted of this step: its first evaluation with a gradient is made."""
        for step, quantity in self.wanted:
            value = quantity.take(landscape)
            if isinstance(value, Tensor):
                self.values[quantity.name].append((step, value))
            else:
                self.pending.append((step, quantity.name, value))

    def settle(self) -> None:
        """Take what waited for the last step to be made."""
        for step, name, value in self.pending:
            self.values[name].append((step, value()))
        self.pending.clear()

    def drop(self) -> None:
        """Forget what waits for a step that failed."""
        self.pending.clear()


class Evaluation:
    """What an optimizer's `step` is given: `loss = evaluation()`, with the gradient in the parameters.

    The record of a step is of the point where it begins: of the first evaluation within it, unless
    the optimizer notes another.

    Args:
        landscape: What is descended.
        layout: Evaluates it as its optimizers want.
        further: What else is recorded, by the first evaluation of a step with a gradient.

    Attributes:
        record: Where the step that is being made is written down.
        fresh: Whether nothing has been written there yet.
        calls: Evaluations so far.
        without_gradient: Those of them that gave no gradient.
    """

    __slots__ = (
        "backward",
        "calls",
        "flat_gradient",
        "fresh",
        "further",
        "landscape",
        "record",
        "total",
        "without_gradient",
    )

    def __init__(self, landscape: Landscape, layout: Layout, further: Further | None = None) -> None:
        self.landscape = landscape
        self.backward = layout.backward
        self.flat_gradient = landscape.flat_gradient
        self.total: Callable[[Tensor], Tensor] = Tensor.sum
        if layout.rows:
            self.total = Tensor.detach
        elif landscape.members == 1:
            self.total = Tensor.squeeze
        self.record: StepRecord
        self.fresh = True
        self.further = Further(()) if further is None else further
        self.calls = 0
        self.without_gradient = 0

    def __call__(self) -> Tensor:
        """Evaluate losses and gradient.

        Returns:
            The sum of the losses, or the losses `[members]` for an optimizer that treats each member
            by itself.
        """
        try:
            losses = self.backward()
        except Exception as error:
            blame(error, self.landscape.flat())
            raise
        if self.fresh:
            self.fresh = False
            written, _, gradient = self.record
            written.copy_(losses)
            if gradient is not None:
                gradient.copy_(self.flat_gradient())
            if self.further.wanted:
                self.further.take(self.landscape)
        self.calls += 1
        return self.total(losses)

    def losses(self) -> Tensor:
        """Evaluate the losses alone."""
        losses = self._losses_at(self.landscape.flat())
        if self.fresh:
            self.fresh = False
            self.record.losses.copy_(losses)
        self.calls += 1
        self.without_gradient += 1
        return self.total(losses)

    @torch.no_grad()
    def losses_at(self, candidates: Tensor, parameters: Sequence[Tensor]) -> Tensor | None:
        """The losses `[k, members]` of candidates `[k, members, dims]`, as k evaluations.

        They are evaluated together, but one after another where a step sees draws, of which each
        member has its own. No candidate is recorded: the optimizer notes where the step began.
        `None`, and no evaluation, where the optimizer's parameters are no whole point.
        """
        landscape = self.landscape
        if not are_whole(parameters, landscape):
            return None
        self.fresh = False
        self.calls += len(candidates)
        self.without_gradient += len(candidates)
        if landscape.stochastic:
            return torch.stack([landscape.at(points) for points in candidates])
        try:
            return landscape.evaluate(candidates.flatten(0, 1)).view(candidates.shape[:2])
        except Exception as error:
            blame(error, candidates.flatten(0, 1))
            raise

    def note(self, losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
        """Write down losses `[members]` and gradients `[members, dims]` of where the step began.

        An optimizer that knows them from an earlier step calls this; where nobody does, the losses
        are looked up, and not counted.
        """
        self.record.losses.copy_(self._losses_where_the_step_began() if losses is None else losses)
        if gradients is not None and self.record.gradient is not None:
            self.record.gradient.copy_(gradients)

    def _losses_where_the_step_began(self) -> Tensor:
        """The losses of the point that was copied before the step.

        A large point is not always copied, and nothing is left of it after the step: then the losses
        of the point that was reached stand in.
        """
        point = self.landscape.flat() if self.record.point is None else self.record.point
        return Holes(self._losses_at, together=len(point) if self.landscape.stochastic else 1)(point)

    @torch.no_grad()
    def _losses_at(self, points: Tensor) -> Tensor:
        """The losses `[members]` at points `[members, dims]` as this step sees them."""
        try:
            return self.landscape.at(points) if self.landscape.stochastic else self.landscape.evaluate(points)
        except Exception as error:
            blame(error, points)
            raise


def faster_threads(landscape: Landscape) -> int:
    """One thread or all, whichever evaluates the landscape faster; the landscape stays as it was."""
    parameters = dict(landscape.named_parameters())
    buffers = {name: value for name, value in landscape.state_dict().items() if name not in parameters}
    before = {name: value.clone() for name, value in buffers.items()}
    if landscape.stochastic:
        landscape.see(0)
    threads = faster(landscape.backward)
    if landscape.stochastic:
        landscape.see(None)
    for name, value in buffers.items():
        value.copy_(before[name])
    landscape.zero_grad()
    return threads
