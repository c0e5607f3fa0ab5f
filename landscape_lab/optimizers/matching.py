"""Which parameters of a landscape belong to which group."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from math import prod
from typing import NamedTuple

from torch import nn

from landscape_lab.keys.groups import HIDDEN, Condition
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.hidden import hidden_matrices
from landscape_lab.landscapes.networks.weights import own_name
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.groups import Group, groups_of, with_groups
from landscape_lab.validation import nearest

COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
LISTED = 4
"""How many parameters an error lists."""


class Described(NamedTuple):
    """A parameter as a pattern sees it.

    Args:
        name: As the user's model calls it, `0.weight`; that of a point is `points`.
        shape: Of one member.
        hidden: Whether it is a matrix of a network's hidden layer; of what is no network, all is.
    """

    name: str
    shape: tuple[int, ...]
    hidden: bool

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def numel(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


def settled(factory: Factory, landscape: Landscape) -> Factory:
    """A factory whose groups know their tensors in a landscape; groups without any are left out.

    Raises:
        ValueError: A pattern matches nothing, or all that the optimizer itself would have stepped
            is matched by groups with optimizers of their own.
    """
    default, *others = groups_of(factory)
    if not others or default.tensors is not None:
        return factory
    described = _described(landscape, others)
    left, groups = tuple(range(len(described))), []
    for number, group in enumerate(others):
        tensors = _matched(number, group, described, left)
        left = tuple(one for one in left if one not in tensors)
        groups += [replace(group, tensors=tensors)] if tensors else []
    _check_left(default, left, groups, described)
    return with_groups([replace(default, tensors=left), *groups])


def _matched(
    number: int, group: Group, described: Sequence[Described], left: Sequence[int]
) -> tuple[int, ...]:
    """The tensors that a group takes of those that earlier ones have left."""
    matched = [one for one, tensor in enumerate(described) if _matches(group.match, tensor)]
    tensors = tuple(sorted(set(matched) & set(left)))
    if not tensors and group.match not in HIDDEN:
        raise _unmatched(number, group, described, bool(matched))
    return tensors


def told(factory: Factory, landscape: Landscape) -> list[dict[str, object]]:
    """What each group of a settled factory is; empty where there is only one.

    Returns:
        `match`, `class`, `tensors` and `weights` (of one member) of each group that is not empty.
    """
    described = _described(landscape)
    found: list[dict[str, object]] = []
    for group in groups_of(factory):
        sizes = [described[number].numel for number in group.tensors or ()]
        name = parts_of(group.factory).name
        found.append({"match": group.match, "class": name, "tensors": len(sizes), "weights": sum(sizes)})
    return [one for one in found if one["tensors"]]


def _described(landscape: Landscape, groups: Sequence[Group] = ()) -> list[Described]:
    """The trainable parameters in their order; which are hidden only where a group asks for it."""
    asked = any(group.match in HIDDEN for group in groups)
    matrices = _hidden(landscape) if asked and isinstance(landscape, NetworkLandscape) else None
    return [
        Described(own, _shape(landscape, parameter), matrices is None or own in matrices)
        for name, parameter in landscape.named_parameters()
        if parameter.requires_grad
        for own in [own_name(name)]
    ]


def _hidden(network: NetworkLandscape) -> set[str]:
    points, batch = network.flat(), network.batches.last()
    return {own_name(name) for name in hidden_matrices(network.objective, network.weights, points, batch)}


def _shape(landscape: Landscape, parameter: nn.Parameter) -> tuple[int, ...]:
    return tuple(parameter.shape[1:] if landscape.stacked else parameter.shape)


def _matches(match: str, one: Described) -> bool:
    if match in HIDDEN:
        return one.hidden == (match == "hidden")
    condition = Condition.parsed(match)
    if condition is None:
        return fnmatchcase(one.name, match) or one.name.startswith(f"{match}.")
    found = one.ndim if condition.what == "ndim" else one.numel
    return COMPARISONS[condition.comparison](found, condition.number)


def _check_left(
    default: Group, left: Sequence[int], groups: Sequence[Group], described: Sequence[Described]
) -> None:
    """Raise `ValueError` where an optimizer would have nothing to step."""
    if not left and all(group.apart for group in groups):
        matches = ", ".join(f"`{group.match}`" for group in groups)
        raise ValueError(
            f"Parameter `optimizer.groups` should leave something to {parts_of(default.factory).name}. "
            f"Found {matches}, which match all of {_listed(described)}; `optimizer.groups=[]` has no groups."
        )


def _unmatched(number: int, group: Group, described: Sequence[Described], taken: bool) -> ValueError:
    """The error for a group without parameters."""
    names = [one.name for one in described]
    close = nearest(group.match.replace("*", ""), names) if Condition.parsed(group.match) is None else []
    if taken:
        hint = "earlier groups match all that it does."
    else:
        hint = f"Nearest: {', '.join(close)}." if close else f"There are: {_listed(described)}."
    return ValueError(
        f"Parameter `optimizer.groups[{number}].match` should match a parameter. "
        f"Found `{group.match}`, which matches none: {hint}"
    )


def _listed(described: Sequence[Described]) -> str:
    """The first parameters with their shapes."""
    text = ", ".join(f"{one.name} {list(one.shape)}" for one in described[:LISTED])
    return text + (f" and {len(described) - LISTED} more" if len(described) > LISTED else "")
