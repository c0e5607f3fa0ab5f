"""A study in a file of lines, to which several processes may add some."""

import fcntl
import json
import os
from pathlib import Path

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

CUT = "is cut short, as a full disk or a power failure leaves it: take this last line away"
"""What is wrong with a journal that could not be written to its end; its other lines are whole."""


class JournalLock:
    """The system's lock on the journal itself: it ends with its process, however that ends.

    Optuna's own are files beside the journal, for half a minute of which everybody waits after a kill.

    Args:
        path: The journal, which is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = -1

    def acquire(self) -> bool:
        """Wait until nobody else has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._held = descriptor
        return True

    def release(self) -> None:
        """Let others have it."""
        os.close(self._held)


def open_journal(path: Path) -> JournalStorage:
    """The storage of a study in a journal.

    Raises:
        ValueError: A line cannot be read: Optuna would go on writing after it. Nothing is changed.
    """
    lock = JournalLock(path)
    lock.acquire()  # else a line that another process is just writing would look cut
    try:
        _check(path.read_bytes())
    finally:
        lock.release()
    backend = JournalFileBackend(str(path), lock_obj=lock)  # type: ignore[arg-type] # its class is private
    return JournalStorage(backend)


def _check(text: bytes) -> None:
    """Raise `ValueError` where a line of a journal is not a whole entry."""
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        cut = not line.endswith(b"\n")
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} {CUT if cut else 'is not JSON'}") from error
        if not isinstance(entry, dict):
            raise ValueError(f"line {number} is no entry of a journal")
        if cut:
            raise ValueError(f"line {number} {CUT}")
