"""Groups of parameters with settings, or even an optimizer, of their own.

A factory holds them as the setting `groups`, a list of mappings in which the first that matches a
tensor wins::

    partial(torch.optim.Adam, lr=0.01, groups=[{"match": "*.bias", "weight_decay": 0.1}])

What no group matches is in the *default group*, which has the factory's own settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from landscape_lab.dotted_paths import locate
from landscape_lab.keys.groups import RATIO, Groups
from landscape_lab.optimizers.factories import Factory, Settings, own_rate, parts_of
from landscape_lab.optimizers.signatures import check_settings

KEY = "groups"
"""The setting of a factory that holds the groups."""
DEFAULT = "default"
"""What the group is called of all that no other matches."""


@dataclass(frozen=True)
class Group:
    """Some of the parameters.

    Args:
        match: Which: see `landscape_lab.keys.groups.Match`; `DEFAULT` of all else.
        factory: What would build an optimizer of this group alone.
        apart: Whether it has an optimizer of its own beside that of the default group.
        settings: What differs from the default group, where it shares that group's optimizer.
        tensors: The numbers of its tensors in the order of the parameters, once a landscape is known.
    """

    match: str
    factory: Factory
    apart: bool
    settings: Settings
    tensors: tuple[int, ...] | None = None

    def scaled(self, factor: float) -> "Group":
        """The same group with a multiple of its learning rate, if it has one."""
        rate = own_rate(self.factory)
        if rate is None:
            return self
        new = {"lr": rate * factor}
        settings = self.settings | new if "lr" in self.settings else self.settings
        return replace(self, factory=partial(self.factory, **new), settings=settings)


def groups_of(factory: Factory) -> list[Group]:
    """The groups of a factory, the default group first.

    Raises:
        ValueError: A group is none, or names no class.

    >>> from torch.optim import Adam, SGD
    >>> biases, others = {"match": "*.bias", "lr": 0.1}, {"match": "ndim>2", "_target_": SGD}
    >>> [group.match for group in groups_of(partial(Adam, groups=[biases, others]))]
    ['default', '*.bias', 'ndim>2']
    """
    maker, settings = parts_of(factory)
    given = settings.pop(KEY, None) or []
    base = partial(maker, **settings) if settings else maker
    default = Group(DEFAULT, base, apart=False, settings={})
    if given and isinstance(given[0], Group):
        known: list[Group] = list(given)
        return [replace(known[0], factory=base), *known[1:]]
    checked: Sequence[Settings] = Groups().check("optimizer.groups", given)  # type: ignore[assignment] # a list of dictionaries
    return [default, *(_group(number, one, base) for number, one in enumerate(checked))]


def _group(number: int, given: Settings, base: Factory) -> Group:
    """A group as it was written."""
    name, settings, target = f"optimizer.groups[{number}]", _settings(given, base), given.get("_target_")
    own = locate(f"{name}._target_", target) if isinstance(target, str) else target
    factory = partial(own or base, **settings)
    _check(name, factory, settings)
    return Group(given["match"], factory, own is not None, {} if own else settings)


def _settings(given: Settings, base: Factory) -> Settings:
    """What a group sets, its rate as a number."""
    settings = {key: value for key, value in given.items() if key not in ("match", "_target_", RATIO)}
    if RATIO in given:
        stands = parts_of(base).settings.get("lr") == 0  # a rate of 0 is a rate
        settings["lr"] = 0.0 if stands else given[RATIO] * _rate_of(base)
    return settings


def _check(name: str, factory: Factory, settings: Settings) -> None:
    """Raise `ValueError` for settings that the class of a group does not have."""
    try:
        check_settings(parts_of(factory).maker, settings)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def with_groups(groups: Sequence[Group]) -> Factory:
    """The factory of some groups, the default group first; a plain one, if that is alone."""
    base = groups[0].factory
    return base if len(groups) == 1 else partial(base, **{KEY: list(groups)})


def with_rate(optimizer: Factory, rate: float) -> Factory:
    """The same optimizer with another learning rate; the rates of groups keep their ratio to it.

    Raises:
        ValueError: Groups have rates, but the optimizer has none to which they could keep a ratio.
    """
    default, *others = groups_of(optimizer)
    if not others:
        return partial(default.factory, lr=rate)
    rated = any(own_rate(group.factory) for group in others)
    factor = rate / _rate_of(default.factory) if rated else 1.0
    scaled = replace(default, factory=partial(default.factory, lr=rate))
    return with_groups([scaled, *(group.scaled(factor) for group in others)])


def _rate_of(base: Factory) -> float:
    """The learning rate of the default group."""
    rate = own_rate(base)
    if rate is None:
        name = parts_of(base).name
        raise ValueError(
            "Parameter `optimizer.lr` should be given and positive, because rates of groups are relative "
            f"to it. {name} has none."
        )
    return rate
