"""The jobs of a race: all learning rates of a setting, with all starts and seeds of a study, make one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from landscape_lab.configuration.composed import quoted
from landscape_lab.files.writing import replacing
from landscape_lab.sweeps.race.entries import label_of, landscape_overrides, name_of, optimizer_overrides
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.trials import Trial

FILE = "heats.json"
"""The file in a race's folder that says which job is what."""


@dataclass(frozen=True)
class Heat:
    """One job of a race.

    Args:
        stage: `try`: the first steps, which show who is hopeless; `tune`; or `score`.
        landscape: An entry of the protocol.
        optimizer: An entry of the protocol.
        study: Its number.
        settings: Overrides of the optimizer, without the learning rate.
        rates: The learning rates; `None` for the optimizer's own.
        seed: The number of the only seed, where each has a job of its own; else `None`.
    """

    stage: Literal["try", "tune", "score"]
    landscape: str
    optimizer: str
    study: int
    settings: tuple[str, ...]
    rates: tuple[float, ...] | None
    seed: int | None = None

    @property
    def trials(self) -> list[Trial]:
        """The trials that it runs, in the order of its members."""
        return [Trial(self.settings, rate) for rate in self.rates or (None,)]

    def overrides(self, protocol: Protocol) -> list[str]:
        """What composes it."""
        rates = [] if self.rates is None else [f"ensemble.lr=[{','.join(map(str, self.rates))}]"]
        shown = {"try": ["records=2", f"steps={protocol.first_steps}"], "tune": ["records=2"], "score": []}
        return [
            *landscape_overrides(self.landscape),
            *optimizer_overrides(self.optimizer),
            *self.settings,
            *rates,
            *shown[self.stage],
            *self._descents(protocol),
            f"hydra.sweep.subdir={quoted(f'${{hydra.job.num}}_{self.stage}_{self._name}')}",
        ]

    @property
    def _name(self) -> str:
        """What its folder is called."""
        who = [label_of(self.landscape), name_of(self.optimizer), str(self.study)]
        who += [] if self.seed is None else [str(self.seed)]
        return "_".join(who).replace(", ", "_").replace("/", "_")

    def _descents(self, protocol: Protocol) -> list[str]:
        """Where each trial begins, and what noise it sees."""
        starts = "null" if protocol.starts is None else f"{{random:{protocol.starts}}}"
        seed = protocol.seed(self.study, tuning=self.stage != "score") + (self.seed or 0)
        seeds = protocol.seeds if self.seed is None else "null"
        return [f"ensemble.starts={starts}", f"ensemble.seeds={seeds}", f"seed={seed}"]


def tuning_heats(protocol: Protocol, stage: Literal["try", "tune"]) -> Iterator[Heat]:
    """All trials of all optimizers, those that differ in their learning rate only together."""
    for landscape in protocol.landscapes:
        for optimizer in protocol.optimizers:
            for study in range(protocol.studies):
                whole = Heat(stage, landscape, optimizer, study, (), None)
                yield from _grouped(whole, protocol.trials_of(optimizer, study))


def _grouped(whole: Heat, trials: Sequence[Trial]) -> Iterator[Heat]:
    """One heat for all trials with the same settings: their learning rates are members of it."""
    for settings in dict.fromkeys(trial.settings for trial in trials):
        rates = [trial.rate for trial in trials if trial.settings == settings]
        given = tuple(rate for rate in rates if rate is not None)
        yield replace(whole, settings=settings, rates=given or None)


def write_heats(folder: Path, heats: Mapping[Heat, str]) -> None:
    """Write which job is what."""
    lines = [json.dumps({"folder": name, **asdict(heat)}) for heat, name in heats.items()]
    with replacing(folder / FILE) as unfinished:
        unfinished.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def read_heats(folder: Path) -> dict[Heat, str]:
    """The jobs of a race and the names of their folders.

    Raises:
        FileNotFoundError: There is no race in the folder.
        ValueError: What it holds cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        raise FileNotFoundError(f"There is no race in {folder}: it has no {FILE}.")
    try:
        return {_heat(written): written["folder"] for written in json.loads(path.read_text())}
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error


def _heat(written: dict[str, Any]) -> Heat:
    """A heat as the file describes it; JSON has lists where a heat has tuples."""
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in written.items()
    }
    del values["folder"]
    return Heat(**values)
