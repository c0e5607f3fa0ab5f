"""What `step` is given: an object that evaluates the loss as often as the optimizer asks."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from torch import Tensor


class Closure(Protocol):
    """Evaluates the loss where the parameters now are.

    Optimizers of ours also work in a plain loop, with a function that only evaluates. A descent's
    closure also has `landscape`, which tells evolution how it mutates and whether a loss holds for
    the next step, and `losses_at(candidates, parameters)`, by which many points are evaluated at once.
    """

    def __call__(self) -> Tensor:
        """The loss, and its gradient in the parameters.

        One number, the sum over the members, or for row-wise optimizers `[members]`.
        """

    def losses(self) -> Tensor:
        """The same without a gradient."""

    def note(self, losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
        """Tell the record about the point where the step began.

        Args:
            losses: Its losses `[members]`, where they are known from an earlier step; `None`: the
                record evaluates them, which counts as no evaluation of the optimizer.
            gradients: Its gradients `[members, dims]`, where they are known.
        """


Step = Callable[[Closure], object]
"""An optimizer's `step(closure)`."""


class Around(ABC):
    """A closure around another: the evaluation is its own, losses and notes pass through.

    Args:
        inner: The closure around which it is.
    """

    def __init__(self, inner: Closure) -> None:
        self.inner = inner

    @abstractmethod
    def __call__(self) -> Tensor:
        """Evaluate."""

    def losses(self) -> Tensor:
        return self.inner.losses()

    def note(self, losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
        self.inner.note(losses, gradients)


class Unrecorded:
    """The closure of steps that nobody records.

    Args:
        backward: Evaluates the losses of the members and leaves their gradients.
        rows: Whether the optimizer takes the losses of the members instead of their sum.
        landscape: What is evaluated, for optimizers that want to know.

    Attributes:
        calls: How many evaluations were made.
    """

    def __init__(self, backward: Callable[[], Tensor], rows: bool = False, landscape: object = None) -> None:
        self.backward = backward
        self.rows = rows
        self.landscape = landscape
        self.calls = 0

    def __call__(self) -> Tensor:
        self.calls += 1
        losses = self.backward()
        return losses.detach() if self.rows else losses.sum()

    def losses(self) -> Tensor:
        return self()

    def note(self, losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
        """Nothing: there is no record."""


Watch = Callable[[int], None]
"""Is told the number of an optimizer, among those of a layout, each time when it has made a step."""


def watched(step: Step, number: int, watch: Watch | None) -> Step:
    """`step`, after which somebody may look at what the optimizer keeps; its schedule goes on later."""
    if watch is None:
        return step

    def seen(closure: Closure) -> object:
        loss = step(closure)
        watch(number)
        return loss

    return seen
