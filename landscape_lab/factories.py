"""Factories: a class or a function, perhaps with settings, and what its signature says."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from landscape_lab.validation import alternatives

T = TypeVar("T")

VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def unfolded(factory: Callable[..., T]) -> tuple[Callable[..., T], dict[str, object]]:
    """What is called in the end, and the settings that a `functools.partial` holds for it.

    >>> unfolded(partial(int, base=2))
    (<class 'int'>, {'base': 2})
    """
    return (factory.func, dict(factory.keywords)) if isinstance(factory, partial) else (factory, {})


def name_of(maker: Callable[..., object]) -> str:
    """What an error calls a class or a function."""
    return getattr(maker, "__name__", type(maker).__name__)


def parameters_of(maker: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    """The named parameters of a class or a function; none where Python cannot tell them."""
    try:
        parameters = inspect.signature(maker).parameters
    except (TypeError, ValueError):
        return {}
    return {name: one for name, one in parameters.items() if one.kind not in VARIADIC}


def required(maker: Callable[..., object]) -> list[str]:
    """The parameters without a default.

    >>> required(lambda inputs, outputs, hidden=50: None)
    ['inputs', 'outputs']
    """
    return [name for name, one in parameters_of(maker).items() if one.default is inspect.Parameter.empty]


def check_settings(group: str, maker: Callable[..., object], settings: Iterable[str]) -> None:
    """Raise `ValueError` for a setting that the factory does not have.

    Args:
        group: The configuration's group, `model` or `data`, for the message.
        maker: A class or a function.
        settings: Names of the settings that it is to be called with.
    """
    try:
        kinds = {one.kind for one in inspect.signature(maker).parameters.values()}
    except (TypeError, ValueError):
        return
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return
    known = list(parameters_of(maker))
    for name in settings:
        if name not in known:
            hint = alternatives(name, known, "It has")
            raise ValueError(f"The {group} {name_of(maker)} has no parameter `{name}`. {hint}")
