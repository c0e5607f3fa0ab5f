"""The optimizer and the schedules that a LightningModule brings: its own `configure_optimizers`."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import cast
from weakref import WeakKeyDictionary

from torch import Tensor, nn
from torch.func import functional_call
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.foreign import ModuleStep, StandIn, lend, plain_name
from landscape_lab.landscapes.networks.loading import has_own
from landscape_lab.optimizers.adapters import closure_step, takes_closure
from landscape_lab.optimizers.closures import Closure
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.member import Member
from landscape_lab.optimizers.plans import Plan, State, plan_of, scale
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.problem import Problem
from landscape_lab.optimizers.schedulers import SchedulerFactory
from landscape_lab.optimizers.traits import Traits

NO_MODULE = "optimizer=own is what a LightningModule brings in `configure_optimizers`: landscape=lightning."
"""What is said of any other landscape."""


def own(params: object, lr: float | None = None) -> Optimizer:
    """What `optimizer=own` names in a configuration, until the landscape is there: `Own` takes its place.

    Raises:
        ValueError: Always.
    """
    raise ValueError(NO_MODULE)


def with_own(
    optimizer: Factory, scheduler: SchedulerFactory | None, landscape: Landscape, steps: int
) -> tuple[Factory, SchedulerFactory | None]:
    """Put the module's own optimizer in the place of `own`, and its schedules where none was chosen.

    Args:
        optimizer: Any, or `own` with perhaps a learning rate.
        scheduler: The one that was chosen, or `None`.
        landscape: Of the module.
        steps: How many steps will be made.
    """
    maker, settings = parts_of(optimizer)
    if maker is not own:
        return optimizer, scheduler
    if not isinstance(landscape, NetworkLandscape):
        raise ValueError(NO_MODULE)
    brought = Own(landscape, steps)
    if scheduler is None and brought.scheduled:
        scheduler = brought.schedule
    return partial(brought, **settings), scheduler


class Own:
    """Builds the optimizer of a LightningModule for its landscape, or for each of its members.

    Its learning rates, those of all groups and schedules, are multiplied where another `lr` is asked
    for: that becomes the rate of the first group.

    Args:
        landscape: Of the module.
        steps: How many steps will be made; the module may ask for `self.trainer.max_steps`,
            `max_epochs` or `estimated_stepping_batches`.

    Attributes:
        traits: How the optimizer wants to be called.
        scheduled: Whether schedules come with it.

    Raises:
        ValueError: There is no such method, or it returns nothing, or several optimizers.
    """

    __name__ = "own"

    def __init__(self, landscape: NetworkLandscape, steps: int) -> None:
        self.landscape = landscape
        module = landscape.model
        if not has_own(module, "configure_optimizers"):
            raise ValueError(
                f"optimizer=own asks for `configure_optimizers`, which {type(module).__name__} does not have."
            )
        step = landscape.objective.batch_loss
        self.trainer = step.trainer if isinstance(step, ModuleStep) else StandIn()
        self.trainer.num_training_batches = landscape.batches.per_epoch
        self.clips = has_own(module, "configure_gradient_clipping")
        self.plans: WeakKeyDictionary[Optimizer, tuple[Plan, Problem]] = WeakKeyDictionary()
        plan = self._configured(landscape, steps)
        self.scheduled = bool(plan.schedules)
        self.traits = self._traits_of(plan.optimizer)

    def __call__(self, model: Problem, total_steps: int, lr: float | None = None) -> Optimizer:
        """The optimizer of the landscape, or of one member.

        Args:
            model: Whose parameters it moves.
            total_steps: How many steps will be made.
            lr: The learning rate of its first group, instead of the module's own.
        """
        plan = self._configured(model, total_steps)
        if lr is not None:
            scale(plan, lr)
        if self.clips:
            self._let_clip(plan.optimizer)
        self.plans[plan.optimizer] = plan, model
        return plan.optimizer

    def schedule(self, optimizer: Optimizer) -> LRScheduler:
        """The schedules that came with an optimizer that was built here, as one."""
        plan, problem = self.plans[optimizer]
        return cast(LRScheduler, Schedules(plan, self, problem))

    def module(self) -> nn.Module:
        """The landscape's module, which finds what stands for its Trainer."""
        lend(self.landscape.model, self.trainer)
        return self.landscape.model

    def measured(self, name: str, problem: Problem) -> Tensor:
        """What a schedule follows, at the present point of a problem: `val_loss`, `train_acc`.

        Raises:
            ValueError: Nothing of this name is measured.
        """
        landscape = self.landscape if name.startswith("train") else self.landscape.validation
        found = {} if landscape is None else landscape.measure(self.landscape.flat())
        if plain_name(name) not in found:
            raise ValueError(
                f"A schedule of {type(self.landscape.model).__name__} follows `{name}`, "
                f"which is not measured. Found {', '.join(found) or 'no data for validation'}."
            )
        return found[plain_name(name)][problem.number if isinstance(problem, Member) else 0]

    def _configured(self, problem: Problem, steps: int) -> Plan:
        """What the module configures for the parameters of a problem."""
        names = [name.removeprefix("objective.") for name, _ in self.landscape.named_parameters()]
        parameters: dict[str, Tensor] = dict(zip(names, problem.parameters(), strict=True))
        self.trainer.end_at(steps)
        return plan_of(functional_call(_Configuring(self.module()), parameters, ()))

    def _traits_of(self, optimizer: Optimizer) -> Traits:
        """How a class wants to be called, tried with the settings that it was made with."""
        known = inspect.signature(type(optimizer)).parameters
        settings = {name: value for name, value in optimizer.defaults.items() if name in known}
        return probe(partial(type(optimizer), **settings))

    def _let_clip(self, optimizer: Optimizer) -> None:
        """Let the module clip each gradient that an optimizer's step gets."""
        clip = self.module().configure_gradient_clipping
        closes = takes_closure(optimizer) and not self.traits.gradient_first
        closing, inner = closure_step(optimizer), optimizer.step

        def step(closure: Closure) -> object:
            def clipped() -> Tensor:
                loss = closure()
                clip(optimizer, None, None)  # type: ignore[operator]
                return loss

            if closes:
                return closing(clipped)  # type: ignore[arg-type] # as plain loops have it
            clip(optimizer, None, None)  # type: ignore[operator]
            return inner()

        step._wrapped_by_lr_sched = False  # type: ignore[attr-defined] # torch's schedules ask whether it is there
        optimizer.step = step  # type: ignore[method-assign,assignment]


