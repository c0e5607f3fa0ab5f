"""CMA-ES converges without a gradient."""

from functools import partial

import torch
from descents import STARTS, descend, landscape_at

from landscape_lab.optimizers import CMAES


def test_cma_es_converges_without_a_gradient():
    torch.manual_seed(0)
    landscape = landscape_at(STARTS, "sphere")
    points, _ = descend(partial(CMAES, sigma=0.5), landscape, 60)
    assert landscape.evaluate(points[-1]).max() < 1e-6
