"""The words of a command line, composed by Hydra, whoever calls."""

from collections.abc import Iterable

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, open_dict

from landscape_lab.configuration.completeness import check_typed
from landscape_lab.configuration.composed import CONF, open_keys, register_catalogue
from landscape_lab.configuration.given_files import with_files_quoted


def composed(overrides: Iterable[str]) -> tuple[DictConfig, DictConfig]:
    """The configuration that the words of a command line compose, and Hydra's own part of it."""
    register_catalogue()
    overrides = list(map(with_files_quoted, overrides))
    check_typed(overrides)
    cfg = _compose(open_keys(overrides))
    hydra = cfg.hydra
    with open_dict(cfg):
        cfg.folder = hydra.run.dir
        del cfg["hydra"]
    return cfg, hydra


def _compose(overrides: list[str]) -> DictConfig:
    """The configuration with Hydra's own part; a Hydra application that calls us keeps its state."""
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return compose("config", overrides, return_hydra_config=True)
    finally:
        GlobalHydra.instance().hydra = outer
