"""Newton's steps are those of its formula."""

from functools import partial

import pytest
import torch
from descents import MINIMUM, descend, quadratic

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import (
    Newton,
)


def test_newton_solves_a_quadratic_in_one_step():
    points, _ = descend(Newton, quadratic([[3.0, -2.0], [-4.0, 1.0]]), 1)
    torch.testing.assert_close(points[1], MINIMUM.expand(2, -1), rtol=0, atol=1e-12)


def test_newton_goes_away_from_a_saddle_and_no_further_than_its_radius():
    landscape = FunctionLandscape(lambda x, y: x**2 - y**2, start=(1.0, 0.1)).double()
    points, _ = descend(partial(Newton, radius=0.25), landscape, 1)
    assert abs(points[1, 0, 1]) > 0.1
    assert (points[1] - points[0]).norm() == pytest.approx(0.25)


def test_newton_takes_a_share_and_a_least_curvature():
    points, _ = descend(partial(Newton, lr=0.5), quadratic((3.0, -2.0)), 1)
    torch.testing.assert_close(points[1], (points[0] + MINIMUM) / 2)
    flat = FunctionLandscape(lambda x, y: 2 * x + 0 * y, start=(0.0, 0.0)).double()
    points, _ = descend(partial(Newton, damping=4.0), flat, 1)
    torch.testing.assert_close(points[1], torch.tensor([[-0.5, 0.0]], dtype=torch.float64))
