"""The sweeper of `sweep=optuna`. Hydra takes plugins from this package only, and reads them whenever it starts."""

from pathlib import Path
from typing import Any

from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from landscape_lab.configuration import quoted


class OptunaSweeper(Sweeper):
    """The trials of a study; what it does is in `landscape_lab.sweeps.tuning`."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives; a sweep that is resumed goes to its old folder."""
        folder = Path(config.sweep.resume or config.hydra.sweep.dir).absolute()
        with open_dict(config):
            config.hydra.sweep.dir = str(folder)
            config.hydra.overrides.hydra.append(f"hydra.sweep.dir={quoted(str(folder))}")  # of each job, too
        self.hydra_context = hydra_context
        self.config = config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Run the study with these overrides."""
        from landscape_lab.sweeps.tuning import tune

        assert self.config is not None
        assert self.hydra_context is not None
        assert self.launcher is not None
        return tune(self.config, arguments, self.hydra_context.config_loader, self.launcher)
