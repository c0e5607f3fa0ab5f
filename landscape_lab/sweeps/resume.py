"""Going on with a sweep: the command line of the sweep that a folder holds."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from landscape_lab.configuration import quoted
from landscape_lab.errors import tell
from landscape_lab.sweeps.plan import SETTINGS

SWEEPS = Path("outputs/sweeps")
"""Where sweeps are, unless `hydra.sweep.dir` says otherwise."""
RESUMES = ("resume", "sweep.resume")
"""Keys that say how, not what."""


def resumed(arguments: Sequence[str]) -> list[str]:
    """Fill in the command line of a sweep that is to go on.

    `sweep.resume=DIR` stands for all that was swept into that folder; what is given beside it is changed or added. `resume=true`
    in a sweep stands for the last one with the same overrides, if there is one.

    Raises:
        FileNotFoundError: There is no sweep in the folder.
    """
    values = {key_of(argument): argument.partition("=")[2].strip("'\"") for argument in arguments if "=" in argument}
    many = any(re.fullmatch(r"-m|--multirun|-[a-z]*m", argument) for argument in arguments)
    if (named := values.get("sweep.resume", "null")) not in ("", "null"):
        folder = Path(named)
        settings, overrides = recorded(folder)
        own = {key_of(argument) for argument in arguments}
        old = [override for override in (*settings, *overrides) if key_of(override) not in own]
        flag = [] if many else ["-m"]
        return [*flag, *old, *arguments, f"hydra.sweep.dir={quoted(str(folder))}", *_unless("resume=true", own)]
    if many and values.get("resume", "").lower() == "true":
        where = [Path(values["hydra.sweep.dir"])] if "hydra.sweep.dir" in values else SWEEPS.glob("*")
        last = _last(where, arguments)
        if last is None:
            tell("There is no sweep with the same overrides yet: a new one begins.")
            return list(arguments)
        tell(f"Going on with {last}.")
        return [*arguments, f"sweep.resume={quoted(str(last))}", f"hydra.sweep.dir={quoted(str(last))}"]
    return list(arguments)


def recorded(folder: Path) -> tuple[list[str], list[str]]:
    """The overrides of Hydra's settings and of everything else with which a sweep was begun.

    Raises:
        FileNotFoundError: There is no sweep in the folder.
        ValueError: What it holds cannot be read.
    """
    path = folder / SETTINGS
    if not path.is_file():
        raise FileNotFoundError(f"There is no sweep in {folder}: it has no {SETTINGS}.")
    try:
        overrides = OmegaConf.load(path)["hydra"]["overrides"]  # type: ignore[index]
        settings, others = list(overrides["hydra"]), list(overrides["task"])
    except (OSError, YAMLError, OmegaConfBaseException, KeyError, TypeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    ours = [override for override in settings if key_of(override) not in ("hydra.sweep.dir", "hydra.mode")]
    return ours, [override for override in others if key_of(override) not in RESUMES]


def key_of(override: str) -> str:
    """The key or group that an override is about.

    >>> key_of("++optimizer.lr=0.1")
    'optimizer.lr'
    """
    return override.partition("=")[0].lstrip("+~")


def _unless(override: str, keys: set[str]) -> list[str]:
    return [] if key_of(override) in keys else [override]


def _last(folders: Iterable[Path], arguments: Sequence[str]) -> Path | None:
    """The newest sweep of the same overrides."""
    wanted = {
        argument
        for argument in arguments
        if not argument.startswith("-") and not key_of(argument).startswith("hydra") and key_of(argument) not in RESUMES
    }
    found = [folder for folder in folders if (folder / SETTINGS).is_file() and set(recorded(folder)[1]) == wanted]
    return max(found, key=lambda folder: (folder / SETTINGS).stat().st_mtime, default=None)
