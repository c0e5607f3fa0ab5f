"""From a configuration to a network: its data, its model, its weights, and how long it is trained."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import torch
from omegaconf import DictConfig, OmegaConf, open_dict
from torch import nn

from landscape_lab.data import build_data
from landscape_lab.dotted_paths import locate
from landscape_lab.errors import explain, tell
from landscape_lab.factories import check_settings
from landscape_lab.files.weights import load_weights, put_weights
from landscape_lab.instantiation import factory_of, settings_of
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks.seeds import torch_random
from landscape_lab.models import build_model

OF_MODULES = ("module", "datamodule")
"""The nodes of landscape=lightning that describe objects of the user."""


def is_network(cfg: DictConfig) -> bool:
    """Whether a configuration describes a network, by the groups `model` and `data`, or a LightningModule."""
    return ("model" in cfg and "data" in cfg) or "module" in cfg.landscape


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
    return _of_module(cfg) if "module" in cfg.landscape else _of_groups(cfg)


def _of_groups(cfg: DictConfig) -> NetworkLandscape:
    """The network of the groups `model` and `data`."""
    data = _told("data", partial(build_data, factory_of(cfg, "data")))
    model, data = _told("model", partial(build_model, factory_of(cfg, "model"), data, cfg.seed))
    settings = settings_of(cfg.landscape)
    if (source := settings.pop("weights", None)) is not None:
        put_weights(model, load_weights(source), source)
    build = partial(NetworkLandscape, model, data, seed=cfg.seed, **settings)
    return _told("landscape", build)


def _of_module(cfg: DictConfig) -> NetworkLandscape:
    """The network of a LightningModule."""
    node = cfg.landscape
    settings = settings_of(OmegaConf.masked_copy(node, [key for key in node if key not in OF_MODULES]))
    for name in ("loss", "batch_loss"):
        if "." in str(settings[name]):
            settings[name] = locate(f"landscape.{name}", settings[name])
    with torch_random(cfg.seed, torch.device("cpu")), _warnings_told():
        module = cast(nn.Module, _of_user(cfg, "landscape.module"))
        data = _of_user(cfg, "landscape.datamodule")
        if (source := settings.pop("weights")) is not None:
            put_weights(module, load_weights(source), source)
        build = partial(NetworkLandscape.from_lightning, module, data, seed=cfg.seed, **settings)
        return _told("landscape", build)


def _of_user(cfg: DictConfig, name: str) -> object:
    """The object that a node describes, `None` where it is empty."""
    if not OmegaConf.select(cfg, name):
        return None
    factory = factory_of(cfg, name)
    check_settings(name.rpartition(".")[2], factory.func, factory.keywords)
    return _told(name, factory)


@contextmanager
def _warnings_told() -> Iterator[None]:
    """A line for each warning."""
    with warnings.catch_warnings(record=True) as caught:
        yield
    for line in dict.fromkeys(str(warning.message) for warning in caught):
        tell(line)


def settle_length(cfg: DictConfig, landscape: NetworkLandscape) -> None:
    """Write into `steps` how many the epochs take, where a length in epochs was given."""
    if cfg.epochs is not None:
        with open_dict(cfg):
            cfg.steps = cfg.epochs * landscape.batches.per_epoch


def _told(group: str, build: partial) -> Any:
    """What is built; an error begins with the group that it comes from."""
    try:
        return build()
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        raise ValueError(f"{group}: {explain(error)}") from error
