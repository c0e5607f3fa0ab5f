"""Windows of landscapes, checked and made up."""

import pytest
import torch

from landscape_lab.landscapes.bounds import as_bounds, bounds_around, default_start


@pytest.mark.parametrize(
    "bounds", [(1, -1), (0, 0), [[0, 1]], [[0, 1], [2, 2]], (0, float("inf")), "wide", [0, float("nan")]]
)
def test_what_is_no_window_is_told(bounds):
    with pytest.raises(ValueError, match=r"Parameter `bounds` should be \(low, high\).* Found `bounds = "):
        as_bounds(bounds, dims=2)


def test_points_lie_within_the_window_around_them():
    points = torch.tensor([[0.5, -8.0], [-0.2, 3.0]])
    low, high = bounds_around(points)
    assert torch.equal(high, torch.tensor([1.0, 10.0]))
    assert torch.equal(low, -high)


def test_the_default_start_is_inside_and_on_no_diagonal():
    start = default_start(as_bounds([[-5, 10], [0, 15], [1, 2]], dims=3))
    assert start.shape == (1, 3)
    torch.testing.assert_close(start[0], torch.tensor([-2.75, 3.0, 1.15]))
