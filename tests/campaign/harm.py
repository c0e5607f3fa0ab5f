"""Commands in processes of their own, to which something happens, and what they leave.

A process is a copy of this one, which has imported everything, so that a hundred can be tried.
"""

import contextlib
import os
import re
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hydra.core.global_hydra import GlobalHydra

from landscape_lab import command_line
from landscape_lab.files.writing import PREFIX
from landscape_lab.process.stopping import signals
from landscape_lab.runs import Run

for module in (
    "lab",
    "summary",
    "sweeps.jobs",
    "sweeps.leaderboard",
    "callbacks.products",
    "drawing.figures",
):
    import_module(f"landscape_lab.{module}")  # in memory before the first copy is made
import_module("sklearn.datasets")
TIMES = {"seconds", "steps_per_second", "lr_search"}
"""Results that depend on the clock, or hold such."""
FORGOTTEN = ("events.out.", ".lock", "hparams.yaml")
"""Files that are named by the second, or belong to the living."""

PROGRESS = re.compile(
    r"\d+ of \d+ (jobs|trials) have results already\."
    r"|landscape_lab: optimizer\.lr=auto chose \S+ with \S+ evaluations\."
)
"""What is told of a sweep that goes on, and of a rate that was found, whatever happens afterwards."""

Harm = Callable[[], object]
"""What happens to a process before it begins."""


class Ended(NamedTuple):
    """How a process ended: minus the signal that killed it, or its status, and what it wrote."""

    status: int
    out: str
    err: str


class Process:
    """A command in a copy of this process.

    Args:
        folder: Where it runs.
        arguments: Of the command line.
        harm: What is done in it first.
    """

    def __init__(self, folder: Path, *arguments: str, harm: Harm | None = None) -> None:
        self._pages = [folder / f".{name}-{time.monotonic_ns()}" for name in ("out", "err")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads, which wait for nothing here
            self.pid = os.fork()
        if self.pid == 0:
            self._become(folder, arguments, harm)

    def _become(self, folder: Path, arguments: Iterable[str], harm: Harm | None) -> None:
        status = 97
        try:
            for number, page in enumerate(self._pages, start=1):
                os.dup2(os.open(page, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
            sys.__stderr__ = sys.stderr
            os.chdir(folder)
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signals.begin()
            sys.argv = ["landscape_lab", *arguments]
            GlobalHydra.instance().clear()
            if harm is not None:
                harm()
            command_line.main()
            status = 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 98
        except BaseException:  # noqa: BLE001 - a traceback is a case that is not held
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError):
                    stream.flush()
            os._exit(status)

    def wait(self) -> Ended:
        """Until it has ended."""
        _, state = os.waitpid(self.pid, 0)
        texts = [page.read_text() for page in self._pages]
        for page in self._pages:
            page.unlink()
        return Ended(os.waitstatus_to_exitcode(state), *texts)


def command(folder: Path, *arguments: str, harm: Harm | None = None) -> Ended:
    """Run a command to its end."""
    return Process(folder, *arguments, harm=harm).wait()


def at_renames(act: Callable[[int, bool], object]) -> Harm:
    """Act before and after every rename.

    Args:
        act: It gets the number of the rename, and whether it is done.
    """

    def harm() -> None:
        numbers = count()

        def wrapped(function):
            def rename(*arguments, **settings):
                number = next(numbers)
                act(number, False)
                done = function(*arguments, **settings)
                act(number, True)
                return done

            return rename

        os.replace, os.rename = wrapped(os.replace), wrapped(os.rename)

    return harm


def killed_at(number: int, *, after: bool) -> Harm:
    """Be killed before or after the rename of this number."""
    return at_renames(
        lambda now, done: os.kill(os.getpid(), signal.SIGKILL) if (now, done) == (number, after) else None
    )


def counting(page: Path) -> Harm:
    """Write a character on a page at every rename."""

    def act(number: int, done: bool) -> None:
        with page.open("a") as file:
            file.write("." * done)

    return at_renames(act)


def largest_file(size: int) -> Harm:
    """The system takes this many bytes of a file."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def state(folder: Path) -> dict[str, object]:
    """What a run left: its results without the clock's, its arrays, its weights, and which files it has."""
    run = Run(folder)
    results = run.results()
    assert results is not None, f"{run.results_file} cannot be read"
    assert "unfinished" not in results, "the run did not end"
    trajectory = run.trajectory()
    names = ("points", "losses", "steps", "evaluations")
    return {
        "results": {name: value for name, value in results.items() if name not in TIMES},
        **{name: np.asarray(getattr(trajectory, name)).tobytes() for name in names},
        **{path.name: path.read_bytes() for path in folder.glob("*.safetensors")},
        "files": files(folder),
    }


def files(folder: Path) -> list[str]:
    """The names of all files in a folder, but for those of logs and locks; none is hidden or half."""
    found = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    assert not [name for name in found if PREFIX in name], "a killed process's file is left"
    return sorted(name for name in found if not Path(name).name.startswith(FORGOTTEN))


def check_same(found: dict[str, object], wanted: dict[str, object]) -> None:
    """Fail with the names of what differs."""
    different = [name for name in wanted if found.get(name) != wanted[name]]
    if "results" in different:
        pairs = ((name, wanted["results"].get(name), value) for name, value in found["results"].items())
        different += [f"{name}: {old} is {new}" for name, old, new in pairs if old != new]
    assert not different, f"not as in a run that nothing happened to: {different}"


def check_told(ended: Ended, *, lines: int = 1) -> None:
    """Fail unless what was said is so many lines, or fewer, of ours and no traceback."""
    said = [line for line in ended.err.splitlines() if not PROGRESS.fullmatch(line)]
    assert "Traceback" not in ended.err, ended.err
    assert len(said) <= lines, ended.err
    assert all(line.startswith("landscape_lab: ") for line in said), ended.err
    assert ended.status == 0 or said, f"status {ended.status} without a word"
