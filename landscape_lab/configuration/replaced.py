"""A class that takes the place of a choice's: what the choice sets for its own is not given to it."""

from collections.abc import Iterable, Mapping
from typing import Any

from omegaconf import DictConfig, open_dict

from landscape_lab.configuration.composed import key_of, plain, settings_of_choice

REPLACED = ("optimizer", "scheduler")
"""Groups whose class may be replaced by a `_target_`."""


def forget_replaced(cfg: DictConfig, choices: Mapping[str, Any], overrides: Iterable[str]) -> None:
    """Where another class has taken the place of a choice's, drop what that choice sets for its own.

    Nobody gave these values to the class: `optimizer._target_=my.Class` has its own learning rate, not
    that of the default optimizer. What was typed, or set to another value by an experiment, stays.

    Args:
        cfg: The composed configuration.
        choices: Hydra's `runtime.choices`.
        overrides: Hydra's `overrides.task`.
    """
    typed = tuple(f"{key_of(override)}." for override in overrides)
    for group in REPLACED:
        own, node = settings_of_choice(group, choices.get(group)), cfg.get(group)
        if node and own.get("_target_") not in (None, node.get("_target_")):
            _drop(node, {key: own[key] for key in own if not _begins(typed, f"{group}.{key}.")})


def _begins(names: Iterable[str], beginning: str) -> bool:
    """Whether one of the names begins so."""
    return any(name.startswith(beginning) for name in names)


def _drop(node: DictConfig, settings: Mapping[str, object]) -> None:
    """Take settings out of a node, where they still are as a choice sets them."""
    with open_dict(node):
        for key, value in settings.items():
            if key != "_target_" and key in node and plain(node[key]) == value:
                del node[key]
