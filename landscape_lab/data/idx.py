"""Files in the IDX format of MNIST and Fashion-MNIST: numbers of 8 bits after their shape."""

import gzip
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

BYTES = 0x08
"""The code of unsigned numbers of 8 bits, the only type these data sets use."""


def read_idx(path: Path) -> Tensor:
    """The numbers of a file, packed with gzip or not, as uint8 in their own shape.

    Raises:
        ValueError: It is not such a file, or it is cut off.
    """
    content = _unpacked(path)
    if len(content) < 4 or content[:3] != bytes([0, 0, BYTES]):
        raise ValueError(
            f"The file {path} should be in the IDX format with numbers of 8 bits. It begins {content[:4]!r}."
        )
    axes = content[3]
    begin = 4 + 4 * axes  # after the code and a number of 32 bits, most significant byte first, for each axis
    shape = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(axes)]
    values = np.frombuffer(content, np.uint8)[begin:]
    if len(values) != np.prod(shape, dtype=np.int64):
        raise ValueError(
            f"The file {path} should hold {' × '.join(map(str, shape))} numbers. Found {len(values):,}."
        )
    return torch.from_numpy(values.reshape(shape).copy())


def _unpacked(path: Path) -> bytes:
    """The content of a file, packed with gzip or not."""
    content = path.read_bytes()
    try:
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError) as error:
        raise ValueError(
            f"The file {path} should be packed with gzip. It cannot be unpacked: {error}."
        ) from error


def find_idx(folder: Path, part: str, what: str, axes: int) -> Path:
    """One of the four files of a data set, under any of its usual names.

    Args:
        folder: Where they are.
        part: `train` or `t10k`.
        what: `images` or `labels`.
        axes: 3 for images, 1 for labels.

    Raises:
        ValueError: There is none; the message says where to put it and what it is called.
    """
    usual = f"{part}-{what}-idx{axes}-ubyte"
    for name in (usual, f"{part}-{what}.idx{axes}-ubyte"):
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    more = ", or do without with data.validation=0" if part == "t10k" else ""
    raise ValueError(
        f"There is no file {folder / usual}.gz. Put it there, or say where it is with data.folder=…{more}."
    )
