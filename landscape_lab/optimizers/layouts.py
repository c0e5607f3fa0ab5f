"""How the members of a landscape are given to optimizers: all to one, or each to its own.

Both layouts make the same descents where both are right. `Joint` costs what one optimizer costs,
whatever the number of members; `Separate`, in `separate.py`, is always right. Which of them an
optimizer allows is found out by `trial.py`.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.optimizers.adapters import Adapted, adapt
from landscape_lab.optimizers.closures import Closure, Step, Watch, watched
from landscape_lab.optimizers.problem import Problem
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.schedulers import with_scheduler


class Layout(Protocol):
    """The optimizers of a landscape's members, and one step for all of them.

    Attributes:
        optimizers: One, or one for each member.
        schedulers: As many, or none.
        errors: What the optimizers of members raised, by the member's number; such a member takes
            no further steps.
        random_states: Of the random numbers that each member's optimizer uses; empty where they are
            torch's own.
        watch: Who is told of each step of an optimizer, set before the first step; `None`: nobody.
    """

    optimizers: list[Optimizer]
    schedulers: list[LRScheduler]
    errors: dict[int, Exception]
    random_states: list[Tensor]
    watch: Watch | None

    @property
    def rows(self) -> bool:
        """Whether the closure has to return the losses of the members, and not their sum."""

    @property
    def graph(self) -> bool:
        """Whether gradients carry their graph: only then are there products of the Hessian to count."""

    @property
    def products(self) -> int:
        """How many Hessian-vector products the steps have taken so far."""

    @property
    def rate(self) -> float:
        """The learning rate of the next step, NaN where there is none or members have their own."""

    def step(self, closure: Closure) -> float:
        """Make one step of all members.

        Args:
            closure: Evaluates all members.

        Returns:
            The learning rate of this step: what `rate` was before it.
        """

    @property
    def backward(self) -> Callable[[], Tensor]:
        """The losses `[members]`, with the gradients in the parameters as the optimizer wants them."""

    def drop(self, members: Sequence[int]) -> None:
        """Make no further steps of some members."""

    def parameters(self, number: int) -> list[nn.Parameter]:
        """What an optimizer of these steps, in the order in which a point holds it."""


class Joint:
    """One optimizer for all members, in one tensor.

    Where members have learning rates of their own, the optimizer runs with a rate of 1 and each
    member's displacement is multiplied by its own. That is exact for an optimizer whose update is
    linear in the rate and whose state does not depend on it.

    Args:
        landscape: Whose members are optimised.
        recipe: How the optimizer is built and called.
        rates: A learning rate for each member, or `None` for the optimizer's own.
    """

    def __init__(self, landscape: Problem, recipe: Recipe, rates: Sequence[float] | None = None) -> None:
        optimizer, self.schedulers = recipe.build(landscape, rate=None if rates is None else 1.0)
        self.optimizers = [optimizer]
        self.landscape = landscape
        self.traits = recipe.traits
        self.rates = None if rates is None else torch.tensor(rates, dtype=torch.float64)
        self.errors: dict[int, Exception] = {}
        self.random_states: list[Tensor] = []
        self.watch: Watch | None = None

    @property
    def rows(self) -> bool:
        return self.traits.rows

    @property
    def graph(self) -> bool:
        return self.traits.graph

    @property
    def products(self) -> int:
        products = self._adapted.products
        return 0 if products is None else products.number

    @property
    def rate(self) -> float:
        return math.nan if self.rates is not None else rate_of(self.optimizers[0])

    def step(self, closure: Closure) -> float:
        rate = math.nan if self.rates is not None else rate_of(self.optimizers[0])
        self._step(closure)
        return rate

    @property
    def backward(self) -> Callable[[], Tensor]:
        return self._adapted.backward

    def drop(self, members: Sequence[int]) -> None:
        """Nothing: a member that diverged goes on without result."""

    def parameters(self, number: int) -> list[nn.Parameter]:
        return [one for one in self.landscape.parameters() if one.requires_grad]

    # Both are made at the first use and not in the constructor: callbacks may hook into the optimizer
    # until the first step, and only an optimizer without hooks is called on the fast way.

    @cached_property
    def _adapted(self) -> Adapted:
        return adapt(self.optimizers[0], self.landscape, self.traits)

    @cached_property
    def _step(self) -> Step:
        step = watched(self._adapted.step, 0, self.watch)
        if self.rates is not None:
            step = _scaled(step, self.landscape, self.rates)
        for scheduler in self.schedulers:
            step = with_scheduler(step, scheduler)
        return step


def rate_of(optimizer: Optimizer) -> float:
    """The learning rate of the next step, NaN where there is none or there are several.

    It is looked up each time, because schedulers and some optimizers set it and a checkpoint
    replaces the group.
    """
    rate = optimizer.param_groups[0].get("lr", math.nan)
    try:
        return float(rate)
    except (TypeError, ValueError, RuntimeError):  # a list, or a tensor of several numbers
        return math.nan


def _scaled(step: Step, landscape: Problem, rates: Tensor) -> Step:
    """A step of which each member makes its own multiple."""
    parts = [
        (
            torch.empty_like(parameter, requires_grad=False),
            parameter,
            rates.to(parameter).view(-1, *[1] * (parameter.ndim - 1)),  # [members, 1, …]
        )
        for parameter in landscape.parameters()
    ]

    def scaled(closure: Closure) -> object:
        for begin, parameter, _ in parts:
            begin.copy_(parameter.detach())
        loss = step(closure)
        for begin, parameter, rate in parts:
            end = parameter.detach()
            torch.lerp(begin, end, rate, out=end)
        return loss

    return scaled
