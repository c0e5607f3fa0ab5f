"""What a race declares: who runs where, what each may try, and how the race is scored."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from landscape_lab.dotted_paths import locate
from landscape_lab.files.writing import replacing
from landscape_lab.keys.running import SWEEP
from landscape_lab.runs import FAST_LOADER
from landscape_lab.sweeps.race.entries import landscape_overrides, name_of, takes_rate
from landscape_lab.sweeps.race.trials import Trial, spread_trials
from landscape_lab.validation import nearest

FILE = "protocol.yaml"
"""The file in a race's folder that says what was declared."""
STUDIES = 3
"""The fewest studies of a race: two cannot tell skill from luck."""
NUMBERS = ("studies", "trials", "starts", "seeds", "tolerance", "prune")
"""Keys of `sweep` that are numbers."""


@dataclass(frozen=True)
class Protocol:
    """A race as it is declared; the values are those of `sweep` in the configuration.

    Args:
        optimizers: Names of `conf/optimizer` or dotted paths of classes, the baselines among them.
        landscapes: Names of `conf/landscape`, each with the overrides that it needs.
        baselines: The optimizers that, once tuned, decide what is to be reached.
        contains: Optimizers and the special cases of theirs, which should not beat them.
        spaces: Keys and their ranges: those of `default`, and each optimizer's own under its name.
        studies: How many times all is tuned and scored, each time with other trials, starts and noise.
        trials: How many settings each optimizer may try in a study.
        starts: How many random starts a trial descends from; `None`: each seed has one of its own,
            the initial weights of a network, and descents for the score run alone, so that their
            seconds are those of one.
        seeds: How many noises each start sees.
        tolerance: How far above the best baseline a target lies, as a share of its way from the start.
        prune: The share of the steps after which hopeless trials end; `None`: all go on.
        steps: Of each descent. Evaluations are what counts: an optimizer that makes several in a step
            gets fewer steps before the budget is spent.

    Raises:
        ValueError: One of them is out of range.
    """

    optimizers: tuple[str, ...]
    landscapes: tuple[str, ...]
    baselines: tuple[str, ...]
    contains: dict[str, list[str]]
    spaces: dict[str, dict[str, Any]]
    studies: int
    trials: int
    starts: int | None
    seeds: int
    tolerance: float
    prune: float | None
    steps: int

    def __post_init__(self) -> None:
        if self.studies < STUDIES:
            raise ValueError(
                f"Parameter `sweep.studies` should be at least {STUDIES}. "
                f"Found `sweep.studies = {self.studies}`."
            )

    @classmethod
    def of(cls, config: DictConfig) -> "Protocol":
        """The protocol of a configuration."""
        sweep: dict[str, Any] = OmegaConf.to_container(config.sweep, resolve=True)  # type: ignore[assignment]
        _check_numbers(sweep)
        listed = {
            key: _list(f"sweep.{key}", sweep[key])
            for key in ("optimizers", "mine", "landscapes", "baselines")
        }
        if not all(listed[key] for key in ("baselines", "landscapes")):
            raise ValueError(
                "Parameters `sweep.baselines` and `sweep.landscapes` should name one at least. "
                "Found an empty list."
            )
        return cls(
            optimizers=tuple(dict.fromkeys((*listed["optimizers"], *listed["baselines"], *listed["mine"]))),
            landscapes=tuple(dict.fromkeys(listed["landscapes"])),
            baselines=tuple(dict.fromkeys(listed["baselines"])),
            contains=sweep["contains"],
            spaces={name: _flat(space) for name, space in sweep["spaces"].items()},
            **{key: sweep[key] for key in NUMBERS},
            steps=config.steps,
        )

    def check(self, optimizers: Sequence[str], landscapes: Sequence[str]) -> None:
        """Raise `ValueError` unless everyone that is named exists, and has trials."""
        for name in self.optimizers:
            if "." in name:
                locate("sweep.mine", name)
            else:
                _check_known("sweep.optimizers", name, optimizers)
        for entry in self.landscapes:
            name = landscape_overrides(entry)[0].partition("=")[2]
            _check_known("sweep.landscapes", name, landscapes)
        for name in (*self.spaces, *self.contains):
            _check_known("sweep.spaces", name, ["default", *self.names, *optimizers])
        for name in self.optimizers:
            self.trials_of(name, 0)

    @property
    def budget(self) -> int:
        """The evaluations that count: those of one in each step, and the end's."""
        return self.steps + 1

    @property
    def first_steps(self) -> int:
        """After so many steps of tuning hopeless trials end; all of them where none is to end early."""
        return self.steps if self.prune is None else math.ceil(self.prune * self.steps)

    @property
    def descents(self) -> tuple[int, int]:
        """Of each trial: how many starts, and how many seeds each of them sees."""
        return (self.seeds, 1) if self.starts is None else (self.starts, self.seeds)

    @property
    def names(self) -> tuple[str, ...]:
        """What the optimizers are called."""
        return tuple(name_of(optimizer) for optimizer in self.optimizers)

    @property
    def inclusions(self) -> list[tuple[str, str]]:
        """Pairs of optimizers in the race of which the first contains the second."""
        pairs = [(general, special) for general, specials in self.contains.items() for special in specials]
        return [pair for pair in pairs if set(pair) <= set(self.names)]

    def space(self, optimizer: str) -> dict[str, Any]:
        """What is declared for an optimizer: its own keys beside those of `default`."""
        default = {
            key: value
            for key, value in self.spaces["default"].items()
            if key != "lr" or takes_rate(optimizer)
        }
        return default | self.spaces.get(name_of(optimizer), {})

    def trials_of(self, optimizer: str, study: int) -> list[Trial]:
        """The trials of an optimizer in a study, as `spread_trials` chooses them."""
        return spread_trials(self.space(optimizer), name_of(optimizer), self.trials, study)

    def seed(self, study: int, *, tuning: bool) -> int:
        """The first seed of a study: no two share a start or a noise, nor tuning and score."""
        return self.seeds * (2 * study + (not tuning))

    def save(self, folder: Path) -> None:
        """Write `protocol.yaml`."""
        settings = {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }
        with replacing(folder / FILE) as unfinished:
            unfinished.write_text(yaml.safe_dump(settings, sort_keys=False))

    @classmethod
    def load(cls, folder: Path) -> "Protocol":
        """Read `protocol.yaml`.

        Raises:
            FileNotFoundError: There is no race in the folder.
            ValueError: It is damaged.
        """
        path = folder / FILE
        if not path.is_file():
            raise FileNotFoundError(f"There is no race in {folder}: it has no {FILE}.")
        try:
            settings = yaml.load(path.read_text(), FAST_LOADER)
            lists = {key: tuple(settings[key]) for key in ("optimizers", "landscapes", "baselines")}
            return cls(**settings | lists)
        except (yaml.YAMLError, TypeError, KeyError) as error:
            raise ValueError(f"{path} cannot be read: {error}") from error


