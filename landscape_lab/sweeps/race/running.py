"""Running a race: first every optimizer is tuned, then the tuned ones run for the score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig

from landscape_lab.sweeps.plan import keep_settings, plan
from landscape_lab.sweeps.progress import finished, watched
from landscape_lab.sweeps.race.heats import Heat, tuning_heats, write_heats
from landscape_lab.sweeps.race.hopeful import hopeful_heats
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.tuned import Tuned


def run_race(config: DictConfig, arguments: Sequence[str], composer: Any, launcher: Launcher) -> list[Any]:
    """Launch the jobs of a race that have no results yet: first those for tuning, then those for the score.

    Args:
        config: The sweep's own configuration.
        arguments: The command line.
        composer: Composes a job.
        launcher: Runs jobs.

    Raises:
        ValueError: Something is wrong with what is declared; no job is begun.
        HydraException: A job does not compose; none is begun.
    """
    _check_arguments(OverridesParser.create(config_loader=composer).parse_overrides(list(arguments)))
    protocol, folder = Protocol.of(config), Path(config.hydra.sweep.dir)
    choices = (composer.get_group_options(group, ObjectType.CONFIG) for group in ("optimizer", "landscape"))
    protocol.check(*choices)
    race = _Race(config, protocol, folder, list(arguments), composer, launcher)
    return [one for word, heats in _stages(protocol, folder) for one in race.launch(word, list(heats))]


def _check_arguments(overrides: Sequence[Override]) -> None:
    """Raise `ValueError` for what a race chooses itself."""
    for override in overrides:
        if override.is_sweep_override() or override.key_or_group in ("optimizer", "landscape"):
            raise ValueError(
                "A race takes no list of values, no `optimizer` and no `landscape`: sweep.optimizers, "
                f"sweep.landscapes and sweep.spaces say who races with what. Found `{override.input_line}`."
            )


def _stages(protocol: Protocol, folder: Path) -> Iterator[tuple[str, Iterator[Heat]]]:
    """What is run one after another, each stage by what those before it showed; and what it is called."""
    if protocol.prune is None:
        yield "jobs for tuning", tuning_heats(protocol, "tune")
    else:
        yield "jobs of first steps", tuning_heats(protocol, "try")
        yield "jobs for tuning", hopeful_heats(protocol, folder)
    yield "jobs for the score", Tuned.of(folder).scoring_heats()


@dataclass
class _Race:
    """A race that is being run.

    Attributes:
        names: Of the folders of all heats so far.
    """

    config: DictConfig
    protocol: Protocol
    folder: Path
    arguments: list[str]
    composer: ConfigLoader
    launcher: Launcher
    names: dict[Heat, str] = field(default_factory=dict)

    def launch(self, word: str, heats: Sequence[Heat]) -> list[Any]:
        """Run those that are not done, and note which folder is whose."""
        grid = [[*self.arguments, *heat.overrides(self.protocol)] for heat in heats]
        jobs = plan(self.composer, self.config, grid, self.folder)
        keep_settings(self.config, self.folder)
        self.protocol.save(self.folder)
        first = len(self.names)
        self.names |= {heat: job.name for heat, job in zip(heats, jobs, strict=True)}
        write_heats(self.folder, self.names)
        waiting = [job.overrides for job in jobs if not job.done]
        look = finished(self.folder / job.name for job in jobs)
        with watched(self.folder, len(jobs), look, word):
            return list(self.launcher.launch(waiting, initial_job_idx=first)) if waiting else []
