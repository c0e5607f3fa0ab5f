"""A folder belongs to one running process: a lock that dies with it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omegaconf import DictConfig

from landscape_lab.files.writing import naming, remove_unfinished

LOCK = ".lock"
"""The file that the owner of a folder holds; it is there only as long as the owner lives, or was killed."""
UNNOTICED = (LOCK, ".hydra")
"""What may lie in a folder that nobody has used yet."""


class FolderTaken(ValueError):
    """The folder belongs to another process."""


@contextmanager
def owned(folder: Path, *, named: bool = True) -> Iterator[Path]:
    """Own a folder, which is made where it is missing; nobody else who asks for it gets it meanwhile.

    What killed processes were writing into it goes.

    The lock is the system's: it ends with the process, however that ends, and holds between machines
    as far as their file system does.

    Args:
        folder: Which.
        named: Whether the user chose it. Another folder beside it, `…_1`, `…_2`, takes its place
            otherwise, where it is owned or was used already.

    Raises:
        FolderTaken: A folder that the user chose is another's.
    """
    chosen, lock = _claimed(folder) if named else _free(folder)
    remove_unfinished(chosen)
    try:
        yield chosen
    finally:
        (chosen / LOCK).unlink(missing_ok=True)  # before the lock ends: it may be another's afterwards
        os.close(lock)
        with suppress(OSError):
            chosen.rmdir()  # where nothing was written into it


def _claimed(folder: Path) -> tuple[Path, int]:
    """This folder and its lock."""
    lock = _lock(folder)
    if lock is None:
        raise FolderTaken(
            f"The folder {folder} belongs to another running process{_owner(folder)}. Wait for its end, or "
            "choose another folder."
        )
    return folder, lock


def _free(folder: Path) -> tuple[Path, int]:
    """The first folder of this name, or of this name and a number, that nobody owns or has used."""
    number, candidate = 0, folder
    while (lock := _lock(candidate)) is None or not _is_unused(candidate):
        if lock is not None:
            (candidate / LOCK).unlink(missing_ok=True)
            os.close(lock)
        number += 1
        candidate = folder.with_name(f"{folder.name}_{number}")
    return candidate, lock


def _is_unused(folder: Path) -> bool:
    """Whether nobody has written anything into a folder."""
    return all(path.name in UNNOTICED for path in folder.iterdir())


def _lock(folder: Path) -> int | None:
    """The descriptor that holds the lock of a folder, or `None` where another one does."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:
            continue  # the owner has just left, and took the empty folder away
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        if _is_there(lock, folder / LOCK):
            break
        os.close(lock)  # the owner removed the file between our opening and our locking it
    try:
        with naming(folder / LOCK):
            os.truncate(lock, 0)
            os.write(lock, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
    except OSError:
        (folder / LOCK).unlink()
        os.close(lock)
        raise
    return lock


def _is_there(lock: int, path: Path) -> bool:
    """Whether a descriptor is that of the file which now has this path."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False


def _owner(folder: Path) -> str:
    """Who owns a folder, as its lock says, in brackets."""
    try:
        text = (folder / LOCK).read_text().strip()
    except (OSError, ValueError):
        return ""
    return f" ({text})" if text else ""


def is_named(hydra: DictConfig, mode: str) -> bool:
    """Whether the user chose the folder of a `run` or of a `sweep`: else it is named by the second."""
    return "${now:" not in str(hydra[mode]._get_node("dir")._value())