class Schedules:
    """The schedules of a module, each stepped when Lightning steps it, through `lr_scheduler_step`.

    Args:
        plan: The schedules and their optimizer.
        own: Whose they are.
        problem: Whose optimizer they belong to.
    """

    def __init__(self, plan: Plan, own: Own, problem: Problem) -> None:
        self.optimizer = plan.optimizer
        self.schedules = plan.schedules
        self.own = own
        self.problem = problem
        self.made = 0

    def step(self) -> None:
        """Count a step of the optimizer."""
        per_epoch = self.own.trainer.num_training_batches
        epoch, batch = divmod(self.made, per_epoch)
        self.made += 1
        self._advance("step", batch + 1)
        if batch + 1 == per_epoch:
            self._advance("epoch", epoch + 1)

    def _advance(self, interval: str, number: int) -> None:
        """Step the schedules of an interval, of which so many have ended."""
        for timed in self.schedules:
            if timed.interval == interval and number % timed.frequency == 0:
                value = None if timed.monitor is None else self.own.measured(timed.monitor, self.problem)
                self.own.module().lr_scheduler_step(timed.scheduler, value)  # type: ignore[operator]

    def state_dict(self) -> State:
        """For a checkpoint."""
        return {"made": self.made, "schedules": [timed.scheduler.state_dict() for timed in self.schedules]}

    def load_state_dict(self, state: State) -> None:
        """Go on from what `state_dict` returned."""
        self.made = cast(int, state["made"])
        for timed, kept in zip(self.schedules, cast(list[State], state["schedules"]), strict=True):
            timed.scheduler.load_state_dict(kept)


class _Configuring(nn.Module):
    """Its forward pass is the module's `configure_optimizers`: so it can be called with other parameters."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self) -> object:
        configure: Callable[[], object] = self.model.configure_optimizers  # type: ignore[assignment]
        return configure()
