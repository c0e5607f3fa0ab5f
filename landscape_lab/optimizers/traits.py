"""How an optimizer wants to be called, found out by calling it."""

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.landscapes.gradients import ExactGradient
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.optimizers.building import Factory, build_optimizer


@dataclass(frozen=True)
class Traits:
    """What an optimizer needs of the loop that calls it.

    A class may declare them, `traits = Traits(rows=True)`, or a function of its settings that returns them; any other is tried by
    `probe`.

    Args:
        gradient_first: `step` expects its point's gradient to be there: it takes or calls no closure, or only calls it elsewhere.
        elsewhere: `step` moves before it first calls its closure, and needs no gradient for that.
        repeats: `step` calls its closure more than once.
        graph: The gradient has to carry its own graph (`create_graph=True`), for second derivatives.
        sparse: The gradient has to be a sparse tensor.
        pair: The closure has to return outputs and loss.
        rows: The closure may return the losses of the members, not their sum: `step` treats each row of the parameter by itself.
        gradient_free: No gradient is used.
    """

    gradient_first: bool = False
    elsewhere: bool = False
    repeats: bool = False
    graph: bool = False
    sparse: bool = False
    pair: bool = False
    rows: bool = False
    gradient_free: bool = False

    @property
    def exact(self) -> bool:
        """Whether the gradient should be the loss's own derivative: losses are compared within a step, or it is derived again."""
        return (self.repeats or self.graph) and not self.gradient_free


class Bowl(PointLandscape):
    """The landscape on which optimizers are tried: steep, curved, of two members if need be.

    Args:
        start: `[members, dims]`.
    """

    def __init__(self, start: Tensor) -> None:
        bounds = torch.stack([-2.0 * torch.ones_like(start[0]), 2.0 * torch.ones_like(start[0])])
        super().__init__(start, bounds, ExactGradient())

    def loss(self, points: Tensor) -> Tensor:
        return (points.square() + 0.1 * points.pow(4)).sum(-1)


REFUSALS = {"graph": "does not require grad", "sparse": "does not support dense gradients", "pair": "0-d tensor"}
"""What an optimizer says when it is not called as it wants to be: the trait, and words of the error."""


def probe(factory: Factory, steps: int = 1000) -> Traits:
    """Two steps on a bowl of two numbers tell how the optimizer calls its closure; what it refuses is then offered otherwise.

    An optimizer that fails here for a reason of its own gets no traits: it will fail again where the user sees it. The random
    numbers go on as if nothing had been drawn.

    >>> probe(torch.optim.LBFGS).repeats
    True
    """
    maker = factory.func if isinstance(factory, partial) else factory
    declared = getattr(maker, "traits", None)
    if declared is not None:
        return (
            declared if isinstance(declared, Traits) else declared(**(factory.keywords if isinstance(factory, partial) else {}))
        )
    traits = Traits()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(1 + len(REFUSALS)):
            try:
                return _observe(factory, steps, traits)
            except Exception as error:  # noqa: BLE001 - the class may raise anything
                refused = next((name for name, words in REFUSALS.items() if words in str(error)), None)
                if refused is None or getattr(traits, refused):
                    break
                traits = replace(traits, **{refused: True})
    return traits


def _observe(factory: Factory, steps: int, traits: Traits) -> Traits:
    """What an optimizer does in two steps, called with the traits that are known."""
    end, counts, elsewhere = _two_steps(factory, steps, traits)
    if elsewhere:
        try:
            alone, _, _ = _two_steps(factory, steps, traits, gradient_first=False)
            needless = torch.equal(alone, end)
        except Exception:  # noqa: BLE001 - as expected of one that needs its gradient
            needless = False
        return replace(traits, repeats=max(counts) > 1 or not needless, gradient_first=not needless, elsewhere=needless)
    return replace(traits, repeats=max(counts) > 1, gradient_first=min(counts) == 0)


def _two_steps(factory: Factory, steps: int, traits: Traits, gradient_first: bool = True) -> tuple[Tensor, list[int], bool]:
    """Where two steps lead, how often each calls its closure, and whether it had moved when it first did."""
    from landscape_lab.optimizers.adapters import adapt  # it needs the traits

    torch.manual_seed(0)
    landscape = Bowl(torch.tensor([[1.0, -0.7]]))
    optimizer = build_optimizer(factory, landscape, steps)
    adapted = adapt(optimizer, landscape, traits)
    counts, elsewhere = [], False
    for _ in range(2):
        begin, calls = landscape.flat().clone(), 0
        if gradient_first:
            adapted.backward()
        else:
            landscape.points.grad = torch.zeros_like(landscape.points)

        def closure(begin: Tensor = begin) -> Tensor:
            nonlocal calls, elsewhere
            elsewhere |= calls == 0 and not torch.equal(begin, landscape.flat())
            calls += 1
            return adapted.backward().squeeze()

        adapted.step(closure)
        counts.append(calls if takes_closure(optimizer) else 0)
    return landscape.flat().clone(), counts, elsewhere


def takes_closure(optimizer: Optimizer) -> bool:
    """Whether `step` has an argument for a closure."""
    step: Callable[..., Any] = optimizer.step
    return bool(inspect.signature(step).parameters)
