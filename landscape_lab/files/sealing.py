"""Files that tell whether they are as they were written: a checksum at the end of a zip archive.

`torch.save` and NumPy write zip archives, which may end with a comment. Ours is the digest of all that
stands before it, so every reader of such files still reads them.
"""

import hashlib
import os
from os import PathLike
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile
from zlib import error as ZlibError

MARK = b"landscape_lab sha256 "
"""How the comment begins; 64 hexadecimal digits follow."""
SIZE = len(MARK) + 64
"""Bytes of the comment."""
END = b"PK\x05\x06"
"""How the last part of a zip archive begins, 22 bytes long when there is no comment."""
BLOCK = 2**22
"""Bytes that are read at a time."""


def seal(path: str | PathLike[str]) -> None:
    """Write the digest of a zip archive behind it.

    Raises:
        ValueError: It is no zip archive without a comment.
    """
    path = Path(path)
    with path.open("r+b") as file:
        if path.stat().st_size < 22:
            raise ValueError(f"{path} is no zip archive.")
        file.seek(-22, os.SEEK_END)
        end = file.read(22)
        if not end.startswith(END) or end[-2:] != b"\0\0":
            raise ValueError(f"{path} should be a zip archive without a comment.")
        file.seek(-2, os.SEEK_END)
        file.write(SIZE.to_bytes(2, "little"))
    digest = _digest(path, path.stat().st_size)
    with path.open("ab") as file:
        file.write(MARK + digest)


def is_sealed(path: str | PathLike[str]) -> bool:
    """Whether a file ends with a digest, right or wrong."""
    return _end_of(Path(path)).startswith(MARK)


def is_whole(path: str | PathLike[str]) -> bool:
    """Whether a file is byte by byte what was sealed."""
    path = Path(path)
    return _end_of(path) == MARK + _digest(path, path.stat().st_size - SIZE)


def is_intact(path: str | PathLike[str]) -> bool:
    """Whether nothing tells that a file was damaged: its digest, or the checksums that a zip archive has.

    What is no zip archive tells nothing.
    """
    if is_sealed(path):
        return is_whole(path)
    if not is_zipfile(path):
        return True
    try:
        with ZipFile(path) as archive:
            return archive.testzip() is None
    except (BadZipFile, OSError, EOFError, RuntimeError, ZlibError):
        return False


def _end_of(path: Path) -> bytes:
    """The last bytes of a file, as many as a comment has."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - SIZE))
        return file.read()


def _digest(path: Path, size: int) -> bytes:
    """The SHA-256 of the first bytes of a file, in hexadecimal digits."""
    digest, left = hashlib.sha256(), size
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(left, BLOCK))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest().encode()
