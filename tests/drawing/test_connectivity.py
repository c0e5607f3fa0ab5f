"""The matrix of barriers."""

import numpy as np
import pytest
import torch

from landscape_lab.drawing import connectivity
from landscape_lab.drawing.connectivity import connectivity_figure
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes.connectivity import connect


@pytest.fixture(scope="module")
def found():
    well = FunctionLandscape(lambda x, y: (x**2 - 1) ** 2 + y**2, start=(1.0, 0.0))
    ends = [torch.tensor(end) for end in ((-1.0, 0.0), (1.0, 0.0), (1.0, 0.5))]
    return connect(well, ends, ["left", "right", "above"])


def test_each_cell_tells_its_barrier_and_each_end_its_loss(found):
    axes = connectivity_figure(found).axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), found.barriers)
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written[1, 0] == written[0, 1] == "1"
    assert len(written) == 6  # none on the diagonal
    assert [label.get_text() for label in axes.get_yticklabels()][2] == "above\nloss 0.25"


def test_barriers_far_below_the_losses_of_the_ends_look_small():
    ends = [torch.tensor(end) for end in ((-0.1, 3.0), (0.1, 3.0))]
    bowl = FunctionLandscape(lambda x, y: y**2 - x**2, start=(1.0, 0.0))
    found = connect(bowl, ends, ["left", "right"])
    image = connectivity_figure(found).axes[0].images[0]
    assert found.barriers.max() == pytest.approx(0.01, rel=1e-3)
    assert image.norm.vmax == pytest.approx(8.99)


def test_numbers_of_very_many_ends_are_not_written(found, monkeypatch):
    monkeypatch.setattr(connectivity, "NUMBERS", 2)
    assert not connectivity_figure(found).axes[0].texts
