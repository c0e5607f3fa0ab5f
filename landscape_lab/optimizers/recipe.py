"""How the optimizer of a landscape, or of each of its members, is built and called."""

from dataclasses import dataclass, field

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.factories import Factory
from landscape_lab.optimizers.grouped import make_grouped
from landscape_lab.optimizers.groups import with_rate
from landscape_lab.optimizers.growing import make_growing
from landscape_lab.optimizers.matching import settled
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.problem import Problem
from landscape_lab.optimizers.schedulers import SchedulerFactory, build_scheduler
from landscape_lab.optimizers.traits import Traits


@dataclass(frozen=True)
class Recipe:
    """How the optimizer of a landscape, or of each of its members, is built and called.

    Args:
        factory: Builds the optimizer: a class, or a `functools.partial` with its settings; groups of
            parameters are settled (`matching.settled`).
        scheduler: Builds the schedule of its learning rate, if there is one.
        steps: How many steps will be made.
        traits: How the optimizer wants to be called.
        births: The step from which each parameter is moved, if not all are from the first step on.
    """

    factory: Factory
    scheduler: SchedulerFactory | None = None
    steps: int = 1000
    traits: Traits = field(default_factory=Traits)
    births: tuple[int, ...] = ()

    def build(self, problem: Problem, rate: float | None = None) -> tuple[Optimizer, list[LRScheduler]]:
        """The optimizer of a problem, and its scheduler where there is one.

        Args:
            problem: Whose parameters are optimised.
            rate: A learning rate instead of the optimizer's own.
        """
        factory = self.factory if rate is None else with_rate(self.factory, rate)
        if self.births:
            optimizer = make_growing(factory, problem, self.births, self.steps)
        else:
            optimizer = make_grouped(factory, problem, self.steps)
        if self.scheduler is None:
            return optimizer, []
        return optimizer, [build_scheduler(self.scheduler, optimizer, self.steps)]


def build_optimizer(
    factory: Factory, landscape: Landscape, steps: int = 1000, traits: Traits | None = None
) -> Optimizer:
    """The optimizer of a landscape, which gets the gradient that the optimizer needs.

    A picture whose gradient is left to us (`gradient="auto"`) has the exact one where the optimizer
    compares losses within a step or derives the gradient again.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        landscape: Whose parameters are optimised.
        steps: How many steps will be made, for a class that wants to know.
        traits: How the optimizer wants to be called; found out by `probe` where not given.

    Raises:
        ValueError: A setting is unknown or refused, or the learning rate is negative or not a
            number.
    """
    needs = probe(factory, steps) if traits is None else traits
    landscape.suit(exact=needs.exact)
    return make_grouped(settled(factory, landscape), landscape, steps)
