"""Numbers along logarithmic axes are written as people write them."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from landscape_lab.drawing.ticks import label_logarithm


def labels(low, high):
    """The numbers that stand along an axis, those of minor ticks among them."""
    axes = Figure(figsize=(5, 4)).add_subplot()
    axes.set(yscale="log", ylim=(low, high))
    label_logarithm(axes.yaxis)
    axis = axes.yaxis
    found = [*zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)]
    found += [*zip(axis.get_minorticklocs(), axis.get_minorticklabels(), strict=True)]
    return [text.get_text() for place, text in found if low <= place <= high and text.get_text()]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (150.0, 900.0, ["200", "300", "500", "700"]),
        (0.3, 40.0, ["0.5", "1", "2", "5", "10", "20"]),
        (0.0007, 1.3, ["0.001", "0.01", "0.1", "1"]),
        (900.0, 2e5, ["1,000", "2,000", "5,000", "10,000", "20,000", "50,000", "100,000", "200,000"]),
    ],
)
def test_plain_numbers(low, high, expected):
    assert labels(low, high) == expected


def test_powers_of_ten_where_numbers_would_be_long():
    words = labels(1e-13, 50.0)
    assert 4 <= len(words) <= 9
    assert words[0].startswith("10⁻¹")
    assert all(each.startswith("10") for each in words)


def test_a_short_axis_of_tiny_numbers_has_numbers():
    assert labels(1.9e-9, 7.1e-9) == ["2e-09", "3e-09", "5e-09", "7e-09"]


def test_every_axis_has_two_numbers_at_least():
    for low in np.geomspace(1e-3, 1e3, 25):
        assert len(labels(low, 4 * low)) >= 2
