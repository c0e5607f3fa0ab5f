"""How an optimizer is built: what its constructor asks for is found in its signature and source."""

import inspect
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from itertools import product

from torch.optim import Optimizer

from landscape_lab.optimizers.factories import BASES, Factory, Settings, parts_of
from landscape_lab.optimizers.problem import Problem
from landscape_lab.optimizers.signatures import (
    Parameters,
    arguments_of,
    base_argument,
    base_of,
    check_settings,
    sources_of,
)

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
    known = arguments_of(maker)
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
    first, rest = _arguments(arguments_of(maker), settings, problem, steps)
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
    if not callable(getattr(made, "step", None)):
        raise ValueError(f"what it returns should have `step`. Found {made!r}.")
    base = next((vars(made)[name] for name in BASES if name in vars(made)), None)
    for name in ("param_groups", "defaults", "state"):
        if not hasattr(made, name):
            setattr(made, name, getattr(base, name, {}))
    for name in ("state_dict", "load_state_dict"):
        if not hasattr(made, name) and not hasattr(base, name):
            raise ValueError(
                "what it returns should be a torch.optim.Optimizer, hold one as `optimizer`, or have "
                f"`state_dict` and `load_state_dict`. Found a {type(made).__name__}"
            )
        if not hasattr(made, name):
            setattr(made, name, getattr(base, name))
    return made


def _arguments(
    known: Parameters, settings: Settings, problem: Problem, steps: int
) -> tuple[object | None, Settings]:
    """The first positional argument, `None` where it has a keyword's meaning, and the keywords."""
    keywords = dict(settings)
    names = [name for name, one in known.items() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    base = base_argument(known)
    wraps = names[:1] == [base]
    if base is not None:
        _fill_base(base, known, keywords, problem, steps)
    for name in names if wraps else names[1:]:
        if known[name].default is inspect.Parameter.empty and name not in keywords:
            keywords |= _obvious(name, problem, steps)
    if wraps:
        return None, keywords
    first = names[0] if names else "params"
    return next(iter(_obvious(first, problem, steps).values()), problem.parameters()), keywords


def _fill_base(base: str, known: Parameters, keywords: Settings, problem: Problem, steps: int) -> None:
    """Give a wrapper what it wraps: a class where it passes its further settings on, else an optimizer.

    That optimizer is then made of the settings that the wrapper does not have.
    """
    factory = base_of(base, keywords.pop(base, None))
    passes_on = base == "base_optimizer" and next(iter(known)) != base and _wants_class(known[base])
    if passes_on:
        keywords[base] = factory
        return
    maker, settings = parts_of(factory)
    settings |= {key: keywords.pop(key) for key in list(keywords) if key not in known}
    keywords[base] = _call(maker, settings, problem, steps)


def _wants_class(parameter: inspect.Parameter) -> bool:
    """Whether the annotation is a class of optimizers, not one that exists."""
    return parameter.annotation not in (Optimizer, "Optimizer", "torch.optim.Optimizer")


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
    return sorted(set(re.findall(r"['\"](use_\w+)['\"] not in \w*group", "\n".join(sources_of(maker)))))
