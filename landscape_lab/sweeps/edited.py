"""Jobs whose configuration was edited between two starts of their sweep: run anew, never mixed."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path

from omegaconf import DictConfig

from landscape_lab.configuration.agreement import difference, settings_of_run
from landscape_lab.errors import tell
from landscape_lab.files.owning import LOCK, owned
from landscape_lab.runs import Run

ASIDE = "before"
"""The folder in a sweep's that holds what jobs had before they were run anew."""


def difference_of(run: Run, now: DictConfig) -> str:
    """In which key the configuration that a run had differs from the one that it gets now."""
    before = run.config()
    found = None if before is None else difference(settings_of_run(before, ()), settings_of_run(now, ()))
    return found or "its configuration was edited"


def set_aside(folder: Path, edited: Mapping[str, str]) -> None:
    """Move what jobs had out of the way of what they get now, and say so in a line.

    Args:
        folder: The sweep's.
        edited: The folders of these jobs, each with what was edited.

    Raises:
        FolderTaken: An earlier start of the sweep is still running one of them.
    """
    for name in edited:
        with owned(folder / name):
            target = next(
                path
                for number in count()
                if not (path := folder / ASIDE / (f"{name}_{number}" if number else name)).exists()
            )
            target.parent.mkdir(exist_ok=True)
            (folder / name).rename(target)
            (target / LOCK).unlink()
    if edited:
        name, reason = next(iter(edited.items()))
        jobs, had = ("1 job is", "it") if len(edited) == 1 else (f"{len(edited)} jobs are", "they")
        tell(f"{jobs} run anew: of {name} {reason}. What {had} had is in {folder / ASIDE}.")
