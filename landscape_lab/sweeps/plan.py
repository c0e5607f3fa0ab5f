"""What a sweep has to do: its jobs, the folder of each, and which of them have results already."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig, OmegaConf, open_dict

from landscape_lab.configuration.composed import identity, is_choice, key_of, quoted, typed
from landscape_lab.configuration.contents import settle_contents
from landscape_lab.errors import tell
from landscape_lab.files.writing import replacing
from landscape_lab.runs import FAST_LOADER, Run
from landscape_lab.sweeps.edited import difference_of, set_aside

SETTINGS = "multirun.yaml"
"""The file in a sweep's folder that says what was swept; Hydra's own name for it."""
RANKED = ("completed", "stopped")
"""The ends of a job whose results are compared: it made all its steps, or a callback ended it as planned."""
FINAL = (*RANKED, "diverged", "pruned")
"""The ends of a job that are results; one that failed or was interrupted is run again."""
NUMBER = re.compile(r"(\d+)_")
"""What the folder of a job begins with, unless `hydra.sweep.subdir` says otherwise."""


@dataclass(frozen=True)
class Planned:
    """A job that a sweep asks for.

    Args:
        overrides: What composes its configuration.
        name: The name of its folder inside the sweep's.
        done: Whether its results are there already.
    """

    overrides: list[str]
    name: str
    done: bool


def plan(
    composer: ConfigLoader, config: DictConfig, grid: Sequence[Sequence[str]], folder: Path
) -> list[Planned]:
    """Give each job of a grid the folder in which the same configuration was run, or else a new one.

    Args:
        composer: Composes the configuration of a job.
        config: The sweep's own configuration.
        grid: The overrides of each job.
        folder: The sweep's folder.

    Raises:
        HydraException: A job does not compose.
    """
    names = _Names(folder)
    resume = ["resume=true"] if names.taken else []
    jobs = []
    for number, choices in enumerate(grid):
        overrides = [*choices, *resume]
        composed = composer.load_sweep_config(config, overrides)
        composed.hydra.job.num, composed.hydra.job.id = number, str(number)
        wanted = str(composed.hydra.sweep.subdir)
        choice = choices_of(typed(composed.hydra))
        with open_dict(composed):
            del composed["hydra"]
        settle_contents(composed)
        name = names.give(wanted, identity(composed), choice)
        if name in names.edited:
            names.edited[name] = difference_of(Run(folder / name), composed)
        done = name not in names.edited and is_final(Run(folder / name))
        jobs.append(Planned([*overrides, f"hydra.sweep.subdir={quoted(name)}"], name, done))
    set_aside(folder, names.edited)
    return jobs


def tell_others(folder: Path, jobs: Sequence[Planned]) -> None:
    """Say which jobs in a sweep's folder are not asked for any more; the leaderboard has them, too."""
    planned = {job.name for job in jobs}
    others = [run.folder.name for run in job_runs(folder) if run.begun and run.folder.name not in planned]
    if others:
        named = others[0] if len(others) == 1 else f"{others[0]} to {others[-1]}"
        tell(f"{folder} also has {len(others)} of an earlier command, which stay beside these: {named}.")


def choices_of(overrides: Iterable[str]) -> frozenset[str]:
    """What was typed or chosen for a job, without how it is run."""
    return frozenset(str(override) for override in overrides if is_choice(key_of(str(override))))


class _Names:
    """The names of the jobs' folders, of which no two jobs get the same.

    Args:
        folder: The sweep's folder, in which an earlier sweep may have left jobs.
    """

    def __init__(self, folder: Path) -> None:
        runs = job_runs(folder)
        self.taken = {run.folder.name for run in runs}
        self.typed: dict[frozenset[str], str] = {}
        """The folders by what was typed for them."""
        self.edited: dict[str, str] = {}
        """Folders of jobs for which the same is typed as before, and means something else now."""
        self.same: defaultdict[str, list[str]] = defaultdict(list)
        """The folders of each identity; those with results come last, because the last is given first."""
        for run in sorted(runs, key=is_final):
            if (identified := run.identity()) is not None:
                self.same[identified].append(run.folder.name)
                self.typed[choices_of(run.overrides())] = run.folder.name
        # A job that was stopped before its configuration was written cannot be identified; whoever wants its
        # name is that job.
        self.unidentified = {run.folder.name for run in runs if not run.begun}
        self.numbers = {_number(name) for name in self.taken} - {-1}

    def give(self, wanted: str, identified: str, typed: frozenset[str]) -> str:
        """The name for a job of this identity that would like to be called `wanted`."""
        name = wanted
        if same := self.same[identified]:
            name = same.pop()
        elif (before := self.typed.pop(typed, None)) is not None:
            name, self.edited[before] = before, ""
        elif name in self.unidentified:
            self.unidentified.remove(name)
        elif name in self.taken or _number(name) in self.numbers:
            name = f"{max(self.numbers, default=-1) + 1}_{NUMBER.sub('', name)}"
        self.taken.add(name)
        self.numbers |= {_number(name)} - {-1}
        return name


def job_runs(folder: Path) -> list[Run]:
    """The runs of a sweep's jobs, in the order of their numbers."""
    if not folder.is_dir():
        return []
    runs = [Run(path) for path in folder.iterdir() if path.is_dir()]
    found = [run for run in runs if _number(run.folder.name) >= 0 or run.begun]
    return sorted(found, key=lambda run: (_number(run.folder.name), run.folder.name))


def is_final(run: Run) -> bool:
    """Whether a job has results that need no further run."""
    results = run.results() or {}
    return results.get("status") in FINAL and "unfinished" not in results


def keep_settings(config: DictConfig, folder: Path, *, anew: bool = False) -> None:
    """Write the sweep's configuration into its folder, once, or again with `anew`."""
    if anew or not (folder / SETTINGS).exists():
        with replacing(folder / SETTINGS) as unfinished:
            OmegaConf.save(config, unfinished)


def kept_settings(folder: Path) -> dict[str, Any]:
    """The sweep's configuration as plain values; empty where it cannot be read."""
    try:
        settings = yaml.load((folder / SETTINGS).read_text(), FAST_LOADER)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _number(name: str) -> int:
    """The number that a job's folder begins with, -1 where there is none."""
    match = NUMBER.match(name)
    return int(match[1]) if match else -1
