"""Labels along an axis."""

import pytest
from matplotlib.figure import Figure

from landscape_lab.drawing.style import label_cost


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
