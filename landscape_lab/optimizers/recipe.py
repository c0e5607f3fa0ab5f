"""How the optimizer of a landscape, or of each of its members, is built and called."""

from dataclasses import dataclass, field, replace

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.grouped import make_grouped
from landscape_lab.optimizers.groups import with_rate
from landscape_lab.optimizers.growing import make_growing
from landscape_lab.optimizers.matching import settled
from landscape_lab.optimizers.probing import probe, takes_part
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

    def growing(self, landscape: Landscape) -> "Recipe":
        """The same for a landscape of which parameters may be born later; it has been settled.

        Raises:
            ValueError: Some are, and the optimizer has to step all of them.
        """
        if not landscape.births:
            return self
        if not takes_part(self.factory, self.traits):
            raise ValueError(
                f"{parts_of(self.factory).name} has to step all parameters from the start. "
                f"Found a {type(landscape).__name__} of which some are born later."
            )
        named = [name for name, parameter in landscape.named_parameters() if parameter.requires_grad]
        births = tuple(landscape.births.get(name, 0) for name in named)
        return replace(self, births=births, traits=Traits())

    def build(self, problem: Problem, rate: float | None = None) -> tuple[Optimizer, list[LRScheduler]]:
        """The optimizer of a problem, and its scheduler where there is one.

        Args:
            problem: Whose parameters are optimised.
            rate: A learning rate instead of the optimizer's own.
        """
        factory = self.factory if rate is None else with_rate(self.factory, rate)
        optimizer = (
            make_growing(factory, problem, self.births, self.steps)
            if self.births
            else make_grouped(factory, problem, self.steps)
        )
        if self.scheduler is None:
            return optimizer, []
        return optimizer, [build_scheduler(self.scheduler, optimizer, self.steps)]


def build_optimizer(
    factory: Factory, landscape: Landscape, steps: int = 1000, traits: Traits | None = None
) -> Optimizer:
    """The optimizer of a landscape, which gets the gradient that the optimizer needs.

    A picture whose gradient is left to us (`gradient="auto"`) has the exact one where the optimizer
    compares losses within a step or derives the gradient again. Parameters that are born later are
    stepped from then on; call `landscape.see(step)` before each step.

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
    recipe = Recipe(settled(factory, landscape), None, steps, needs)
    return recipe.growing(landscape).build(landscape)[0]
