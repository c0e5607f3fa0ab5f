"""Random search goes down, whatever the parabola."""

from functools import partial

import pytest
import torch
from descents import STARTS, descend, landscape_at, quadratic

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import (
    RandomSearch,
)


def test_random_search_goes_to_the_minimum_of_a_parabola():
    landscape = quadratic([[3.0, -2.0], [-4.0, 1.0]])
    points, _ = descend(partial(RandomSearch, lr=50.0), landscape, 1)
    slopes = torch.autograd.functional.jacobian(lambda x: landscape.evaluate(x).sum(), points[1])
    torch.testing.assert_close(
        ((points[1] - points[0]) * slopes).sum(1), torch.zeros(2).double(), atol=1e-6, rtol=0
    )
    assert (points[1] != points[0]).all()


def test_random_search_goes_downhill_where_there_is_no_minimum():
    landscape = FunctionLandscape(lambda x, y: -(x**2) - y**2, start=(0.25, 0.5)).double()
    points, _ = descend(partial(RandomSearch, lr=0.5), landscape, 1)
    assert (points[1] - points[0]).norm() == pytest.approx(0.5)
    assert landscape.evaluate(points[1]) < landscape.evaluate(points[0])


def test_random_search_converges_without_a_gradient():
    torch.manual_seed(0)
    landscape = landscape_at(STARTS, "sphere")
    points, _ = descend(partial(RandomSearch, lr=0.5), landscape, 300)
    assert landscape.evaluate(points[-1]).max() < 1e-6
