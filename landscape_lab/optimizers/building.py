"""How an optimizer is built from a landscape: what its constructor asks for is found in its signature and source."""

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.dotted_paths import locate
from landscape_lab.keys.optimizers import OPTIMIZER
from landscape_lab.landscapes.base import Landscape
from landscape_lab.validation import nearest

Factory = Callable[..., Optimizer]
"""Builds an optimizer from parameters: a class, or a `functools.partial` with its settings."""
MODULES = ("model", "module", "net", "network")
"""Names of an argument that is the landscape itself."""
LENGTHS = ("num_iterations", "num_steps", "total_steps", "total_iterations", "num_training_steps", "max_steps", "t_total")
"""Names of an argument that is the number of steps."""
ONES = ("num_data", "bs", "batch_size", "world_size")
"""Names of an argument that counts data: a landscape has one datum."""
BASES = ("base_optimizer", "optimizer")
"""Names of an argument that is another optimizer, which this one wraps."""


class ConstantRadius:
    """What stands for a schedule of the radius in sharpness-aware optimizers: always the same.

    Args:
        rho: The radius.
    """

    def __init__(self, rho: float = 0.05) -> None:
        self.rho = rho

    def step(self) -> float:
        """The radius."""
        return self.rho


def build_optimizer(factory: Factory, landscape: Landscape, steps: int = 1000) -> Optimizer:
    """The optimizer of a landscape's parameters, fused where its class offers that: one kernel instead of a dozen.

    Required arguments with an obvious value get it: the module, its named parameters, the number of steps, the number of data;
    for an optimizer that wraps another, `base_optimizer=path.of.Class`, or else SGD with the same learning rate.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        landscape: Whose parameters are optimised.
        steps: How many steps will be made.

    Raises:
        ValueError: A setting is unknown or refused, or the learning rate is negative or not a number.
    """
    settings = dict(factory.keywords) if isinstance(factory, partial) else {}
    maker: Any = factory.func if isinstance(factory, partial) else factory
    known = _parameters(maker)
    given = ", ".join(f"{name}={value}" for name, value in settings.items())
    settings = {
        name: locate(name, value) if name in BASES and isinstance(value, str) else value for name, value in settings.items()
    }
    _check_settings(maker, settings)
    if "fused" in known and not settings.keys() & {"fused", "foreach", "differentiable"}:
        settings["fused"] = True
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="you need to install `transformers`")  # of some wrapped backward passes
            return _completed(_make(maker, known, settings, landscape, steps))
    except Exception as error:  # whatever a user's class raises is told with its name
        raise ValueError(f"The optimizer {maker.__name__}({given}) cannot be built: {error or type(error).__name__}") from error


def _make(maker: Any, known: Any, settings: dict[str, Any], landscape: Landscape, steps: int) -> Optimizer:
    """Call the constructor."""
    first, rest = _arguments(known, settings, landscape, steps)
    if first is None:
        return maker(**rest)
    if flags := _group_flags(maker):
        first = [{"params": list(landscape.parameters()), **dict.fromkeys(flags, True)}]
    return maker(first, **rest)


def _completed(made: Any) -> Optimizer:
    """A wrapper that is no `Optimizer` itself shows what those who look for one expect."""
    for name in ("param_groups", "defaults", "state"):
        if not hasattr(made, name):
            setattr(made, name, getattr(getattr(made, "optimizer", None), name, {}))
    return made


