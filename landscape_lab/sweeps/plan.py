"""What a sweep has to do: its jobs, each with its folder, and which of them a folder already has results of."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from landscape_lab.configuration import identity, quoted
from landscape_lab.files import replacing

SETTINGS = "multirun.yaml"
"""The file in a sweep's folder that says what was swept; Hydra's own name for it."""
FINAL = ("completed", "diverged", "pruned")
"""The ends of a job that are results; one that failed or was interrupted is run again."""
NUMBER = re.compile(r"(\d+)_")
"""What the folder of a job begins with, unless `hydra.sweep.subdir` says otherwise."""
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's loader in C, where it was built."""


@dataclass(frozen=True)
class Job:
    """One job of a sweep.

    Args:
        overrides: What composes it.
        name: Its folder inside the sweep's.
        done: Whether its results are there.
    """

    overrides: list[str]
    name: str
    done: bool


def plan(composer: ConfigLoader, config: DictConfig, grid: Sequence[Sequence[str]], folder: Path) -> list[Job]:
    """Give each job of a grid its folder: the one in which the same configuration was run, else a new one.

    Args:
        composer: Composes a job.
        config: The sweep's own configuration.
        grid: The overrides of each job.
        folder: The sweep's.

    Raises:
        HydraException: A job does not compose.
    """
    known = _known(folder)
    taken = {path.name for path in job_folders(folder)}
    hardly_begun = {name for name in taken if not _begun(folder / name)}  # stopped before it was written what they are
    resume = ["resume=true"] if taken else []
    numbers = {_number(name) for name in taken} - {-1}
    jobs = []
    for number, choices in enumerate(grid):
        overrides = [*choices, *resume]
        composed = composer.load_sweep_config(config, overrides)
        composed.hydra.job.num, composed.hydra.job.id = number, str(number)
        name = str(composed.hydra.sweep.subdir)
        with open_dict(composed):
            del composed["hydra"]
        if same := known[identity(composed)]:
            name = same.pop()
        elif name in hardly_begun:
            hardly_begun.remove(name)
        elif name in taken or _number(name) in numbers:
            name = f"{max(numbers, default=-1) + 1}_{NUMBER.sub('', name)}"
        taken.add(name)
        numbers |= {_number(name)} - {-1}
        jobs.append(Job([*overrides, f"hydra.sweep.subdir={quoted(name)}"], name, done=is_final(folder / name)))
    return jobs


def job_folders(folder: Path) -> list[Path]:
    """The folders of a sweep's jobs, in the order of their numbers."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.is_dir() and (_number(path.name) >= 0 or _begun(path))]
    return sorted(found, key=lambda path: (_number(path.name), path.name))


def results_of(folder: Path) -> dict[str, object] | None:
    """What `results.json` in a job's folder holds; `None` where there is none that can be read."""
    try:
        results = json.loads((folder / "results.json").read_text())
    except (OSError, ValueError):
        return None
    return results if isinstance(results, dict) else None


def settings_of(folder: Path) -> dict[str, Any]:
    """The configuration of the run in a folder as plain values, ten times as fast as OmegaConf; empty where there is none."""
    try:
        settings = yaml.load((folder / ".hydra" / "config.yaml").read_text(), FAST)
    except (OSError, yaml.YAMLError):
        return {}
    return settings if isinstance(settings, dict) else {}


def is_final(folder: Path) -> bool:
    """Whether a job's folder holds results that need no further run."""
    return (results_of(folder) or {}).get("status") in FINAL


def keep_settings(config: DictConfig, folder: Path) -> None:
    """Write what is swept into the sweep's folder, once."""
    if not (folder / SETTINGS).exists():
        with replacing(folder / SETTINGS) as unfinished:
            OmegaConf.save(config, unfinished)


def _known(folder: Path) -> defaultdict[str, list[str]]:
    """The names of the jobs' folders by the configuration that was run in them; the finished first."""
    known: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(job_folders(folder), key=is_final):  # the last is taken first
        results = results_of(path)
        if results is not None and "config_hash" in results:
            known[str(results["config_hash"])].append(path.name)
        elif (config := _config(path)) is not None:
            known[identity(config)].append(path.name)
    return known


def _config(folder: Path) -> DictConfig | None:
    """The configuration of the run in a folder; `None` where it was not written to the end."""
    try:
        config = OmegaConf.load(folder / ".hydra" / "config.yaml")
    except (OSError, yaml.YAMLError, OmegaConfBaseException):
        return None
    complete = isinstance(config, DictConfig) and all(key in config for key in ("landscape", "optimizer", "folder"))
    return config if complete else None  # type: ignore[return-value]


def _begun(folder: Path) -> bool:
    """Whether a folder says what was run in it."""
    return _config(folder) is not None


def _number(name: str) -> int:
    """The number that a job's folder begins with, -1 where there is none."""
    match = NUMBER.match(name)
    return int(match[1]) if match else -1
