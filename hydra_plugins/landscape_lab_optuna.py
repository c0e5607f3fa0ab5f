"""The sweeper of `sweep=optuna`: Hydra looks for plugins here, and `landscape_lab.sweeps` does the work."""

from collections.abc import Sequence
from typing import Any

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class OptunaSweeper(Sweeper):
    """The trials of a study."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives, and build the launcher."""
        from landscape_lab.sweeps.composing import composing_launcher

        self.config = config
        self.composer, self.launcher = composing_launcher(hydra_context, task_function, config)

    def sweep(self, arguments: list[str]) -> Sequence[Any]:
        """Run the study with these overrides."""
        from landscape_lab.sweeps.ownership import own_sweep
        from landscape_lab.sweeps.study.storages import quieten_optuna
        from landscape_lab.sweeps.study.tuning import tune

        quieten_optuna()
        with own_sweep(self.config):
            return tune(self.config, arguments, self.composer, self.launcher)
