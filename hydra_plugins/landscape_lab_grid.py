"""The sweeper of `sweep=grid`: Hydra looks for plugins here, and `landscape_lab.sweeps` does the work."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class GridSweeper(Sweeper):
    """Every combination of the values on the command line that has no results in the sweep's folder yet.

    Args:
        params: Further keys and their values, such as an experiment brings; the command line goes before.
    """

    def __init__(self, params: Mapping[str, str] | None = None) -> None:
        self.params = params or {}

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives, and build the launcher."""
        from landscape_lab.sweeps.composing import composing_launcher

        self.config = config
        self.composer, self.launcher = composing_launcher(hydra_context, task_function, config)

    def sweep(self, arguments: list[str]) -> Sequence[Any]:
        """Launch the jobs that have no results yet.

        Raises:
            HydraException: A job does not compose; none is begun.
            ValueError: An objective or its direction cannot be.
        """
        from landscape_lab.configuration.composed import key_of, plain
        from landscape_lab.sweeps.goals import goals_of
        from landscape_lab.sweeps.ownership import own_sweep
        from landscape_lab.sweeps.plan import keep_settings, plan, tell_others
        from landscape_lab.sweeps.progress import finished, watched

        goals_of(plain(self.config.objective), plain(self.config.sweep.direction))
        typed = set(map(key_of, arguments))
        arguments += [f"{key}={values}" for key, values in self.params.items() if key not in typed]
        overrides = OverridesParser.create(config_loader=self.composer).parse_overrides(arguments)
        grid = _grid(overrides)
        with own_sweep(self.config):
            folder = Path(self.config.hydra.sweep.dir)
            jobs = plan(self.composer, self.config, grid, folder)
            tell_others(folder, jobs)
            keep_settings(self.config, folder)
            waiting = [job.overrides for job in jobs if not job.done]
            with watched(folder, len(jobs), finished(folder / job.name for job in jobs)):
                return self.launcher.launch(waiting, initial_job_idx=0) if waiting else []


def _grid(overrides: Iterable[Override]) -> list[list[str]]:
    """The overrides of each job: every combination of what is swept, beside the others as they were typed.

    Raises:
        HydraException: A range has no first value and last value between which to count.
    """
    choices: dict[str, list[str]] = {}
    for override in overrides:
        if override.is_sweep_override():
            (swept,) = BasicSweeper.split_arguments([override], None)
            choices[override.get_key_element()] = [choice for (choice,) in swept]
        else:
            choices[override.get_key_element()] = [str(override.input_line)]
    return [list(job) for job in product(*choices.values())]
