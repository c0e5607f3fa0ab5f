"""The sweeper of `sweep=race`: Hydra looks for plugins here, and `landscape_lab.sweeps` does the work."""

from collections.abc import Sequence
from typing import Any

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class RaceSweeper(Sweeper):
    """Tune each optimizer on each landscape, and let the tuned ones race."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives, and build the launcher."""
        from landscape_lab.sweeps.composing import composing_launcher

        self.config = config
        self.composer, self.launcher = composing_launcher(hydra_context, task_function, config)

    def sweep(self, arguments: list[str]) -> Sequence[Any]:
        """Launch the jobs that have no results yet.

        Raises:
            ValueError: Something is wrong with what is declared; no job is begun.
            HydraException: A job does not compose; none is begun.
        """
        from landscape_lab.sweeps.ownership import own_sweep
        from landscape_lab.sweeps.race.running import run_race

        with own_sweep(self.config):
            return run_race(self.config, arguments, self.composer, self.launcher)
