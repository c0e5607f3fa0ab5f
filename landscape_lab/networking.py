"""From a configuration to a network: its data, its model, its weights, and how long it is trained."""

from functools import partial
from typing import Any

from omegaconf import DictConfig, open_dict

from landscape_lab.data import build_data
from landscape_lab.dotted_paths import locate
from landscape_lab.errors import explain
from landscape_lab.instantiation import settings_of
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import build_model
from landscape_lab.weights import load_weights, put_weights


def is_network(cfg: DictConfig) -> bool:
    """Whether a configuration describes a network: only then are there the groups `model` and `data`."""
    return "model" in cfg and "data" in cfg


def build_network(cfg: DictConfig) -> NetworkLandscape:
    """The landscape of a network that a configuration describes.

    Raises:
        ValueError: A setting is refused, or model, data, loss and weights do not fit each other.
    """
    if cfg.start is not None:
        raise ValueError(
            "Parameter `start` should not be given with landscape=network, which begins at "
            f"landscape.weights=FILE or at its model's own weights. Found `start = {cfg.start}`."
        )
    data = _told("data", partial(build_data, _factory(cfg, "data")))
    model, data = _told("model", partial(build_model, _factory(cfg, "model"), data, cfg.seed))
    settings = settings_of(cfg.landscape)
    if (source := settings.pop("weights", None)) is not None:
        put_weights(model, load_weights(source), source)
    build = partial(NetworkLandscape, model, data, seed=cfg.seed, **settings)
    return _told("landscape", build)


def settle_length(cfg: DictConfig, landscape: NetworkLandscape) -> None:
    """Write into `steps` how many the epochs take, where a length in epochs was given."""
    if cfg.epochs is not None:
        with open_dict(cfg):
            cfg.steps = cfg.epochs * landscape.batches.per_epoch


def _factory(cfg: DictConfig, group: str) -> partial:
    """The class or function that a group names, with its settings."""
    return partial(locate(f"{group}._target_", cfg[group]._target_), **settings_of(cfg[group]))


def _told(group: str, build: partial) -> Any:
    """What is built; an error begins with the group that it comes from."""
    try:
        return build()
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        raise ValueError(f"{group}: {explain(error)}") from error
