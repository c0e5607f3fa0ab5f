"""Walls and movers at the edge of a landscape."""

import pytest
import torch

from landscape_lab.landscapes.boundaries import Wall, excess, make_boundary

BOUNDS = torch.tensor([[-1.0, 0.0], [1.0, 3.0]], dtype=torch.float64)
POINTS = torch.tensor([[0.0, 1.0], [-1.5, 1.0], [2.0, 5.0], [1.0, -0.25]], dtype=torch.float64)


def test_what_lies_outside_is_measured_with_its_sign():
    assert excess(POINTS, BOUNDS).tolist() == [[0, 0], [-0.5, 0], [1, 2], [0, -0.25]]


@pytest.mark.parametrize("power", [1, 4])
def test_the_gradient_of_a_wall_is_the_derivative_of_its_height(power):
    wall = Wall(0.7, power)
    points = POINTS.clone().requires_grad_()
    wall.height(excess(points, BOUNDS)).sum().backward()
    added = wall.add_gradient(torch.zeros_like(POINTS), excess(POINTS, BOUNDS))
    torch.testing.assert_close(added, points.grad)


@pytest.mark.parametrize("kind", ["hard", "soft", "freeze", "reflect", "none"])
def test_each_kind_has_its_parts(kind):
    mover, wall = make_boundary(kind, POINTS[:1], BOUNDS, 100.0)
    assert (mover is not None) == (kind in ("freeze", "reflect"))
    assert (wall is not None) == (kind in ("hard", "soft"))


def test_an_unknown_kind_is_told():
    with pytest.raises(ValueError, match="`boundary` should be"):
        make_boundary("round", POINTS[:1], BOUNDS, 1.0)
