"""An optimizer of parameters of which some are moved only from a later step on."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from torch.optim import Optimizer

from landscape_lab.optimizers.composite import Composite
from landscape_lab.optimizers.factories import Factory
from landscape_lab.optimizers.grouped import of_groups
from landscape_lab.optimizers.groups import groups_of
from landscape_lab.optimizers.problem import Problem


def make_growing(factory: Factory, problem: Problem, births: Sequence[int], steps: int = 1000) -> Optimizer:
    """The optimizer of a problem of which some parameters are moved only from a later step on.

    Those of one birth have an optimizer of their own, which a composite expects. It goes where a new
    optimizer of these alone goes, of a descent that begins then.

    Args:
        factory: As in `make_grouped`, of classes that `probing.takes_part` lets step beside others.
        problem: Whose parameters are optimised.
        births: The step from which each is moved; of some that is 0.
        steps: How many steps will be made.
    """
    groups = groups_of(factory)

    def make(birth: int) -> Optimizer:
        born = {number for number, one in enumerate(births) if one == birth}
        mine = [tuple(sorted(born.intersection(group.tensors or ()))) for group in groups]
        chosen = [replace(group, tensors=some) for group, some in zip(groups, mine, strict=True)]
        return of_groups(chosen, problem, max(1, steps - birth))

    if len(groups) == 1:
        groups = [replace(groups[0], tensors=tuple(range(len(births))))]
    composite = Composite([make(0)])
    for birth in sorted(set(births) - {0}):
        composite.expect(partial(make, birth), birth)
    return composite