def _check_known(key: str, name: str, choices: Sequence[str]) -> None:
    """Raise `ValueError` unless there is such an optimizer or landscape; they are too many to list."""
    if name not in choices:
        group = "landscape" if key == "sweep.landscapes" else "optimizer"
        hint = f" Nearest: {', '.join(close)}." if (close := nearest(name, choices)) else ""
        raise ValueError(
            f"Parameter `{key}` should name what conf/{group}/ or a library has. "
            f"Found `{key} = {name}`.{hint}"
        )


def _check_numbers(sweep: Mapping[str, object]) -> None:
    """Raise `ValueError` unless each number is one that its key takes."""
    for key in NUMBERS:
        SWEEP.keys[key].kind.check(f"sweep.{key}", sweep[key])


def _flat(space: Any, prefix: str = "") -> dict[str, Any]:
    """Keys of keys as dotted keys; blocks under a condition stay blocks of such keys."""
    flat: dict[str, Any] = {}
    for key, value in (space or {}).items():
        if not isinstance(value, dict):
            flat[f"{prefix}{key}"] = value
        elif key.startswith("when "):
            flat[key] = _flat(value)
        else:
            flat |= _flat(value, f"{prefix}{key}.")
    return flat


def _list(name: str, value: object) -> list[str]:
    """One name or several."""
    names = [_text(one) for one in value] if isinstance(value, list) else [_text(value)]
    if not all(names):
        raise ValueError(f"Parameter `{name}` should be a list of names. Found `{name} = {value}`.")
    return names


def _text(one: object) -> str:
    """A name; `{name: overrides}` as one text; empty for all else."""
    if isinstance(one, dict) and len(one) == 1:
        return ": ".join(map(str, *one.items()))
    return one if isinstance(one, str) else ""
