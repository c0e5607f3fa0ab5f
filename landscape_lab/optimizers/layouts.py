"""How the members of a landscape are given to optimizers: all to one, or each to its own.

Both layouts make the same descents where both are right. `Joint` costs what one optimizer costs, whatever the number of members;
`Separate`, in `separate.py`, is always right. Which of them an optimizer allows is found out by `trial.py`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.adapters import Adapted, Step, adapt
from landscape_lab.optimizers.building import Factory, build_optimizer
from landscape_lab.optimizers.schedulers import SchedulerFactory, build_scheduler, with_scheduler
from landscape_lab.optimizers.traits import Traits


class Layout(Protocol):
    """The optimizers of a landscape's members, and one step for all of them.

    Attributes:
        optimizers: One, or one for each member.
        schedulers: As many, or none.
        errors: What the optimizers of members raised, by the member's number; such a member takes no further steps.
        random_states: Of the random numbers that each member's optimizer draws; empty where they are torch's own.
    """

    optimizers: list[Optimizer]
    schedulers: list[LRScheduler]
    errors: dict[int, Exception]
    random_states: list[Tensor]

    def adapt(self, traits: Traits, rates: list[float]) -> Adapted:
        """A step of all members; the rate that a scheduler sets for each step is appended to `rates`."""

    def drop(self, members: Sequence[int]) -> None:
        """Make no further steps of some members."""


class Shim:
    def begin(self, traits):
        self.rates_used = []
        self.traits = traits
        self._adapted = None

    @property
    def adapted(self):
        if self._adapted is None:
            self._adapted = self.adapt(self.traits, self.rates_used)
        return self._adapted

    @property
    def backward(self):
        return self.adapted.backward

    @property
    def rows(self):
        return self.adapted.traits.rows

    @property
    def products(self):
        return 0 if self.adapted.products is None else self.adapted.products.number

    def step(self, closure):
        n = len(self.rates_used)
        lr = float(self.optimizers[0].param_groups[0].get("lr", float("nan")))
        self.adapted.step(closure)
        return self.rates_used[n] if len(self.rates_used) > n else lr


class Joint(Shim):
    """One optimizer for all members, in one tensor.

    Where members have learning rates of their own, the optimizer runs with a rate of 1 and each member's displacement is
    multiplied by its own. That is exact for an optimizer whose update is linear in the rate and whose state does not
    depend on it.

    Args:
        landscape: Whose members are optimised.
        optimizer: Builds the optimizer.
        scheduler: Builds the schedule of its rate, if there is one.
        steps: How many steps will be made.
        rates: A learning rate for each member, or `None` for the optimizer's own.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Factory,
        scheduler: SchedulerFactory | None = None,
        steps: int = 1000,
        rates: Sequence[float] | None = None,
    ) -> None:
        made = build_optimizer(optimizer if rates is None else with_rate(optimizer, 1.0), landscape, steps)
        self.landscape = landscape
        self.rates = None if rates is None else torch.tensor(rates, dtype=torch.float64)
        self.optimizers = [made]
        self.schedulers = [] if scheduler is None else [build_scheduler(scheduler, made, steps)]
        self.errors: dict[int, Exception] = {}
        self.random_states: list[Tensor] = []

    def adapt(self, traits: Traits, rates: list[float]) -> Adapted:
        """A step of all members at once."""
        adapted = adapt(self.optimizers[0], self.landscape, traits)
        if self.rates is not None:
            adapted.step = _scaled(adapted.step, self.landscape, self.rates)
        for scheduler in self.schedulers:
            adapted.step = with_scheduler(adapted.step, scheduler, rates)
        return adapted

    def drop(self, members: Sequence[int]) -> None:
        """Nothing: who diverged goes on without result."""


def with_rate(optimizer: Factory, rate: float) -> Factory:
    """The same optimizer with another learning rate."""
    return partial(optimizer, lr=rate)


def _scaled(step: Step, landscape: Landscape, rates: Tensor) -> Step:
    """A step of which each member makes its own multiple."""
    parameters = list(landscape.parameters())
    begins = [torch.empty_like(parameter, requires_grad=False) for parameter in parameters]
    weights = [rates.to(one).view(-1, *[1] * (one.ndim - 1)) for one in parameters]

    def scaled(closure: Callable[[], Any]) -> Any:
        for begin, parameter in zip(begins, parameters, strict=True):
            begin.copy_(parameter.detach())
        loss = step(closure)
        for begin, parameter, weight in zip(begins, parameters, weights, strict=True):
            end = parameter.detach()
            torch.lerp(begin, end, weight, out=end)
        return loss

    return scaled
