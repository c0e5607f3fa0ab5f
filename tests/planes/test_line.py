"""Losses on a line between two points, and the barrier there."""

import numpy as np
import pytest
import torch
from networks import line, linear

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Line, interpolate


def test_a_line_is_measured_from_its_first_point_to_its_second():
    landscape = linear()
    found = interpolate(landscape, -line(), line(), 5)
    assert found.shares.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    points = torch.stack([(1 - share) * -line() + share * line() for share in found.shares.tolist()])
    expected = landscape.measure(points)
    assert found.measures.keys() == expected.keys() == {"loss", "accuracy"}
    for name, values in expected.items():
        np.testing.assert_allclose(found.measures[name], values, rtol=1e-5)


def test_the_barrier_is_the_height_above_the_straight_line_between_the_ends():
    hill = FunctionLandscape(lambda x, y: x + 5 * torch.exp(-((x - 1) ** 2) * 4), start=(0.0, 0.0))
    found = interpolate(hill, torch.tensor([-1.0, 0.0]), torch.tensor([3.0, 0.0]), 101)
    assert found.barrier == pytest.approx(5.0, rel=1e-5)
    assert found.summit == pytest.approx(0.5)
    bowl = interpolate(FunctionLandscape.named("sphere"), torch.tensor([-1.0, 0.0]), torch.tensor([1.0, 0.0]))
    assert bowl.barrier == 0.0
    assert np.isnan(Line(np.linspace(0, 1, 3), {"loss": np.array([0.0, np.nan, 0.0])}).barrier)


def test_points_that_make_no_line_are_told():
    with pytest.raises(ValueError, match=r"should join two different points. Found start and end equal"):
        interpolate(linear(), line(), line())
    with pytest.raises(ValueError, match="The point start should have 6 numbers"):
        interpolate(linear(), torch.zeros(3), torch.ones(3))
    with pytest.raises(ValueError, match="The point start should be finite"):
        interpolate(linear(), line() * torch.nan, line())
