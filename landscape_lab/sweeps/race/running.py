"""Running a race: first every optimizer is tuned, then the tuned ones run for the score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig

from landscape_lab.sweeps.plan import keep_settings, plan
from landscape_lab.sweeps.progress import finished, watched
from landscape_lab.sweeps.race.heats import Heat, read_heats, tuning_heats, write_heats
from landscape_lab.sweeps.race.hopeful import hopeful_heats
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.tuned import Tuned

WORDS = {"try": "jobs of first steps", "tune": "jobs for tuning", "score": "jobs for the score"}
"""What progress calls the jobs of each stage."""


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
    for override in OverridesParser.create(config_loader=composer).parse_overrides(list(arguments)):
        if override.is_sweep_override() or override.key_or_group in ("optimizer", "landscape"):
            raise ValueError(
                "A race takes no list of values, no `optimizer` and no `landscape`: sweep.optimizers, "
                f"sweep.landscapes and sweep.spaces say who races with what. Found `{override.input_line}`."
            )
    protocol, folder = Protocol.of(config), Path(config.hydra.sweep.dir)
    choices = (composer.get_group_options(group, ObjectType.CONFIG) for group in ("optimizer", "landscape"))
    protocol.check(*choices)
    race = _Race(config, protocol, folder, list(arguments), composer, launcher)
    return [returned for heats in _stages(protocol, folder) for returned in race.launch(list(heats))]


def _stages(protocol: Protocol, folder: Path) -> Iterator[Iterator[Heat]]:
    """What is run one after another, each stage by what those before it showed."""
    if protocol.prune is None:
        yield tuning_heats(protocol, "tune")
    else:
        yield tuning_heats(protocol, "try")
        yield hopeful_heats(protocol, folder)
    yield Tuned.of(folder).scoring_heats()


@dataclass
class _Race:
    """A race that is being run.

    Attributes:
        earlier: The heats of the stages before.
    """

    config: DictConfig
    protocol: Protocol
    folder: Path
    arguments: list[str]
    composer: ConfigLoader
    launcher: Launcher
    earlier: list[Heat] = field(default_factory=list)

    def launch(self, heats: Sequence[Heat]) -> list[Any]:
        """Run those that are not done, and note which folder is whose."""
        grid = [[*self.arguments, *heat.overrides(self.protocol)] for heat in heats]
        jobs = plan(self.composer, self.config, grid, self.folder)
        keep_settings(self.config, self.folder)
        self.protocol.save(self.folder)
        known = read_heats(self.folder) if self.earlier else {}
        new = {heat: job.name for heat, job in zip(heats, jobs, strict=True)}
        write_heats(self.folder, {heat: known[heat] for heat in self.earlier} | new)
        waiting, first = [job.overrides for job in jobs if not job.done], len(self.earlier)
        self.earlier += heats
        look, word = (
            finished(self.folder / job.name for job in jobs),
            WORDS[heats[0].stage] if heats else "jobs",
        )
        with watched(self.folder, len(jobs), look, word):
            return list(self.launcher.launch(waiting, initial_job_idx=first)) if waiting else []
