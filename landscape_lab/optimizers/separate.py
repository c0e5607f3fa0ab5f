"""An optimizer for each member, all of which are evaluated together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import torch
from greenlet import getcurrent, greenlet
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.adapters import Adapted, GraphBackward, Products, Step, adapt
from landscape_lab.optimizers.building import Factory, build_optimizer
from landscape_lab.optimizers.layouts import Shim, with_rate
from landscape_lab.optimizers.schedulers import SchedulerFactory, build_scheduler, with_scheduler
from landscape_lab.optimizers.traits import Traits


class Separate(Shim):
    """An optimizer for each member; the losses and gradients of all are still evaluated together.

    Each optimizer's step runs until it asks for a loss. When all have asked, the landscape is evaluated once and they go on: the
    line searches of a hundred members take as many evaluations as the longest of them.

    Args:
        landscape: Whose members are optimised.
        optimizer: Builds an optimizer.
        scheduler: Builds the schedule of its rate, if there is one.
        steps: How many steps will be made.
        rates: A learning rate for each member, or `None` for the optimizer's own.
        seeds: Each member's optimizer draws the random numbers of such a seed; `None` where it draws none.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Factory,
        scheduler: SchedulerFactory | None = None,
        steps: int = 1000,
        rates: Sequence[float] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> None:
        self.landscape = landscape
        self.members = [Member(landscape, number) for number in range(len(landscape.flat()))]
        self.random_states = [] if seeds is None else [torch.Generator().manual_seed(seed).get_state() for seed in seeds]
        self.optimizers: list[Optimizer] = []
        self.schedulers: list[LRScheduler] = []
        for number, member in enumerate(self.members):
            factory = optimizer if rates is None else with_rate(optimizer, rates[number])
            with RandomNumbers(self.random_states, number):
                self.optimizers.append(build_optimizer(factory, member, steps))
            if scheduler is not None:
                self.schedulers.append(build_scheduler(scheduler, self.optimizers[-1], steps))
        self.errors: dict[int, Exception] = {}
        self.running = list(range(len(self.members)))

    def adapt(self, traits: Traits, rates: list[float]) -> Adapted:
        """A step of every member that still runs."""
        products = Products() if traits.graph else None
        steps = [self._step_of(number, traits, products, rates) for number in range(len(self.members))]
        return Adapted(_Rounds(self, steps).step, self.landscape.backward, replace(traits, rows=True, graph=False), products)

    def _step_of(self, number: int, traits: Traits, products: Products | None, rates: list[float]) -> Step:
        """A member's own step."""
        step = adapt(self.optimizers[number], self.members[number], traits).step
        if products is not None:
            step = _with_graph(step, GraphBackward(self.members[number], products))
        if self.schedulers:
            step = with_scheduler(step, self.schedulers[number], rates if number == self.running[0] else [])
        return step

    def drop(self, members: Sequence[int]) -> None:
        """Make no further steps of some members."""
        gone = set(members)
        self.running = [number for number in self.running if number not in gone]


class Member(Landscape):
    """One member of a landscape as a landscape of its own: its parameters are rows of the landscape's.

    Args:
        landscape: Of all members.
        number: Which one.
    """

    def __init__(self, landscape: Landscape, number: int) -> None:
        super().__init__()
        self.number = number
        self.whole = (landscape,)  # in a tuple, its parameters are not ours
        self.start, self.bounds, self.minima, self.axes = None, landscape.bounds, landscape.minima, landscape.axes
        self.rows = []
        for name, parameter in landscape.named_parameters():
            row = parameter.detach()[number : number + 1]
            own = nn.Parameter(row)
            self.register_parameter(name.replace(".", "_"), own)
            self.rows.append((own, row))

    def settle(self) -> None:
        """Bring back what an optimizer stored elsewhere than in the row."""
        for own, row in self.rows:
            if own.data_ptr() != row.data_ptr():
                row.copy_(own.detach())
                own.data = row

    def take_gradient(self) -> None:
        """The gradient that the landscape's last backward pass left for this member."""
        for (own, _), parameter in zip(self.rows, self.whole[0].parameters(), strict=True):
            gradient = parameter.grad
            own.grad = None if gradient is None else gradient.detach()[self.number : self.number + 1]

    def forward(self, batch: Any = None) -> Tensor:
        """The loss `[1]`; its graph goes back to this member only."""
        (own, _), number = self.rows[0], self.number
        points = self.whole[0].flat()
        losses = self.whole[0].at(torch.cat([points[:number], own.view(1, -1), points[number + 1 :]]))
        return losses[number : number + 1]

    def backward(self, batch: Any = None) -> Tensor:
        """The loss `[1]`, evaluated when the other members have asked too."""
        self.settle()
        loss = ask("gradients")
        self.take_gradient()
        return loss.view(1)

    def evaluate(self, points: Tensor) -> Tensor:
        return self.whole[0].evaluate(points)

    def flat(self) -> Tensor:
        self.settle()
        return torch.cat([own.detach().view(1, -1) for own, _ in self.rows], dim=1)

    def flat_gradient(self) -> Tensor:
        return torch.cat([torch.zeros_like(own) if own.grad is None else own.grad for own, _ in self.rows]).view(1, -1)


