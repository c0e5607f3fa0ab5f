"""CMA-ES converges without a gradient."""

import copy
from functools import partial

import pytest
import torch
from descents import STARTS, descend, landscape_at

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import CMAES


def test_cma_es_converges_without_a_gradient():
    torch.manual_seed(0)
    landscape = landscape_at(STARTS, "sphere")
    points, _ = descend(partial(CMAES, sigma=0.5), landscape, 60)
    assert landscape.evaluate(points[-1]).max() < 1e-6


def test_separable_learns_a_spread_for_each_number_and_no_covariance():
    torch.manual_seed(0)
    landscape = FunctionLandscape(lambda x, y: 1e4 * x**2 + y**2, start=STARTS).double()
    points, optimizer = descend(partial(CMAES, sigma=0.5, separable=True), landscape, 120)
    assert landscape.evaluate(points[-1]).max() < 1e-6
    spreads = optimizer.state_dict()["distributions"][0]["_C"]
    assert spreads.shape == (2,)
    assert spreads[0] < 0.01 * spreads[1]


@pytest.mark.parametrize("separable", [False, True])
def test_a_checkpoint_keeps_the_distributions_and_their_random_numbers(separable):
    torch.manual_seed(0)
    factory = partial(CMAES, separable=separable)
    landscape = landscape_at(STARTS)
    points, optimizer = descend(factory, landscape, 9)
    kept = copy.deepcopy(optimizer.state_dict())
    other = landscape_at(points[-1].tolist())
    resumed = factory(other.parameters())
    resumed.load_state_dict(kept)
    torch.manual_seed(5)
    for _ in range(4):
        for one, place in ((optimizer, landscape), (resumed, other)):
            one.step(lambda place=place: place.evaluate(place.flat()))
    assert torch.equal(landscape.flat(), other.flat())
