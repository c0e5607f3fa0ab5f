"""What builds an optimizer or a scheduler: a class, or a `functools.partial` with its settings."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from torch.optim import Optimizer

Settings = dict[str, Any]
"""The keywords of a constructor, as a configuration gives them."""
BASES = ("base_optimizer", "optimizer", "base")
"""Names of an argument that is another optimizer, which this one wraps."""
Factory = Callable[..., Optimizer]
"""Builds an optimizer from parameters: a class, or a `functools.partial` with its settings."""


class Parts(NamedTuple):
    """A factory taken apart.

    Args:
        maker: The class, or a function that builds.
        settings: The keywords that it is called with.
    """

    maker: Callable[..., Any]
    settings: Settings

    @property
    def name(self) -> str:
        """What the class is called."""
        return getattr(self.maker, "__name__", type(self.maker).__name__)


def parts_of(factory: Callable[..., object]) -> Parts:
    """Take a factory apart; the settings are a copy.

    >>> parts_of(partial(dict, lr=0.1))
    Parts(maker=<class 'dict'>, settings={'lr': 0.1})
    """
    if isinstance(factory, partial):
        return Parts(factory.func, dict(factory.keywords))
    return Parts(factory, {})


def own_rate(optimizer: Factory) -> float | None:
    """The learning rate that is set, or the class's default; `None` where that is no number."""
    maker, settings = parts_of(optimizer)
    parameter = inspect.signature(maker).parameters.get("lr")
    rate = settings.get("lr", None if parameter is None else parameter.default)
    return float(rate) if isinstance(rate, int | float) and rate > 0 else None


def open_arguments(factory: Callable[..., object], *, required: bool) -> set[str]:
    """The names of a constructor's arguments that are not given; only those without a default, or all."""
    maker, given = parts_of(factory)
    known = inspect.signature(maker).parameters.items()
    return {name for name, one in known if not required or one.default is one.empty} - given.keys()


def asks_for_rate(optimizer: Factory) -> bool:
    """Whether a learning rate has to be given, and is not."""
    return "lr" in open_arguments(optimizer, required=True)


def takes_rate(maker: Callable[..., object]) -> bool:
    """Whether a class or function takes a learning rate.

    >>> takes_rate(lambda params, lr=0.1: None), takes_rate(lambda params: None)
    (True, False)
    """
    parameters = inspect.signature(maker).parameters.values()
    return any(one.name in ("lr", *BASES) or one.kind is one.VAR_KEYWORD for one in parameters)
