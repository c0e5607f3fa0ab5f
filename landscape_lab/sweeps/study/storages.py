"""Where a study is stored."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from json import JSONDecodeError
from pathlib import Path

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from landscape_lab.sweeps.resume import words_to_go_on
from landscape_lab.sweeps.study.journal import open_journal
from landscape_lab.sweeps.study.servers import ServerStorage
from landscape_lab.validation import check_choice

EMBEDDED = {"sqlite": "study.db", "journal": "study.journal"}
"""The storages in a sweep's own folder, and their files."""
PATIENCE = 20.0
"""Seconds to wait for a SQLite file that another process writes."""
HEARTBEAT, DEAD = 30, 300
"""Seconds between two heartbeats of a running trial, and after how many without one its process is dead."""
ATTEMPTS = 3
"""How often we try to make the tables of a database while other processes make them, too."""
AT_OPENING = (ArgumentError, ImportError, RuntimeError, KeyError, ValueError, OSError)
"""What else opening a storage raises: without a driver, of another version, of a file that is none."""


def quieten_optuna() -> None:
    """Let Optuna report warnings only: the sweep has a line of its own that shows how far it is."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def check_storage(storage: str) -> None:
    """Raise `ValueError` unless a storage is `sqlite`, `journal` or an URL."""
    if "://" not in storage:
        check_choice("sweep.storage", storage, [*EMBEDDED, "an URL (postgresql://…)"])


def open_storage(storage: str, folder: Path, *, known: bool = False) -> BaseStorage:
    """The storage of a study: `sqlite` or `journal` in the sweep's folder, or an URL.

    Args:
        storage: Which.
        folder: The sweep's.
        known: Whether it was there when the study began: then a server may be away for a while.

    Raises:
        ValueError: What is there cannot be read; nothing is changed then.
    """
    if storage in EMBEDDED:
        folder.mkdir(parents=True, exist_ok=True)
    if storage == "journal":
        with named_errors(storage, folder, *AT_OPENING):
            return open_journal(folder / EMBEDDED["journal"])
    url = f"sqlite:///{folder / EMBEDDED['sqlite']}" if storage == "sqlite" else storage
    make: Callable[[], RDBStorage]
    if url.startswith("sqlite:"):  # a file does not go away, but others may write it
        make = partial(RDBStorage, url, engine_kwargs={"connect_args": {"timeout": PATIENCE}})
    else:
        make = partial(
            ServerStorage.opened if known else ServerStorage,
            url,
            engine_kwargs={"pool_pre_ping": True},
            heartbeat_interval=HEARTBEAT,
            grace_period=DEAD,
        )
    with named_errors(storage, folder, *AT_OPENING), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # of heartbeats
        return _with_tables(make)


def _with_tables(make: Callable[[], RDBStorage]) -> RDBStorage:
    """A database with Optuna's tables; where another process makes them at the same moment, its tables."""
    for _ in range(ATTEMPTS - 1):
        try:
            return make()
        except (IntegrityError, OperationalError, ProgrammingError) as error:
            if not isinstance(error, IntegrityError) and "already exists" not in str(error.orig):
                raise
            time.sleep(1.0)
    return make()


@contextmanager
def named_errors(storage: str, folder: Path, *more: type[Exception]) -> Iterator[None]:
    """Report a storage's error on one line, which names the storage.

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
            f"The study's storage {address(storage, folder)} cannot be used: {reason}. Nothing was deleted; "
            f"when it can be used again, go on with {words_to_go_on(folder)}"
        ) from error


def address(storage: str, folder: Path) -> str:
    """Where a study is, without a password."""
    if storage in EMBEDDED:
        return str(folder / EMBEDDED[storage])
    try:
        return make_url(storage).render_as_string(hide_password=True)
    except ArgumentError:
        return storage
