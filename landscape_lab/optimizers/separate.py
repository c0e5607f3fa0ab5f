"""An optimizer for each member, all of which are evaluated together.

Line searches make it hard: a step is a plain function that calls its closure in the midst of its
work, once or twenty times, and members should not be evaluated one by one. So each member's step
runs in a *greenlet*: a stack of its own, which is left when the closure asks for an evaluation and
entered again with the answer. All of them run in one thread, and one never interrupts another: no
locks are needed, and the order in which members go on is always that of their numbers.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import torch
from greenlet import greenlet
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.optimizers.adapters import adapt
from landscape_lab.optimizers.closures import Around, Closure, Step, Watch, watched
from landscape_lab.optimizers.graph import GraphBackward, Products
from landscape_lab.optimizers.layouts import rate_of
from landscape_lab.optimizers.member import Member, MemberClosure, Note
from landscape_lab.optimizers.problem import Members
from landscape_lab.optimizers.random_numbers import RandomNumbers
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.schedulers import with_scheduler


class Separate:
    """An optimizer for each member; the losses and gradients of all are still evaluated together.

    Each optimizer's step runs until it asks for a loss. When all have asked, the landscape is
    evaluated once and they go on: the line searches of a hundred members take as many evaluations
    as the longest of them.

    Args:
        landscape: Whose members are optimised.
        recipe: How each optimizer is built and called.
        rates: A learning rate for each member, or `None` for the optimizer's own.
        seeds: Each member's optimizer uses the random numbers of such a seed; `None` where it uses
            none.
    """

    rows = True

    def __init__(
        self,
        landscape: Members,
        recipe: Recipe,
        rates: Sequence[float] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> None:
        self.landscape = landscape
        self.traits = recipe.traits
        self.members = [Member(landscape, number) for number in range(len(landscape.flat()))]
        self.rates = [None] * len(self.members) if rates is None else list(rates)
        self.random_states: list[Tensor] = []
        if seeds is not None:
            self.random_states = [torch.Generator().manual_seed(seed).get_state() for seed in seeds]
        self.optimizers: list[Optimizer] = []
        self.schedulers: list[LRScheduler] = []
        for member, rate in zip(self.members, self.rates, strict=True):
            with RandomNumbers(self.random_states, member.number):
                optimizer, schedulers = recipe.build(member, rate)
            self.optimizers.append(optimizer)
            self.schedulers.extend(schedulers)
        self.errors: dict[int, Exception] = {}
        self.watch: Watch | None = None
        self.running = list(range(len(self.members)))

    @property
    def graph(self) -> bool:
        return self.traits.graph

    @property
    def products(self) -> int:
        return self._rounds.products.number

    @property
    def rate(self) -> float:
        first = next(iter(self.running), 0)
        return rate_of(self.optimizers[first]) if self.rates[first] is None else math.nan

    def step(self, closure: Closure) -> float:
        rate = self.rate
        self._rounds.step(closure)
        return rate

    @property
    def backward(self) -> Callable[[], Tensor]:
        return self.landscape.backward

    def drop(self, members: Sequence[int]) -> None:
        gone = set(members)
        self.running = [number for number in self.running if number not in gone]

    def parameters(self, number: int) -> list[nn.Parameter]:
        return [part.own for part in self.members[number].parts]

    @cached_property
    def _rounds(self) -> "_Rounds":
        """Made at the first use, as in `Joint`: until then callbacks may hook into the optimizers."""
        return _Rounds(self)


class _Asking(NamedTuple):
    """A member in the midst of its step.

    Args:
        thread: Where it waits.
        what: What it has asked for, `losses`, `gradients`, or the losses of candidates `[k, 1, dims]`.
    """

    thread: greenlet
    what: str | Tensor


class _Rounds:
    """Steps the members' optimizers side by side, from evaluation to evaluation.

    Args:
        layout: Whose members.
    """

    def __init__(self, layout: Separate) -> None:
        self.layout = layout
        self.products = Products()
        self.notes: dict[int, Note] = {}
        self.closures = [MemberClosure(member, self.notes) for member in layout.members]
        self.steps = [self._step_of(number) for number in range(len(layout.members))]

    def _step_of(self, number: int) -> Step:
        """A member's own step."""
        layout = self.layout
        member = layout.members[number]
        step = adapt(layout.optimizers[number], member, layout.traits).step
        if layout.traits.graph:
            step = _with_graph(step, GraphBackward(member, self.products))
        step = watched(step, number, layout.watch)
        return with_scheduler(step, layout.schedulers[number]) if layout.schedulers else step

    def step(self, closure: Closure) -> None:
        """One step of every member that runs."""
        layout = self.layout
        self.notes.clear()
        threads = {number: greenlet(self.steps[number]) for number in layout.running}
        for member in self.closures:
            member.pools = hasattr(closure, "losses_at")
        asking = self._advance(threads, self.closures)
        while asking:
            # Members with candidates go first, because all candidates have a shape in common.
            some = {number: one for number, one in asking.items() if isinstance(one.what, Tensor)} or asking
            losses = self._losses(some, closure)
            going = self._advance({number: one.thread for number, one in some.items()}, losses)
            asking = {number: one for number, one in asking.items() if number not in some} | going
        for number in layout.running:
            layout.members[number].settle()
        self._note(closure)
        if layout.errors and not layout.running:
            raise next(iter(layout.errors.values()))

    def _losses(self, asking: dict[int, _Asking], closure: Closure) -> Tensor:
        """The losses of all members: `[members]`, or of the candidates of each, `[members, k]`."""
        pools = {number: one.what for number, one in asking.items() if isinstance(one.what, Tensor)}
        if not pools:
            # Gradients serve also the members that asked for no more than losses.
            gradients = any(one.what == "gradients" for one in asking.values())
            return closure() if gradients else closure.losses()
        most = max(len(pool) for pool in pools.values())
        candidates = self.layout.landscape.flat().expand(most, -1, -1).clone()  # [k, members, dims]
        for number, pool in pools.items():
            candidates[: len(pool), number] = pool[:, 0]
        parameters = [one for one in self.layout.landscape.parameters() if one.requires_grad]
        return closure.losses_at(candidates, parameters).T  # type: ignore[attr-defined] # else nobody asks

    def _advance(
        self, threads: dict[int, greenlet], answers: Sequence[Closure] | Tensor
    ) -> dict[int, _Asking]:
        """Let members go on until each asks again, and return those that do.

        Args:
            threads: Of the members, by their numbers.
            answers: What each gets, by its number: its closure to begin with, then its loss.
        """
        layout = self.layout
        asking, failed = {}, []
        enabled = torch.is_grad_enabled()
        for number, thread in threads.items():
            try:
                with RandomNumbers(layout.random_states, number):
                    what = thread.switch(answers[number])
            except Exception as error:  # noqa: BLE001 - an optimizer may raise anything; the other members go on
                layout.errors[number] = error
                failed.append(number)
            else:
                if not thread.dead:
                    asking[number] = _Asking(thread, what)
        torch.set_grad_enabled(enabled)  # an optimizer that waits has left its own mode behind
        if failed:
            layout.drop(failed)
        return asking

    def _note(self, closure: Closure) -> None:
        """Tell the record what all members noted about the points where the step began."""
        if not self.notes:
            return
        notes = [self.notes.get(member.number, Note(None, None)) for member in self.layout.members]
        closure.note(_joined(note.losses for note in notes), _joined(note.gradients for note in notes))


def _joined(parts: Iterable[Tensor | None]) -> Tensor | None:
    """What each member noted, as one tensor `[members, …]`; `None` unless each has noted it."""
    known = list(parts)
    return (
        None
        if any(part is None for part in known)
        else torch.cat([part for part in known if part is not None])
    )


def _with_graph(step: Step, backward: GraphBackward) -> Step:
    """A step whose closure gives the gradient its graph, after the evaluation with all members."""
    return lambda closure: step(_Graphed(closure, backward))


class _Graphed(Around):
    """A closure whose gradient has a graph.

    The evaluation of all members counts and is recorded; its gradients are of one member each, but
    carry no graph. So the member is evaluated once more, by itself.

    Args:
        inner: The member's closure.
        backward: Evaluates the member.
    """

    def __init__(self, inner: Closure, backward: GraphBackward) -> None:
        super().__init__(inner)
        self.backward = backward

    def __call__(self) -> Tensor:
        self.inner()
        return self.backward().squeeze()
