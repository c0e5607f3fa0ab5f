"""Arrays in a page: their numbers as they are in memory, deflated, as text."""

import zlib
from base64 import b64encode

import numpy as np

KINDS = {"f": "<f4", "i": "<i4", "u": "<u1"}
"""The types a page reads, by the kind of an array's numbers."""


def packed(values: np.ndarray) -> dict[str, object]:
    """An array as `assets/arrays.js` reads it: float32, int32, or bytes.

    >>> packed(np.zeros((1, 2)))
    {'type': 'f4', 'shape': [1, 2], 'data': 'eNpjYIAAAAAIAAE='}
    """
    numbers = np.ascontiguousarray(values, KINDS[values.dtype.kind])
    data = b64encode(zlib.compress(numbers.tobytes(), 9)).decode()
    return {"type": numbers.dtype.str[1:], "shape": list(values.shape), "data": data}


def shares(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values as bytes from `low`, 0, to `high`, 255."""
    return np.round(255.0 * np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)).astype(np.uint8)
