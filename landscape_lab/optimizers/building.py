"""How an optimizer is built: what its constructor asks for is found in its signature and source."""

import inspect
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.dotted_paths import locate
from landscape_lab.keys.optimizers import OPTIMIZER
from landscape_lab.optimizers.factories import Factory, Settings, parts_of
from landscape_lab.optimizers.problem import Problem
from landscape_lab.validation import alternatives

Parameters = Mapping[str, inspect.Parameter]
"""The arguments of a constructor by name."""
MODULES = ("model", "module", "net", "network")
"""Names of an argument that is the landscape itself."""
LENGTHS = (
    "num_iterations",
    "num_steps",
    "total_steps",
    "total_iterations",
    "num_training_steps",
    "max_steps",
    "t_total",
)
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


def make_optimizer(factory: Factory, problem: Problem, steps: int = 1000) -> Optimizer:
    """The optimizer of a problem's parameters, fused where its class offers that.

    Fused, a step is one kernel instead of a dozen.

    Required arguments with an obvious value get it: the module, its named parameters, the number of
    steps, the number of data; for an optimizer that wraps another, `base_optimizer=path.of.Class`,
    or else SGD with the same learning rate.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        problem: Whose parameters are optimised.
        steps: How many steps will be made.

    Raises:
        ValueError: A setting is unknown or refused, or the learning rate is negative or not a
            number.
    """
    maker, settings = parts_of(factory)
    given = ", ".join(f"{name}={value}" for name, value in settings.items())
    for name in settings.keys() & set(BASES):
        if isinstance(settings[name], str):
            settings[name] = locate(name, settings[name])
    known = _parameters(maker)
    check_settings(maker, settings)
    if "fused" in known and not settings.keys() & {"fused", "foreach", "differentiable"}:
        settings["fused"] = True
    try:
        with warnings.catch_warnings():
            # said by some libraries whose backward pass is wrapped
            warnings.filterwarnings("ignore", message="you need to install `transformers`")
            return _completed(_call(maker, settings, problem, steps))
    except Exception as error:  # a class may raise anything; here the message gets the class's name
        reason = error or type(error).__name__
        raise ValueError(f"The optimizer {maker.__name__}({given}) cannot be built: {reason}") from error


def _call(maker: Factory, settings: Settings, problem: Problem, steps: int) -> Optimizer:
    """Call the constructor."""
    first, rest = _arguments(_parameters(maker), settings, problem, steps)
    if first is None:
        return maker(**rest)
    if flags := _group_flags(maker):
        first = _groups(problem, flags)
    return maker(first, **rest)


def _groups(problem: Problem, flags: list[str]) -> list[Settings]:
    """The parameters that are matrices, for which the flags are set, and the others, for which not."""
    parameters = list(problem.parameters())
    given = parameters if isinstance(parameters[0], Mapping) else [{"params": parameters}]
    found = []
    for group, whether in product(given, (True, False)):
        half = [one for one in group["params"] if (one.ndim > 1) == whether]
        found.append({**group, "params": half, **dict.fromkeys(flags, whether)})
    return [group for group in found if group["params"]]


def _completed(made: Optimizer) -> Optimizer:
    """A wrapper that is no `Optimizer` itself gets the attributes that an `Optimizer` has."""
    for name in ("param_groups", "defaults", "state"):
        if not hasattr(made, name):
            setattr(made, name, getattr(getattr(made, "optimizer", None), name, {}))
    return made


def _arguments(
    known: Parameters, settings: Settings, problem: Problem, steps: int
) -> tuple[object | None, Settings]:
    """The first positional argument, `None` where it has a keyword's meaning, and the keywords."""
    keywords = dict(settings)
    names = [name for name, one in known.items() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    wraps = names[:1] == ["optimizer"]
    if wraps or "base_optimizer" in names:
        _fill_base(names, known, keywords, problem)
    for name in names if wraps else names[1:]:
        if known[name].default is inspect.Parameter.empty and name not in keywords:
            keywords |= _obvious(name, problem, steps)
    if wraps:
        return None, keywords
    first = names[0] if names else "params"
    return next(iter(_obvious(first, problem, steps).values()), problem.parameters()), keywords


def _fill_base(names: list[str], known: Parameters, keywords: Settings, problem: Problem) -> None:
    """Give a wrapper what it wraps: a class where it passes its further settings on, else an optimizer.

    That optimizer is then made of the settings that the wrapper does not have.
    """
    name = "optimizer" if names[0] == "optimizer" else "base_optimizer"
    base = keywords.pop(name, torch.optim.SGD)
    passes_on = name == "base_optimizer" and isinstance(base, type) and _wants_class(known[name])
    if passes_on:
        keywords[name] = base
        return
    if isinstance(base, type):
        own = {key: keywords.pop(key) for key in list(keywords) if key not in names}
        base = base(problem.parameters(), **own)
    keywords[name] = base


def _wants_class(parameter: inspect.Parameter) -> bool:
    """Whether the annotation is a class of optimizers, not one that exists."""
    return parameter.annotation is not Optimizer


def _obvious(name: str, problem: Problem, steps: int) -> Settings:
    """The value that an argument's name asks for; empty where the name says nothing."""
    if name in MODULES:
        return {name: problem}
    if name.startswith("named_"):
        return {name: list(problem.named_parameters())}
    if name.startswith("param"):
        return {name: problem.parameters()}
    if name in LENGTHS:
        return {name: steps}
    if name in ONES:
        return {name: 1}
    return {name: ConstantRadius()} if name == "rho_scheduler" else {}


@lru_cache(maxsize=256)
def _group_flags(maker: Factory) -> list[str]:
    """Keys that its source demands of each parameter group, such as Muon's `use_muon`.

    Such a key says whether the group holds matrices.
    """
    return sorted(set(re.findall(r"['\"](use_\w+)['\"] not in \w*group", "\n".join(_sources(maker)))))


@lru_cache(maxsize=256)
def _sources(maker: Factory) -> list[str]:
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
        text = "\n".join(_sources(maker))
        unread = [name for name in unread if text and not re.search(rf"['\"]{name}['\"]", text)]
    for name in unread:
        hint = alternatives(name, known, "It has")
        raise ValueError(f"{maker.__name__} has no parameter `{name}`. {hint}")


def _passes_on(maker: Factory) -> bool:
    """Whether a class takes any keyword."""
    return any(one.kind is one.VAR_KEYWORD for one in _parameters(maker).values())


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
    if bases := [name for name in BASES if name in _parameters(maker)]:
        base = settings.get(bases[0], torch.optim.SGD)
        names |= dict.fromkeys([bases[0], *(_after_first(base) if isinstance(base, type) else ())])
    return [name for name in names if name not in ("params", "defaults")]


def _after_first(maker: Factory) -> Iterable[str]:
    """The names of the arguments after the parameters."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [name for name, one in _parameters(maker).items() if one.kind not in kinds][1:]


@lru_cache(maxsize=256)
def _parameters(maker: Factory) -> Parameters:
    """The arguments of the constructor; each member of an ensemble may want one."""
    return inspect.signature(maker).parameters
