"""Studies: where they are stored, who works on them, and what a killed process left."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.study import Study
from optuna.trial import TrialState
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from landscape_lab.validation import check_choice

EMBEDDED = {"sqlite": "study.db", "journal": "study.journal"}
"""The storages in a sweep's own folder, and their files."""
PATIENCE = 20.0
"""Seconds to wait for a SQLite file that another process writes."""
ATTEMPTS = 3
"""How often the tables of a database are made, if others make them at the same time."""
AT_OPENING = (ArgumentError, ImportError, RuntimeError, KeyError, ValueError, OSError)
"""What else a storage raises when it is opened: no driver, another version, a file that is something else."""
RUNNER = "runner"
"""The attribute of a trial that tells which process runs it."""
INSTEAD_OF = "instead_of"
"""The attribute of a trial that tells which one, cut, it does again."""

optuna.logging.set_verbosity(optuna.logging.WARNING)


def check_storage(storage: str) -> None:
    """Raise `ValueError` unless a storage is `sqlite`, `journal` or an URL."""
    if "://" not in storage:
        check_choice("sweep.storage", storage, [*EMBEDDED, "an URL (postgresql://…)"])


def open_storage(storage: str, folder: Path) -> BaseStorage:
    """The storage of a study: `sqlite` or `journal` in the sweep's folder, or an URL.

    Raises:
        ValueError: What is there cannot be read; nothing is changed then.
    """
    if storage in EMBEDDED:
        folder.mkdir(parents=True, exist_ok=True)
    if storage == "journal":
        path = str(folder / EMBEDDED["journal"])
        with told(storage, folder, *AT_OPENING):
            _check_journal(Path(path))
            return JournalStorage(JournalFileBackend(path, lock_obj=JournalFileOpenLock(path)))
    url = f"sqlite:///{folder / EMBEDDED['sqlite']}" if storage == "sqlite" else storage
    engine = {"connect_args": {"timeout": PATIENCE}} if url.startswith("sqlite:") else {"pool_pre_ping": True}
    with told(storage, folder, *AT_OPENING):
        return _with_tables(url, engine)


def _with_tables(url: str, engine: dict[str, Any]) -> RDBStorage:
    """A database with Optuna's tables; where another process makes them at the same moment, its tables."""
    for _ in range(ATTEMPTS - 1):
        try:
            return RDBStorage(url, engine_kwargs=engine)
        except (IntegrityError, OperationalError, ProgrammingError) as error:
            if not isinstance(error, IntegrityError) and "already exists" not in str(error.orig):
                raise
            time.sleep(1.0)
    return RDBStorage(url, engine_kwargs=engine)


def _check_journal(path: Path) -> None:
    """Raise `ValueError` where a line cannot be read: Optuna would go on writing after it."""
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True) if path.exists() else (), start=1):
        try:
            json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number} is not JSON") from error
        if not line.endswith(b"\n"):
            raise ValueError(f"line {number} is cut")


@contextmanager
def told(storage: str, folder: Path, *more: type[Exception]) -> Iterator[None]:
    """Tell a storage's error on one line, which names it.

    Args:
        storage: As in `open_storage`.
        folder: The sweep's.
        more: Errors that can only be the storage's here.

    Raises:
        ValueError: For every error of the storage.
    """
    try:
        yield
    except (StorageInternalError, SQLAlchemyError, JSONDecodeError, *more) as error:  # type: ignore[misc]
        cause: BaseException = error
        while isinstance(cause, StorageInternalError | SQLAlchemyError) and cause.__cause__ is not None:
            cause = cause.__cause__
        reason = str(getattr(cause, "orig", None) or cause).split("\n", maxsplit=1)[0]
        raise ValueError(
            f"The study's storage {place(storage, folder)} cannot be used: {reason}. Nothing was deleted; when it can be "
            f"used again, go on with sweep.resume={folder}"
        ) from error


def place(storage: str, folder: Path) -> str:
    """Where a study is, without a password."""
    if storage in EMBEDDED:
        return str(folder / EMBEDDED[storage])
    try:
        return make_url(storage).render_as_string(hide_password=True)
    except ArgumentError:
        return storage


def this_process() -> str:
    """The machine, the process and when it began, so that a number used again is not taken for the same."""
    return f"{socket.gethostname()} {os.getpid()} {_began(os.getpid())}"


def gone(runner: str) -> bool:
    """Whether a process of this machine is no more; of others we cannot know."""
    machine, pid, began = runner.rsplit(" ", 2)
    if machine != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return _began(int(pid)) != began


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine did; `-` where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "-"


def take_up(study: Study) -> list[int]:
    """Let every trial that a killed process left be tried again, and return their numbers: each fails, its settings wait anew."""
    left = [
        trial
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if gone(trial.user_attrs.get(RUNNER, this_process()))
    ]
    for trial in left:
        study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
        study.enqueue_trial(trial.params, user_attrs={INSTEAD_OF: trial.number})
    return [trial.number for trial in left]


def taken(study: Study) -> int:
    """How many trials are done or being run, but for those that are tried again."""
    trials = study.get_trials(deepcopy=False)
    again = sum(INSTEAD_OF in trial.user_attrs for trial in trials)
    return sum(trial.state is not TrialState.WAITING for trial in trials) - again
