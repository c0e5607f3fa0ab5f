"""Barriers between every two ends."""

import csv

import numpy as np
import pytest
import torch
from networks import halves
from torch import nn

from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.planes.connectivity import connect
from landscape_lab.planes.line import interpolate

DOUBLE_WELL = FunctionLandscape(lambda x, y: (x**2 - 1) ** 2 + y**2, start=(1.0, 0.0))
ENDS = [torch.tensor(end) for end in ((-1.0, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 0.0))]


def test_barriers_are_those_of_the_formula():
    """(x² − 1)² rises to 1 between the wells at x = ±1; from (1, 0) to (1, ½), y² is below its chord."""
    found = connect(DOUBLE_WELL, ENDS, ["left", "right", "above", "again"])
    heights = found.barriers
    np.testing.assert_array_equal(heights, heights.T)
    assert heights[0, 1] == heights[0, 3] == pytest.approx(1.0)
    assert heights[1, 2] == pytest.approx(0.0, abs=1e-6)
    assert heights[1, 3] == 0.0  # the same point
    np.testing.assert_allclose(found.losses, [0.0, 0.0, 0.25, 0.0], atol=1e-6)


def test_a_pair_is_the_line_between_the_two(tmp_path):
    """With all its weights negated a tanh network answers the same, but half-way it answers nothing."""
    landscape = NetworkLandscape(nn.Sequential(nn.Linear(2, 1), nn.Tanh(), nn.Linear(1, 2)), halves())
    good = torch.tensor([4.0, 0.0, 0.0, -4.0, 4.0, 0.0, 0.0])  # weights, bias; weights, biases
    ends = [good, 2 * good, -good]
    found = connect(landscape, ends, ["a", "b", "c"], number=11)
    own = interpolate(landscape, ends[0], ends[2], 11)
    assert found.barriers[0, 2] == own.barrier > 0
    found.save(tmp_path / "connectivity.csv")
    with (tmp_path / "connectivity.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["first"], row["second"]) for row in rows] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert float(rows[1]["barrier"]) == own.barrier
    assert float(rows[1]["summit"]) == own.summit


def test_one_end_has_no_pair():
    with pytest.raises(ValueError, match=r"two runs at least\. Found 1"):
        connect(DOUBLE_WELL, ENDS[:1], ["left"])


def test_long_work_says_how_far_it_has_come(monkeypatch):
    monkeypatch.setattr("landscape_lab.planes.progress.FIRST", 0.0)
    said = []
    connect(DOUBLE_WELL, ENDS[:3], ["left", "right", "above"], say=said.append)
    assert said[0].startswith("The connectivity has 1 of at most 3 lines")
