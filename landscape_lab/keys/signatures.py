"""What a class that nobody declared takes: its signature tells it, by annotations and defaults."""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from landscape_lab.keys.kinds import ListOf, Nullable, OneOf
from landscape_lab.validation import Anything, Choice, Kind, Number, Switch, Text, Whole, alternatives

NUMBER = Number(infinite=True)
KINDS: dict[object, Kind] = {bool: Switch(), int: Whole(), float: NUMBER, str: Text(empty=True)}
"""The kinds of the types that a configuration can write."""
LISTS = (list, tuple, Sequence, Iterable)
PLAIN = (bool, int, float, str, list, tuple, dict, type(None))
"""What a configuration holds; whatever else an argument is, was built, and its class is asked no more."""


def check_arguments(
    maker: Callable[..., object], values: Mapping[str, object], scope: str = ""
) -> dict[str, object]:
    """The arguments of a constructor as it gets them; names that it does not have stay as they are.

    Args:
        maker: A class or a function.
        values: Its arguments by name.
        scope: What errors put before the names: the node of the configuration, with a dot at its end.

    Raises:
        ValueError: An argument takes no such value.

    >>> import torch
    >>> check_arguments(torch.optim.Adam, {"lr": 0.1, "amsgrad": "abc"}, "optimizer.")
    Traceback (most recent call last):
    ValueError: Parameter `optimizer.amsgrad` should be true or false. Found `optimizer.amsgrad = abc`.
    """
    known = parameters_of(maker)
    checked = dict(values)
    for name, value in values.items():
        kind = kind_of(known[name]) if name in known and isinstance(value, PLAIN) else None
        if kind is not None:
            checked[name] = kind.check(scope + name, value)
    return checked


def check_names(maker: Callable[..., object], values: Iterable[str], scope: str = "") -> None:
    """Raise `ValueError` for an argument that a constructor does not have; see `check_arguments`."""
    known = parameters_of(maker)
    if not known or any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    for name in values:
        if name not in known:
            raise ValueError(f"There is no key `{scope}{name}`. {alternatives(name, known)}")


@lru_cache(maxsize=512)
def parameters_of(maker: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    """The arguments of a constructor, with annotations as types where these can be found."""
    for evaluated in (True, False):
        try:
            return inspect.signature(maker, eval_str=evaluated).parameters
        except Exception:  # noqa: BLE001 - an annotation may be any text, a class of C has no signature
            continue
    return {}


def kind_of(parameter: inspect.Parameter) -> Kind | None:
    """Which values an argument takes; `None` where its signature does not tell.

    An annotation that its own default breaks tells nothing.
    """
    default = parameter.default
    given = default is not parameter.empty
    told = parameter.annotation is not parameter.empty
    kind = _annotated(parameter.annotation) if told else _like(default)
    if kind is None or not given:
        return kind
    try:
        kind.check(parameter.name, default)
    except ValueError:
        return Nullable(kind) if default is None else None
    return kind


def _like(default: object) -> Kind | None:
    """The kind of a default, where there is no annotation."""
    if isinstance(default, tuple | list):
        numbers = bool(default) and all(type(one) in (int, float) for one in default)
        return ListOf(NUMBER, lone=False) if numbers else None
    return {bool: KINDS[bool], int: NUMBER, float: NUMBER}.get(type(default))


def _annotated(annotation: object) -> Kind | None:
    """The kind of an annotation; `None` where it takes more than plain values, or nothing that is known."""
    members = _members(annotation)
    plain = [one for one in members if one is not type(None) and not _is_built(one)]
    kinds = list(dict.fromkeys(map(_of_type, plain)))
    known = [kind for kind in kinds if kind is not None]
    if not known or len(known) < len(kinds):
        return None
    kind = OneOf(*known) if len(known) > 1 else known[0]
    return Nullable(kind) if type(None) in members else kind


def _members(annotation: object) -> Sequence[object]:
    """The types that a union joins, or the only one."""
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return typing.get_args(annotation) if union else [annotation]


def _is_built(annotation: object) -> bool:
    """Whether a type is somebody's class, such as a tensor, whose objects no configuration can write."""
    return isinstance(annotation, type) and annotation.__module__ not in ("builtins", "collections.abc")


def _of_type(annotation: object) -> Kind | None:
    """The kind of one type."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in LISTS:
        return ListOf(_annotated(inner[0]) or Anything("whatever it takes"), lone=False)
    if origin is typing.Literal:
        return Choice(*inner) if all(isinstance(word, str) for word in inner) else None
    return KINDS.get(annotation)
