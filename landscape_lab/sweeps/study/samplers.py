"""Samplers and pruners by name, with settings that suit short descents."""

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

from optuna import pruners, samplers
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler

from landscape_lab.keys.running import MEASURED
from landscape_lab.trust import beware
from landscape_lab.validation import check_choice

SAMPLERS: dict[str, tuple[type[BaseSampler], dict[str, Any]]] = {
    "tpe": (
        samplers.TPESampler,
        {"multivariate": True, "group": True},
    ),  # a group for each branch of a conditional space
    "cma_es": (samplers.CmaEsSampler, {"warn_independent_sampling": False}),  # choices are drawn at random
    "gaussian_process": (samplers.GPSampler, {"warn_independent_sampling": False}),
    "random": (samplers.RandomSampler, {}),
    "quasi_random": (
        samplers.QMCSampler,
        {"scramble": True, "warn_independent_sampling": False, "warn_asynchronous_seeding": False},
    ),
}
"""The samplers, each with what we set."""
PRUNERS: dict[str, tuple[type[BasePruner], dict[str, Any]]] = {
    "none": (pruners.NopPruner, {}),
    "median": (pruners.MedianPruner, {"n_startup_trials": 8, "n_warmup_steps": 4}),  # steps are reports
    "percentile": (
        pruners.PercentilePruner,
        {"percentile": 25.0, "n_startup_trials": 8, "n_warmup_steps": 4},
    ),
    "hyperband": (pruners.HyperbandPruner, {}),
    "successive_halving": (pruners.SuccessiveHalvingPruner, {}),
}
"""The pruners, each with what we set."""
PRUNABLE = ("final_loss", "best_loss", "distance_to_minimum", *MEASURED)
"""The objectives that a running trial can be compared by."""


def build_sampler(name: str, settings: Mapping[str, object], seed: int | None) -> BaseSampler:
    """A sampler by name.

    Raises:
        ValueError: There is no such sampler, or it takes no such setting.
    """
    if name == "cma_es":
        beware("the sampler cma_es, whose state in the study is a pickle, which could run any code here")
    return _build("sweep.sampler", SAMPLERS, name, {"seed": seed, **settings})


def build_pruner(name: str, settings: Mapping[str, object], objective: str | list[str]) -> BasePruner:
    """A pruner by name; `auto` is `median` where the objective can be followed, else `none`.

    Raises:
        ValueError: There is no such pruner, it takes no such setting, or the objective is known only at
            the end.
    """
    prunable = objective in PRUNABLE if isinstance(objective, str) else False
    if name == "auto":
        name = "median" if prunable else "none"
    if name != "none" and not prunable:
        raise ValueError(
            f"Parameter `sweep.pruner` should be none where `objective` is not one of {', '.join(PRUNABLE)}. "
            f"Found `sweep.pruner = {name}`, `objective = {objective}`."
        )
    return _build("sweep.pruner", PRUNERS, name, settings, ["auto"])


def _build(
    key: str,
    known: Mapping[str, tuple[type, dict[str, Any]]],
    name: str,
    settings: Mapping[str, object],
    also: Any = (),
) -> Any:
    check_choice(key, name, [*also, *known])
    kind, ours = known[name]
    takes = inspect.signature(kind).parameters
    for setting in settings:
        check_choice(f"{key}_settings", setting, takes)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ExperimentalWarning
        )  # `group`, quasi-random: they have been there for years
        try:
            return kind(**{name: value for name, value in {**ours, **settings}.items() if name in takes})
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"The {key.removeprefix('sweep.')} {name} cannot be built of {dict(settings)}: {error}"
            ) from error
