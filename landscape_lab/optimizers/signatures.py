"""What a constructor takes: its arguments, found in its signature and source."""

import inspect
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.dotted_paths import locate
from landscape_lab.keys.optimizers import OPTIMIZER
from landscape_lab.optimizers.factories import BASES, Factory, Settings, parts_of
from landscape_lab.validation import alternatives

Parameters = Mapping[str, inspect.Parameter]
"""The arguments of a constructor by name."""


@lru_cache(maxsize=256)
def sources_of(maker: Factory) -> list[str]:
    """The source of a class and of those it derives from, as far as it can be read."""
    classes: Iterable[object] = [maker]
    if isinstance(maker, type):
        classes = [one for one in inspect.getmro(maker) if one not in (Optimizer, object)]
    found = []
    for one in classes:
        try:
            found.append(inspect.getsource(one))  # type: ignore[arg-type] # what is no source is skipped
        except (OSError, TypeError):
            continue
    return found


def check_settings(maker: Factory, settings: Settings) -> None:
    """Raise `ValueError` for a setting that the class does not have, and for a rate that is none."""
    if "lr" in settings and not isinstance(settings["lr"], Tensor):
        OPTIMIZER.check("lr", settings["lr"], "optimizer.")
    known = _setting_names(maker, settings)
    unread = [name for name in settings if name not in known]
    if unread and _passes_on(maker):  # it may read a keyword by its name: then that stands in its source
        text = "\n".join(sources_of(maker))
        unread = [name for name in unread if text and not re.search(rf"['\"]{name}['\"]", text)]
    for name in unread:
        hint = alternatives(name, known, "It has")
        raise ValueError(f"{maker.__name__} has no parameter `{name}`. {hint}")


def _passes_on(maker: Factory) -> bool:
    """Whether a class takes any keyword."""
    return any(one.kind is one.VAR_KEYWORD for one in arguments_of(maker).values())


def _setting_names(maker: Factory, settings: Settings) -> list[str]:
    """The settings of a class.

    Where it passes further ones on, also those of its parents and of the optimizer that it wraps.
    """
    names = dict.fromkeys(_after_first(maker))
    if _passes_on(maker):
        parents = inspect.getmro(maker)[1:] if isinstance(maker, type) else ()
        for parent in parents:
            if issubclass(parent, Optimizer) and parent is not Optimizer and "__init__" in vars(parent):
                names |= dict.fromkeys(_after_first(parent))
    if (name := base_argument(arguments_of(maker))) is not None:
        base = parts_of(base_of(name, settings.get(name))).maker
        names |= dict.fromkeys([name, *_after_first(base)])
    return [name for name in names if name not in ("params", "defaults")]


def _after_first(maker: Factory) -> Iterable[str]:
    """The names of the arguments after the parameters."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [name for name, one in arguments_of(maker).items() if one.kind not in kinds][1:]


@lru_cache(maxsize=256)
def arguments_of(maker: Factory) -> Parameters:
    """The arguments of the constructor; each member of an ensemble may want one."""
    return inspect.signature(maker).parameters


def base_argument(arguments: Parameters) -> str | None:
    """The argument that is another optimizer: the first by one of the names for it, or `base_optimizer`."""
    first = next(iter(arguments), None)
    return first if first in BASES else BASES[0] if BASES[0] in arguments else None


def base_of(name: str, given: object) -> Factory:
    """What builds the optimizer that another wraps: SGD, where none is given.

    Args:
        name: Of the argument, for the error.
        given: A class, its dotted path, or a mapping with that as `_target_` and with settings.

    Raises:
        ValueError: It is no class, or there is none of this name.
    """
    if given is None:
        return torch.optim.SGD
    if isinstance(given, Mapping):
        settings = {key: value for key, value in given.items() if not key.startswith("_")}
        return partial(base_of(name, given.get("_target_")), **settings)
    found = locate(name, given) if isinstance(given, str) else given
    if not callable(found):
        raise ValueError(
            f"Parameter `optimizer.{name}` should be a class of optimizers by its dotted path, as "
            f"`torch.optim.SGD`. Found {given!r}."
        )
    return found
