"""An optimizer of several groups of parameters: one for all of a class, or a composite."""

from collections.abc import Iterator, Sequence
from typing import cast

from torch import Tensor, nn
from torch.optim import Optimizer

from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.composite import Composite
from landscape_lab.optimizers.factories import Factory, Settings, parts_of
from landscape_lab.optimizers.groups import DEFAULT, Group, groups_of
from landscape_lab.optimizers.problem import Problem
from landscape_lab.validation import alternatives

TORCHS_OWN = "params"
"""The key of a group's parameters."""


class Selection:
    """A problem of which only some parameters are optimised.

    Args:
        whole: The problem.
        groups: As torch takes them: the parameters with their settings.
    """

    def __init__(self, whole: Problem, groups: Sequence[Settings]) -> None:
        self.whole = whole
        self.groups = groups

    def parameters(self) -> Iterator[nn.Parameter]:
        """The parameters, or where they differ in settings the groups, which torch takes instead."""
        first, *others = self.groups
        alike = not others and first.keys() == {TORCHS_OWN}
        given = first[TORCHS_OWN] if alike else [dict(group) for group in self.groups]
        return cast(Iterator[nn.Parameter], iter(given))

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The parameters with the problem's names."""
        chosen = {id(one) for group in self.groups for one in group[TORCHS_OWN]}
        return ((name, one) for name, one in self.whole.named_parameters() if id(one) in chosen)

    def __call__(self) -> Tensor:
        return self.whole()

    def backward(self) -> Tensor:
        """The losses `[members]`, and the gradients of all parameters."""
        return self.whole.backward()


def make_grouped(factory: Factory, problem: Problem, steps: int = 1000) -> Optimizer:
    """The optimizer of a problem whose parameters may be in groups.

    Groups that only change settings become parameter groups of one optimizer, the default group
    first. Each group with a class of its own gets an optimizer, and one composite steps them.

    Args:
        factory: Whose groups are settled: `matching.settled`.
        problem: Whose parameters are optimised.
        steps: How many steps will be made.

    Raises:
        ValueError: A setting is unknown or refused.
    """
    groups = groups_of(factory)
    if len(groups) == 1:
        return make_optimizer(groups[0].factory, problem, steps)
    return of_groups(groups, problem, steps)


def of_groups(groups: Sequence[Group], problem: Problem, steps: int) -> Optimizer:
    """The optimizer of some groups: one, or a composite of those that have parameters."""
    shared = [group for group in groups if not group.apart]
    classes = [
        some for some in (shared, *([one] for one in groups if one.apart)) if any(g.tensors for g in some)
    ]
    parts = [_made(some, problem, steps) for some in classes]
    return parts[0] if len(parts) == 1 else Composite(parts)


def _made(groups: Sequence[Group], problem: Problem, steps: int) -> Optimizer:
    """The optimizer of some groups, whose class is that of the first."""
    parameters = [one for one in problem.parameters() if one.requires_grad]
    filled = [group for group in groups if group.tensors]
    chosen = [_as_torch_takes(group, parameters) for group in filled]
    first = groups[0]
    try:
        optimizer = make_optimizer(first.factory, Selection(problem, chosen), steps)
    except ValueError as error:
        named = "" if first.match == DEFAULT else f"optimizer.groups, match `{first.match}`: "
        raise ValueError(f"{named}{error}") from error
    for group, settings in zip(filled, chosen, strict=True):
        _check_kept(group, optimizer, settings[TORCHS_OWN][0])
    return optimizer


def _as_torch_takes(group: Group, parameters: Sequence[nn.Parameter]) -> Settings:
    """A group with its parameters."""
    return {TORCHS_OWN: [parameters[number] for number in group.tensors or ()], **group.settings}


def _check_kept(group: Group, optimizer: Optimizer, parameter: nn.Parameter) -> None:
    """Raise `ValueError` for settings that the class does not keep for each group.

    Args:
        group: Its settings may be held by the optimizer as a whole, or be lost.
        optimizer: Of several groups.
        parameter: One of the group.
    """
    known = _of_each_group(optimizer)
    holding = (one for one in optimizer.param_groups if any(parameter is other for other in one[TORCHS_OWN]))
    held = next(holding, {})
    for name, value in group.settings.items():
        if name not in known or held.get(name) != value:
            raise ValueError(
                f"optimizer.groups, match `{group.match}`: {parts_of(group.factory).name} has one `{name}` "
                f"for all its parameters. {alternatives(name, known - {name}, 'Groups may have their own')}"
            )


def _of_each_group(optimizer: Optimizer) -> set[str]:
    """The settings that groups have for themselves: those with a default, and what the class gives to all."""
    groups = optimizer.param_groups
    given = set.intersection(*map(set, groups)) if len(groups) > 1 else set()
    return (set(optimizer.defaults) | given) - {TORCHS_OWN}