def ask(what: str) -> Tensor:
    """Wait until all members have asked for losses, or for gradients too; the answer is this member's loss.

    The mode of autograd belongs to the thread, not to the member: it is brought back.
    """
    enabled = torch.is_grad_enabled()
    loss = getcurrent().parent.switch(what)
    torch.set_grad_enabled(enabled)
    return loss


def _with_graph(step: Step, backward: GraphBackward) -> Step:
    """A step whose closure gives the gradient its graph, after the evaluation with all members."""

    def graph_step(closure: Any) -> Any:
        def evaluated() -> Tensor:
            closure()
            return backward().squeeze()

        evaluated.__dict__.update(vars(closure))
        return step(evaluated)

    return graph_step


class _Rounds:
    """Steps the members' optimizers side by side, from evaluation to evaluation.

    Args:
        layout: Whose members.
        steps: Each member's step.
    """

    def __init__(self, layout: Separate, steps: Sequence[Step]) -> None:
        self.layout = layout
        self.steps = steps
        self.closures = [self._closure(member) for member in layout.members]
        self.notes: dict[int, tuple[Tensor | None, Tensor | None]] = {}

    def _closure(self, member: Member) -> Callable[[], Tensor]:
        """A member's closure: its loss as a number, its gradient in its parameters."""

        def closure() -> Tensor:
            return member.backward().squeeze()

        def losses() -> Tensor:
            member.settle()
            return ask("losses")

        def note(losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
            self.notes[member.number] = losses, gradients

        closure.losses, closure.note = losses, note  # type: ignore[attr-defined]
        return closure

    def step(self, closure: Any) -> Tensor | None:
        """One step of every member that runs."""
        self.notes.clear()
        losses = None
        asking = self._advance({number: greenlet(self.steps[number]) for number in self.layout.running}, self.closures)
        while asking:
            evaluate = closure if any(what == "gradients" for _, what in asking.values()) else closure.losses
            losses = evaluate()
            asking = self._advance({number: thread for number, (thread, _) in asking.items()}, losses)
        for number in self.layout.running:
            self.layout.members[number].settle()
        self._note(closure)
        if self.layout.errors and not self.layout.running:
            raise next(iter(self.layout.errors.values()))
        return losses

    def _advance(self, threads: dict[int, greenlet], answers: Any) -> dict[int, tuple[greenlet, str]]:
        """Let each member go on with its answer until it asks again: those that do, and for what."""
        asking, failed = {}, []
        enabled = torch.is_grad_enabled()
        for number, thread in threads.items():
            try:
                with RandomNumbers(self.layout.random_states, number):
                    what = thread.switch(answers[number])
            except Exception as error:  # noqa: BLE001 - an optimizer may raise anything; the other members go on
                self.layout.errors[number] = error
                failed.append(number)
            else:
                if not thread.dead:
                    asking[number] = (thread, what)
        torch.set_grad_enabled(enabled)
        if failed:
            self.layout.drop(failed)
        return asking

    def _note(self, closure: Any) -> None:
        """Tell the record what all members told of the place where the step began."""
        if not self.notes:
            return
        told = [self.notes.get(member.number, (None, None)) for member in self.layout.members]
        closure.note(_rows(loss for loss, _ in told), _rows(gradient for _, gradient in told))


def _rows(parts: Iterable[Tensor | None]) -> Tensor | None:
    """One row of each member as one tensor; `None` unless there is one of each."""
    rows = list(parts)
    return None if any(row is None for row in rows) else torch.cat([row for row in rows if row is not None])


class RandomNumbers:
    """For a while, torch's random numbers are a member's own.

    Args:
        states: Of the random numbers of all members; empty where they have none of their own.
        number: Which member.
    """

    def __init__(self, states: list[Tensor], number: int) -> None:
        self.states = states
        self.number = number

    def __enter__(self) -> None:
        if self.states:
            self.outer = torch.get_rng_state()
            torch.set_rng_state(self.states[self.number])

    def __exit__(self, *_: Any) -> None:
        if self.states:
            self.states[self.number] = torch.get_rng_state()
            torch.set_rng_state(self.outer)
