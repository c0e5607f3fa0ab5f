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
PACKAGE = "# @package _global_"
"""The first line of an experiment's file."""
NUMBER = r"null|true|false|[-+]?(nan|inf|\d[\d_.e+-]*)|\{.*\}|\[.*\]|''|\"\"|"
"""What is no word: as it is typed, one of several or alone."""
NO_NAME = re.compile(rf"(.*,)?({NUMBER})(,.*)?", re.IGNORECASE)
NO_NAMES = re.compile(rf"(?!\[\s*[a-z]\w*(\s*,\s*[a-z]\w*)*\s*\]){NO_NAME.pattern}", re.IGNORECASE)
"""What is neither a name nor a list of names: `callbacks=[default,basins]` has what both bring."""
NO_FOLDER = re.compile(r"null|''|\"\"|")
NOT_TAKEN = {
    **dict.fromkeys((*GROUPS, "experiment"), ("the name of a choice", NO_NAME)),
    **dict.fromkeys((*OF_OBJECTS, "augmentation"), ("the name of a choice, or a list of names", NO_NAMES)),
    **dict.fromkeys(("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir"), ("a folder", NO_FOLDER)),
}
"""What some keys should be, and what they cannot be."""


def check_typed(overrides: Iterable[str]) -> None:
    """Refuse a number, `null` or nothing where Hydra would refuse it without the name of the key, or take it.

    >>> check_typed(["optimizer=adam", "landscape=5"])
    Traceback (most recent call last):
    ValueError: Parameter `landscape` should be the name of a choice. Found `landscape = 5`.
    """
    for override in overrides:
        key, equals, value = override.lstrip("+").partition("=")
        if equals and key in NOT_TAKEN and override != "experiment=null":
            wanted, refused = NOT_TAKEN[key]
            if refused.fullmatch(value):
                raise refusal(key, wanted, value or "nothing")


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
    _check_there(cfg)
    _check_objects(cfg)
    _check_unread(cfg, hydra)


def _check_there(cfg: DictConfig) -> None:
    """Raise `ValueError` where a key or a group is missing, or a group is a single value."""
    missing = [name for name in (*RUN.keys, *NEEDED) if name not in cfg]
    if missing:
        raise ValueError(f"The key `{missing[0]}` should be given: {missing[0]}=…")
    for name in GROUPS:
        if not OmegaConf.is_dict(cfg.get(name, cfg)):
            raise refusal(name, "settings, {key: value}", cfg[name])


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