def _arguments(known: Any, settings: dict[str, Any], landscape: Landscape, steps: int) -> tuple[Any, dict[str, Any]]:
    """The first positional argument, `None` where it has a keyword's meaning, and the keywords."""
    keywords = dict(settings)
    names = [name for name, one in known.items() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    wraps = names[:1] == ["optimizer"]
    if wraps or "base_optimizer" in names:
        _fill_base(names, known, keywords, landscape)
    for name in names if wraps else names[1:]:
        if known[name].default is inspect.Parameter.empty and name not in keywords:
            keywords |= _obvious(name, landscape, steps)
    if wraps:
        return None, keywords
    first = names[0] if names else "params"
    return next(iter(_obvious(first, landscape, steps).values()), landscape.parameters()), keywords


def _fill_base(names: list[str], known: Any, keywords: dict[str, Any], landscape: Landscape) -> None:
    """Give a wrapper what it wraps: a class where it passes its further settings on, else an optimizer made of them."""
    name = "optimizer" if names[0] == "optimizer" else "base_optimizer"
    base = keywords.pop(name, torch.optim.SGD)
    passes_on = name == "base_optimizer" and isinstance(base, type) and _wants_class(known[name])
    if passes_on:
        keywords[name] = base
        return
    if isinstance(base, type):
        own = {key: keywords.pop(key) for key in list(keywords) if key not in names}
        base = base(landscape.parameters(), **own)
    keywords[name] = base


def _wants_class(parameter: inspect.Parameter) -> bool:
    """Whether the annotation is a class of optimizers, not one that exists."""
    return parameter.annotation is not Optimizer


def _obvious(name: str, landscape: Landscape, steps: int) -> dict[str, Any]:
    """The value of an argument whose name tells it; empty where it does not."""
    if name in MODULES:
        return {name: landscape}
    if name.startswith("named_"):
        return {name: list(landscape.named_parameters())}
    if name.startswith("param"):
        return {name: landscape.parameters()}
    if name in LENGTHS:
        return {name: steps}
    if name in ONES:
        return {name: 1}
    return {name: ConstantRadius()} if name == "rho_scheduler" else {}


@lru_cache(maxsize=256)
def _group_flags(maker: Any) -> list[str]:
    """Keys that its source demands of each parameter group, such as Muon's `use_muon`: which groups hold matrices."""
    return sorted(set(re.findall(r"['\"](use_\w+)['\"] not in \w*group", "\n".join(_sources(maker)))))


@lru_cache(maxsize=256)
def _sources(maker: Any) -> list[str]:
    """The source of a class and of those it derives from, as far as it can be read."""
    classes = [one for one in inspect.getmro(maker) if one not in (Optimizer, object)] if isinstance(maker, type) else [maker]
    found = []
    for one in classes:
        try:
            found.append(inspect.getsource(one))
        except (OSError, TypeError):
            continue
    return found


def _check_settings(maker: Any, settings: dict[str, Any]) -> None:
    """Raise `ValueError` for a setting that the class does not have, and for a rate that is none."""
    if "lr" in settings and not isinstance(settings["lr"], Tensor):
        OPTIMIZER.check("lr", settings["lr"], "optimizer.")
    known = _setting_names(maker, settings)
    unread = [name for name in settings if name not in known]
    if unread and inspect.Parameter.VAR_KEYWORD in {one.kind for one in _parameters(maker).values()}:
        sources = _sources(maker)
        unread = [name for name in unread if sources and not any(re.search(rf"['\"]{name}['\"]", text) for text in sources)]
    for name in unread:
        close = nearest(name, known)
        hint = f"Nearest: {', '.join(close)}." if close else f"It has: {', '.join(known)}."
        raise ValueError(f"{maker.__name__} has no parameter `{name}`. {hint}")


def _setting_names(maker: Any, settings: dict[str, Any]) -> list[str]:
    """The settings of a class; where it passes further ones on, also those of its parents and of the optimizer it wraps."""
    names = dict.fromkeys(_after_first(maker))
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in _parameters(maker).values()):
        parents = inspect.getmro(maker)[1:] if isinstance(maker, type) else ()
        for parent in parents:
            if issubclass(parent, Optimizer) and parent is not Optimizer and "__init__" in vars(parent):
                names |= dict.fromkeys(_after_first(parent))
    if bases := [name for name in BASES if name in _parameters(maker)]:
        base = settings.get(bases[0], torch.optim.SGD)
        names |= dict.fromkeys([bases[0], *(_after_first(base) if isinstance(base, type) else ())])
    return [name for name in names if name not in ("params", "defaults")]


def _after_first(maker: Any) -> Iterable[str]:
    """The names of the arguments after the parameters."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [name for name, one in _parameters(maker).items() if one.kind not in kinds][1:]


@lru_cache(maxsize=256)
def _parameters(maker: Any) -> Mapping[str, inspect.Parameter]:
    """The arguments of the constructor; each member of an ensemble may want one."""
    return inspect.signature(maker).parameters
