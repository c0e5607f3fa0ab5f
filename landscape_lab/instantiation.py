"""Objects that a configuration describes by `_target_` and settings."""

from collections.abc import Collection
from functools import partial
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, ListConfig, OmegaConf

from landscape_lab.configuration.composed import plain
from landscape_lab.dotted_paths import locate
from landscape_lab.errors import explain
from landscape_lab.keys import DECLARED
from landscape_lab.keys.signatures import check_arguments, check_names
from landscape_lab.trust import admit_targets

TRUSTED = ("landscape_lab", "pytorch_lightning")
"""The packages whose own classes are called directly."""


def build(node: DictConfig, **settings: object) -> Any:
    """The object that a node of the configuration describes.

    Hydra copies, merges and resolves a node several times, which costs a millisecond: more than most of our
    constructors take, and a sweep pays it ten times for each job. A class of ours or of Lightning's whose
    settings are plain values is therefore called directly. All else is Hydra's, which forbids unsafe targets.

    Args:
        node: `_target_`, and the settings of its constructor.
        settings: More of them; they replace those of the node.

    Raises:
        ValueError: The object cannot be built; the message begins with the node's key.
    """
    admit_targets(node)
    constructor = _trusted_class(node) if isinstance(node, DictConfig) else None
    if constructor is not None and not _describes_objects(node):
        given = _checked(constructor, node)
        try:
            return constructor(**(given | settings))
        except Exception as error:
            raise ValueError(f"{node._get_full_key(None)}: {explain(error)}") from error
    try:
        return instantiate(node, **settings, _convert_="all")
    except InstantiationException as error:
        raise ValueError(explain(error)) from error


def _trusted_class(node: DictConfig) -> type | None:
    """The class that a node names, if it is one of `TRUSTED`; `landscape_lab.lab.os` leads elsewhere."""
    target = node.get("_target_")
    if not isinstance(target, str):
        return None
    found = locate(f"{node._get_full_key(None)}._target_", target)
    return found if isinstance(found, type) and found.__module__.partition(".")[0] in TRUSTED else None


def factory_of(cfg: DictConfig, name: str, written: Collection[str] = ()) -> partial:
    """The class or function that a node names, with its settings.

    Args:
        cfg: The composed configuration.
        name: The node.
        written: Keys whose values stay descriptions, as they are written.

    Raises:
        ValueError: There is no such class, or it takes no such setting.
    """
    node = OmegaConf.select(cfg, name)
    maker = locate(f"{name}._target_", node._target_)
    settings = settings_of(node, written)
    aside = {key: settings.pop(key) for key in written if key in settings}
    return partial(maker, **check_arguments(maker, settings, f"{name}."), **aside)


def _checked(constructor: type, node: DictConfig) -> dict[str, Any]:
    """The settings of a node; what its declaration leaves open, the signature of its class tells."""
    settings = settings_of(node)
    declared = DECLARED.get(node["_target_"])
    left = {key: value for key, value in settings.items() if declared is None or key not in declared.keys}
    scope = f"{node._get_full_key(None)}."
    check_names(constructor, left, scope)
    return settings | check_arguments(constructor, left, scope)


def settings_of(node: DictConfig, written: Collection[str] = ()) -> dict[str, Any]:
    """The values of a node without its `_target_`, as plain Python; objects that they describe are built.

    Args:
        node: Some settings.
        written: Keys whose values stay descriptions, as they are written.
    """
    values = {str(key): value for key, value in node.items() if key not in ("_target_", *written)}
    if _describes_objects(node, written):
        admit_targets(values)
        values = instantiate(values, _convert_="all")
    return {
        key: plain(value)
        for key, value in (values | {key: node[key] for key in written if key in node}).items()
    }


def _describes_objects(node: DictConfig, written: Collection[str] = ()) -> bool:
    """Whether a node has more keys than its `_target_` that mean something to Hydra, at any depth."""
    others = [key for key in node if key not in ("_target_", *written)]
    return any(str(key).startswith("_") or _has_special_keys(node._get_node(key)) for key in others)


def _has_special_keys(value: object) -> bool:
    """Whether there is a key such as `_target_` or `_partial_` in a value, at any depth."""
    if isinstance(value, DictConfig):
        return any(str(key).startswith("_") or _has_special_keys(value._get_node(key)) for key in value)
    return isinstance(value, ListConfig) and any(map(_has_special_keys, value._iter_ex(resolve=False)))
