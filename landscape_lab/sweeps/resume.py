"""Going on with a sweep: the command line of the sweep that a folder holds."""

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from landscape_lab.configuration.composed import key_of, quoted
from landscape_lab.errors import tell
from landscape_lab.runs import FAST_LOADER, begun_in
from landscape_lab.sweeps.plan import SETTINGS
from landscape_lab.sweeps.sent import best_of, check_best, check_recorded
from landscape_lab.tables import unquoted

SWEEPS = Path("outputs/sweeps")
"""Where sweeps are, unless `hydra.sweep.dir` says otherwise."""
RESUMES = ("resume", "sweep.resume")
"""Keys that say how, not what."""


def resumed(arguments: Sequence[str]) -> list[str]:
    """Fill in the command line of a sweep that is to go on.

    `sweep.resume=DIR` stands for the command that swept into that folder; overrides beside it change the
    command. It goes on where that was called, since files are named from there: the current folder changes.
    `resume=true` in a sweep stands for the last sweep with the same overrides, if there is one.
    Overrides of a file, and those of a best job, run with `trust=false` unless `trust=true` was typed.

    Raises:
        FileNotFoundError: There is no sweep in the folder.
        ValueError: What it holds cannot be read, or asks for what the lab does not have.
    """
    values = {
        key_of(argument): unquoted(argument.partition("=")[2]) for argument in arguments if "=" in argument
    }
    many = any(re.fullmatch(r"-m|--multirun|-[a-z]*m", argument) for argument in arguments)
    if (best := best_of(arguments)) is not None and values.get("trust") != "true":
        check_best(best)
        arguments = [*arguments, "trust=false"]
    if (named := values.get("sweep.resume", "null")) not in ("", "null"):
        words = _with_recorded(arguments, Path(named), trust=values.get("trust") == "true")
        return words if many else ["-m", *words]
    if many and values.get("resume", "").lower() == "true":
        where = [Path(values["hydra.sweep.dir"])] if "hydra.sweep.dir" in values else SWEEPS.glob("*")
        last = _last(where, arguments)
        if last is None:
            tell("There is no sweep with the same overrides yet: a new one begins.")
            return list(arguments)
        tell(f"Going on with {last}.")
        return _filled(arguments, "resume", last, ["resume=true"])
    return list(arguments)


def _with_recorded(arguments: Sequence[str], folder: Path, *, trust: bool) -> list[str]:
    """A command line with what a sweep was begun with, but for what is typed anew."""
    options, settings, overrides = recorded(folder)
    if not trust:
        check_recorded(folder, options, [*settings, *overrides])
        arguments = [*arguments, "trust=false"]
    own = {key_of(argument) for argument in arguments}
    if "hydra/launcher" in own:  # another one does not take what the old one was given
        settings = [override for override in settings if not key_of(override).startswith("hydra.launcher.")]
    old = [override for override in (*settings, *overrides) if key_of(override) not in own]
    found = [] if "--config-dir" in arguments or "-cd" in arguments else options
    if (place := begun_in(folder / SETTINGS)) is not None and place != Path.cwd():
        folder = folder.absolute()
        os.chdir(place)
        tell(f"Going on from {place}, where the sweep was begun.")
    return [*found, *_filled(arguments, "sweep.resume", folder, old)]


def recorded(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """With what a sweep was begun: options, overrides of Hydra's settings, and all other overrides.

    Raises:
        FileNotFoundError: There is no sweep in the folder.
        ValueError: What it holds cannot be read.
    """
    path = folder / SETTINGS
    if not path.is_file():
        raise FileNotFoundError(f"There is no sweep in {folder}: it has no {SETTINGS}.")
    try:
        hydra = yaml.load(path.read_text(), FAST_LOADER)["hydra"]  # OmegaConf would resolve what was typed
        settings, others = list(hydra["overrides"]["hydra"]), list(hydra["overrides"]["task"])
        added = [
            source["path"]
            for source in hydra["runtime"]["config_sources"]
            if source["provider"] == "command-line"
        ]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    ours = [override for override in settings if key_of(override) not in ("hydra.sweep.dir", "hydra.mode")]
    options = [part for path in added for part in ("--config-dir", path)]
    return options, ours, [override for override in others if key_of(override) not in (*RESUMES, "trust")]


def words_to_go_on(folder: Path) -> str:
    """What goes on with the sweep in a folder, as it is typed: its owner has to trust classes of his own.

    >>> words_to_go_on(Path("outputs/sweeps/my sweep"))
    "'sweep.resume=outputs/sweeps/my sweep'"
    """
    words = [f"sweep.resume={folder}"]
    if (folder / SETTINGS).is_file():
        options, settings, overrides = recorded(folder)
        try:
            check_recorded(folder, options, [*settings, *overrides])
        except ValueError:
            words.append("trust=true")
    return shlex.join(words)


def _filled(arguments: Iterable[str], key: str, folder: Path, overrides: Sequence[str]) -> list[str]:
    """The command line in which overrides replace `key=…`, so that all options stay where they are."""
    where = quoted(str(folder))
    filled: list[str] = []
    for argument in arguments:
        if key_of(argument) == key:
            filled += [*overrides, f"sweep.resume={where}", f"hydra.sweep.dir={where}"]
        elif key_of(argument) not in RESUMES and key_of(argument) != "hydra.sweep.dir":
            filled.append(argument)
    return filled


def _last(folders: Iterable[Path], arguments: Sequence[str]) -> Path | None:
    """The newest sweep of the same overrides."""
    wanted = {
        argument
        for argument in arguments
        if argument.startswith("~") or "=" in argument
        if not key_of(argument).startswith(("-", "hydra")) and key_of(argument) not in RESUMES
    }
    found = [
        folder for folder in folders if (folder / SETTINGS).is_file() and set(recorded(folder)[2]) == wanted
    ]
    return max(found, key=lambda folder: (folder / SETTINGS).stat().st_mtime, default=None)
