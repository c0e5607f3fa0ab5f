"""Files of CIFAR-10's binary version: the class, then the red, green and blue of 32 × 32 pixels."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
TRAINING = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = ("test_batch.bin",)


def read_cifar10(folder: Path, names: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """Pictures `[n, 3, 32, 32]` as uint8 and classes `[n]` of those of the named files that exist.

    Raises:
        ValueError: None exists, or one is not of this format.
    """
    paths = [folder / name for name in names if (folder / name).is_file()]
    if not paths:
        python = (folder / names[0]).with_suffix("").is_file()
        hint = " Those of the Python version are pickles, which can run code: they are never read." * python
        raise ValueError(
            f"There is no file {folder / names[0]}. Put the files of CIFAR-10's binary version there, "
            f"or say where they are with data.folder=….{hint}"
        )
    records = np.concatenate([_records(path) for path in paths])  # [n, 3073]
    pictures = torch.from_numpy(records[:, 1:].reshape(-1, *SHAPE))
    return pictures, torch.from_numpy(records[:, 0].astype(np.int64))


def _records(path: Path) -> np.ndarray:
    """The records of one file, one on each line."""
    content = np.fromfile(path, np.uint8)
    if len(content) == 0 or len(content) % RECORD != 0 or content[::RECORD].max() > 9:
        raise ValueError(
            f"The file {path} should hold pictures of {RECORD:,} bytes each, the first a class from 0 to 9. "
            f"Found {len(content):,} bytes."
        )
    return content.reshape(-1, RECORD)
