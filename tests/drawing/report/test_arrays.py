import zlib
from base64 import b64decode

import numpy as np
import pytest

from landscape_lab.drawing.report.arrays import packed


def read(made):
    return np.frombuffer(zlib.decompress(b64decode(made["data"])), f"<{made['type']}").reshape(made["shape"])


@pytest.mark.parametrize("kind", ["float32", "float64", "int32", "int64", "uint8"])
def test_numbers_come_back(kind):
    values = (
        np.random.default_rng(0).uniform(-3, 200, (3, 5)).clip(0 if kind == "uint8" else None).astype(kind)
    )
    made = packed(values)
    numbers = np.frombuffer(zlib.decompress(b64decode(made["data"])), f"<{made['type']}").reshape(
        made["shape"]
    )
    np.testing.assert_array_equal(numbers, values.astype(numbers.dtype))


def test_what_is_not_finite_comes_back():
    made = packed(np.array([np.nan, np.inf, -np.inf]))
    np.testing.assert_array_equal(read(made), [np.nan, np.inf, -np.inf])


def test_a_part_of_an_array_is_packed_in_its_own_order():
    values = np.arange(12.0).reshape(3, 4)
    assert packed(values.T) == packed(values.T.copy())
