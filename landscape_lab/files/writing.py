"""Files that appear whole or not at all, and survive a crash; what killed processes left of theirs goes."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

PREFIX = ".unfinished-"
"""How the name of a file begins that is being written; it is locked as long as its process lives."""
REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""What a disk says that takes no more: full, a quota, a limit, read only, broken."""
PROBE = 2**16
"""Bytes that a disk which takes more takes."""


@contextmanager
def replacing(path: str | PathLike[str], *, durable: bool = False) -> Iterator[Path]:
    """A temporary path beside `path`, with its suffix.

    What is written there gets the name of `path` at the end, or vanishes on an error.

    Args:
        path: The file.
        durable: Whether it has to be on the disk, and not only on the way, when this returns: after a
            power cut either the old file is there or the new one. That takes a disk milliseconds.

    Raises:
        OSError: The disk takes no more, or the folder cannot be written to; the message names both.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished, lock = _begun(path)
    except OSError as error:
        raise _named(error, path) from error
    try:
        yield unfinished
        unfinished.chmod(0o666 & ~_umask())
        if durable:
            _sync(unfinished)
        unfinished.replace(path)
        if durable:
            with suppress(OSError):  # some file systems do not sync folders
                _sync(path.parent)
    except Exception as error:
        if (refusal := _refusal(error, unfinished)) is None:
            raise
        raise _named(refusal, path) from error
    finally:
        unfinished.unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name a file, its folder and the reason where the disk refuses what is written, and the error does not.

    Args:
        path: The file, or what is known of it.

    Raises:
        OSError: The disk refuses.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSALS or error.filename is not None:
            raise
        raise _named(error, path) from error


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes were writing into a folder and the folders in it; of the living nothing.

    A file counts as a dead one's where its lock is free: it ends with a process, however that ends.
    """
    for path in (*folder.glob(f"{PREFIX}*"), *folder.glob(f"*/{PREFIX}*")):
        with suppress(OSError):  # it is locked, or another one removes it, too
            handle = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(handle)


def _begun(path: Path) -> tuple[Path, int]:
    """An empty file beside `path`, and the descriptor that holds its lock."""
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=PREFIX, suffix=path.suffix)
        with suppress(OSError):  # a file system without locks: then nobody removes it, either
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if Path(name).exists():
            return Path(name), handle
        os.close(handle)  # who removes what dead processes left saw it before it was locked


def _refusal(error: Exception, path: Path) -> OSError | None:
    """Why a disk takes no more of a file, if that is behind an error.

    Libraries that write in C tell no reason, so a few bytes more are tried.
    """
    if isinstance(error, OSError) and error.errno in REFUSALS:
        return error
    try:
        with path.open("ab") as file:
            file.write(bytes(PROBE))
            file.flush()
            os.fsync(file.fileno())  # some file systems refuse only then
    except OSError as refusal:
        return refusal
    return None


def _named(error: OSError, path: Path) -> OSError:
    """An error that names the file, the reason and the folder."""
    reason = os.strerror(error.errno or errno.EIO)
    folder = str(path.parent.absolute())
    return OSError(error.errno, f"Cannot write {path.name} ({reason}) in the folder", folder)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
