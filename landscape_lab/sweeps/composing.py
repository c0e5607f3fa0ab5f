"""Composing the configurations of a sweep's jobs."""

import copy
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl, get_overrides_dirname
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, RunMode, TaskFunction
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from landscape_lab.configuration.composed import typed
from landscape_lab.configuration.replaced import forget_replaced
from landscape_lab.configuration.schema import check_sweep, settle
from landscape_lab.validation import refusal

SHARED = 32
"""How many compositions are kept."""


class Composer(ConfigLoaderImpl):
    """Hydra's own loader, but jobs that choose the same groups share one composition.

    Choosing files and merging them takes ten times as long as setting values in the result, and most jobs
    of a sweep differ in their values only.

    Args:
        loader: The loader that composed the sweep itself.
    """

    def __init__(self, loader: ConfigLoader) -> None:
        super().__init__(loader.config_search_path)  # type: ignore[attr-defined]
        self._compositions: dict[tuple[str, ...], DictConfig] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Other processes compose for themselves."""
        return vars(self) | {"_compositions": {}}

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        """The configuration of one job: the sweep's own settings of Hydra, and the job's overrides."""
        settings = OmegaConf.to_container(master_config.hydra.overrides.hydra)
        assert isinstance(settings, list)
        overrides = [_parsed(override) for override in (*settings, *sweep_overrides)]
        values = [override for override in overrides if self._is_value(override)]
        choices = tuple(override.input_line or "" for override in overrides if override not in values)
        if choices not in self._compositions:
            if len(self._compositions) == SHARED:
                self._compositions.pop(next(iter(self._compositions)))
            name = master_config.hydra.job.config_name
            self._compositions[choices] = self.load_configuration(name, list(choices), RunMode.RUN)
        config = copy.deepcopy(self._compositions[choices])
        self._set_values(config, overrides, values)
        OmegaConf.copy_cache(from_config=master_config, to_config=config)  # the sweep's time, not the job's
        forget_replaced(config, config.hydra.runtime.choices, typed(config.hydra))
        _check_folder(config)
        settle(config)  # the job's identity does not depend on how a value is written
        return config

    def _is_value(self, override: Override) -> bool:
        """Whether it sets a value, not a group's choice; as Hydra's own list of defaults sees it."""
        return isinstance(override.value(), dict) or not self.repository.group_exists(override.key_or_group)

    def _set_values(self, config: DictConfig, overrides: list[Override], values: list[Override]) -> None:
        """Apply the overrides of values, and note all in the order in which they were given."""
        self._apply_overrides_to_config(values, config)
        settings = [override for override in overrides if override.is_hydra_override()]
        choices = [override for override in overrides if not override.is_hydra_override()]
        config.hydra.overrides.hydra = [override.input_line for override in settings]
        config.hydra.overrides.task = [override.input_line for override in choices]
        naming = config.hydra.job.config.override_dirname
        name = get_overrides_dirname(
            overrides=choices,
            kv_sep=naming.kv_sep,
            item_sep=naming.item_sep,
            exclude_keys=naming.exclude_keys,
        )
        # a folder is named by what was typed, `{oc.env:URL}`, not by what that stands for: a password, say
        config.hydra.job.override_dirname = name.replace("${", "{")


def composing_launcher(
    context: HydraContext, task: TaskFunction, config: DictConfig
) -> tuple[Composer, Launcher]:
    """The launcher that a sweep's configuration names, whose jobs share what composing them has in common.

    Raises:
        ValueError: A key of `sweep` takes no such value. No job is begun.
    """
    check_sweep(config)
    composer = Composer(context.config_loader)
    shared = HydraContext(config_loader=composer, callbacks=context.callbacks)
    return composer, Plugins.instance().instantiate_launcher(
        hydra_context=shared, task_function=task, config=config
    )


def _check_folder(config: DictConfig) -> None:
    """Raise `ValueError` unless the folder of a job, whatever its number, is inside that of its sweep."""
    config.hydra.job.num, config.hydra.job.id = 0, "0"
    try:
        sweep, subdir = Path(config.hydra.sweep.dir), str(config.hydra.sweep.subdir)
    except OmegaConfBaseException:
        return  # it refers to what is not known yet; Hydra tells, before there is a folder
    finally:
        config.hydra.job.num = config.hydra.job.id = "???"
    whole = os.path.realpath(sweep)
    if "\0" in subdir or Path(whole) not in Path(os.path.realpath(sweep / subdir)).parents:
        raise refusal("hydra.sweep.subdir", "a folder inside the sweep's", subdir)


@lru_cache(maxsize=4096)
def _parsed(override: str) -> Override:
    """An override as Hydra reads it; most come again with every job."""
    return OverridesParser.create().parse_override(override)
