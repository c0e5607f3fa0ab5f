"""Labels along an axis."""

import pytest
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from landscape_lab.drawing.style import apart_on, distinct, fill_scale, in_full, label_cost


@pytest.mark.parametrize(
    ("whole", "last", "labels"),
    [
        (True, 3, ["0", "1", "2", "3"]),
        (True, 20_000, ["0", "5k", "10k", "15k", "20k"]),
        (False, 0.8, ["0", "0.2", "0.4", "0.6", "0.8"]),
    ],
)
def test_labels_are_short_and_steps_whole(whole, last, labels):
    axes = Figure(figsize=(4.0, 3.0)).subplots()
    axes.set_xlim(0, last)
    label_cost(axes.xaxis, whole)
    found = [label.get_text() for label in axes.get_xticklabels()]
    assert [label for label in found if label in labels] == labels
    assert not any("m" in label for label in found)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2000.0, "2,000"), (12345.6, "12,346"), (0.05, "0.05"), (-3.14159, "−3.14"), (0.0, "0"),
        (5e37, "5e+37"), (2e-7, "2e-07"), (999.6, "1,000"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_full_unless_they_are_huge_or_tiny(value, words):
    assert in_full(value) == words


def test_numbers_of_a_bar_are_told_apart():
    assert distinct([0.2311, 0.2313, 0.5]) == ["0.2311", "0.2313", "0.5"]
    assert distinct([1.0, 2.0]) == ["1", "2"]
    assert distinct([1e6, 1e6 + 0.25]) == ["1000000", "1000000.2"]


@pytest.mark.parametrize("offset", [0.0, -1000.0, 1e6, -1e9, 1e12])
@pytest.mark.parametrize("span", [2.0, 3e9])
def test_numbers_along_an_axis_differ_however_far_from_0(offset, span):
    axes = Figure(figsize=(4.0, 3.0)).subplots()
    axes.set_ylim(offset, offset + span)
    axes.yaxis.set_major_formatter(apart_on(axes.yaxis))
    axes.figure.draw_without_rendering()
    texts = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(texts)) == len(texts) > 3


def test_numbers_of_a_low_bar_do_not_touch():
    axes = Figure().add_subplot()
    fill_scale(axes, ScalarMappable(LogNorm(0.01, 1.0)), "loss", 2.0, ticks=[0.02, 0.03, 0.04, 0.2, 1.0])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0.02", "0.04", "0.2", "1"]
