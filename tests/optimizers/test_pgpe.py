"""PGPE follows the gradient that mirrored pairs tell, at the speed of ClipUp."""

import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import PGPE


def steps_of(optimizer, landscape, number):
    """The points of some steps, `[number + 1, members, dims]`, and how often the closure was called."""
    calls, points = 0, [landscape.flat().clone()]

    def closure():
        nonlocal calls
        calls += 1
        return landscape.evaluate(landscape.flat())

    for _ in range(number):
        optimizer.step(closure)
        points.append(landscape.flat().clone())
    return torch.stack(points), calls


def test_its_gradient_is_the_landscapes_own_for_many_pairs():
    torch.manual_seed(0)
    landscape = FunctionLandscape(lambda x, y: 3.0 * x - 4.0 * y, start=[(0.3, 0.2)]).double()
    optimizer = PGPE(landscape.parameters(), lr=0.5, sigma=0.1, candidates=4000)
    points, calls = steps_of(optimizer, landscape, 1)
    step = (points[1] - points[0])[0]
    torch.testing.assert_close(step, torch.tensor([-0.3, 0.4]).double(), atol=0.02, rtol=0)
    assert calls == 4001  # the first tells how many rows there are


def test_no_step_is_longer_than_the_speed_and_they_reach_it():
    torch.manual_seed(0)
    landscape = FunctionLandscape(lambda x, y: 3.0 * x - 4.0 * y, start=[(0.3, 0.2)]).double()
    points, _ = steps_of(PGPE(landscape.parameters(), lr=0.1, sigma=0.1, candidates=50), landscape, 20)
    lengths = points.diff(dim=0).norm(dim=-1)
    assert lengths[0].item() == pytest.approx(0.1)
    assert lengths.max() <= 0.2 + 1e-9
    assert lengths[-1].item() == pytest.approx(0.2, rel=1e-6)


def test_the_spread_grows_where_far_is_better_and_shrinks_at_a_minimum():
    torch.manual_seed(0)
    for sign, compare in ((1.0, torch.lt), (-1.0, torch.gt)):
        landscape = FunctionLandscape(
            lambda x, y, sign=sign: sign * (x**2 + y**2), start=[(0.0, 0.0)]
        ).double()
        optimizer = PGPE(landscape.parameters(), lr=1e-6, sigma=0.1, candidates=60)
        steps_of(optimizer, landscape, 10)
        sigma = optimizer.state[landscape.points]["sigma"]
        assert compare(sigma, torch.tensor(0.1)).all()
        assert (sigma >= 0.1 * 0.8**10).all()
        assert (sigma <= 0.1 * 1.2**10).all()


def test_each_number_has_its_own_spread():
    torch.manual_seed(0)
    landscape = FunctionLandscape(lambda x, y: 1e4 * x**2 + y, start=[(0.0, 0.0)]).double()
    optimizer = PGPE(landscape.parameters(), lr=1e-6, sigma=0.1, candidates=60)
    steps_of(optimizer, landscape, 30)
    across, along = optimizer.state[landscape.points]["sigma"][0]
    assert across < 0.5 * along


@pytest.mark.parametrize(("dims", "candidates"), [(1, 4), (2, 6), (20, 12)])
def test_by_default_candidates_are_pairs_and_the_spread_is_fifteen_steps(dims, candidates):
    parameter = torch.nn.Parameter(torch.ones(1, dims))
    optimizer = PGPE([parameter], lr=0.01)
    calls = 0

    def closure():
        nonlocal calls
        calls += 1
        return parameter.square().sum()

    optimizer.step(closure)
    assert calls == 1 + candidates
    sigma = optimizer.state[parameter]["sigma"]
    assert 0.8 * 0.3 <= sigma.norm().item() <= 1.2 * 0.3
