"""A configuration is whole: what a run needs is there, and nothing is there that has no effect."""

import re
from collections.abc import Iterable, Mapping

from omegaconf import DictConfig, OmegaConf

from landscape_lab.keys.running import RUN
from landscape_lab.validation import alternatives, refusal

NEEDED = ("landscape", "augmentation", "optimizer", "scheduler", "trainer", "callbacks", "logger")
"""The groups without which there is no run; `augmentation=none` and such leave one empty."""
GROUPS = (*NEEDED, "ensemble", "plane", "sweep", "model", "data")
OF_OBJECTS = ("callbacks", "logger")
"""The groups that describe an object under each of their keys."""
NO_NAME = re.compile(r"|null|true|false|[-+]?(nan|inf|\d[\d_.e+-]*)|\{.*\}|\[.*\]|''|\"\"", re.IGNORECASE)
"""What cannot be the name of a choice."""
CHOICES = (*GROUPS, "experiment")
FOLDERS = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir")
EMPTY = ("", "null", "''", '""')
"""How no folder is written."""
PACKAGE = "# @package _global_"
"""The first line of an experiment's file."""


def check_typed(overrides: Iterable[str]) -> None:
    """Refuse a number, `null` or nothing where Hydra would refuse it without the name of the key, or take it.

    >>> check_typed(["optimizer=adam", "landscape=5"])
    Traceback (most recent call last):
    ValueError: Parameter `landscape` should be the name of a choice. Found `landscape = 5`.
    """
    for override in overrides:
        key, _, value = override.partition("=")
        if key in FOLDERS and value in EMPTY:
            raise refusal(key, "a folder", value or "nothing")
        if key in CHOICES and override != "experiment=null" and _is_no_name(value):
            raise refusal(key, "the name of a choice", value or "nothing")


def _is_no_name(value: str) -> bool:
    """Whether a value, or one of several, cannot be the name of a choice."""
    return any(map(NO_NAME.fullmatch, (value, *value.split(","))))


def check_complete(cfg: DictConfig, hydra: DictConfig) -> None:
    """Refuse a configuration that lacks something, or that sets what nothing reads.

    Args:
        cfg: The composed configuration.
        hydra: Hydra's own part of it.

    Raises:
        ValueError: A key or group is missing, misspelt, or stands where nobody looks for it.
    """
    if "experiment" in cfg:
        _refuse_package(hydra, cfg.experiment)
    for name in RUN.keys:
        if name not in cfg:
            raise ValueError(f"The key `{name}` should be given: {name}=…")
    for name in NEEDED:
        if name not in cfg:
            raise ValueError(f"The group `{name}` should be there: {name}=…")
    for name in GROUPS:
        if not OmegaConf.is_dict(cfg.get(name, cfg)):
            raise refusal(name, "settings, {key: value}", cfg[name])
    _check_objects(cfg)
    _check_unread(cfg, hydra)


def _refuse_package(hydra: DictConfig, experiment: object) -> None:
    """Raise the error for an experiment's file whose keys stand below `experiment`, which nobody reads."""
    found = "nothing"
    if OmegaConf.is_list(experiment):
        found = "a list"
    elif isinstance(experiment, Mapping) and experiment:
        found = ", ".join(f"`{name}`" for name in experiment)
    raise ValueError(
        f"The file experiment/{hydra.runtime.choices.get('experiment')}.yaml should hold `{PACKAGE}` "
        f"in its first line, then keys and values. Found {found}."
    )


def _check_objects(cfg: DictConfig) -> None:
    """Raise `ValueError` for settings of a callback or logger that was not chosen."""
    for group in OF_OBJECTS:
        chosen = [
            str(name) for name, node in cfg[group].items() if OmegaConf.is_dict(node) and "_target_" in node
        ]
        for name in cfg[group]:
            if name not in chosen:
                raise ValueError(f"There is no `{group}.{name}`. {alternatives(str(name), chosen)}")


def _check_unread(cfg: DictConfig, hydra: DictConfig) -> None:
    """Raise `ValueError` for a key of the top level that is not ours and to which no value refers."""
    known = {*RUN.keys, *GROUPS, "hydra"}
    others = [str(name) for name in cfg if name not in known]
    if others:
        values = OmegaConf.to_container(cfg, resolve=False), hydra.overrides
        read = re.findall(r"\$\{([^.:}]+)", str(values))
        for name in others:
            if name not in read:
                raise ValueError(f"There is no key `{name}`. {alternatives(name, known)}")
