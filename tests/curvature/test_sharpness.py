"""Sharpness against dense eigenvalues, plain and preconditioned."""

import naive_networks as naive
import pytest
import torch

from landscape_lab.curvature import HessianProducts, hessians, sharpness
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape


def test_a_network_plain_and_preconditioned():
    inputs, targets = naive.classes(30)
    landscape = NetworkLandscape(naive.mlp().double(), (inputs.double(), targets))
    (hessian,) = hessians(landscape)
    scale = torch.rand(landscape.dims, dtype=torch.float64) + 0.5
    for given, matrix in ((None, hessian), (scale, hessian / (scale.sqrt() * scale.sqrt()[:, None]))):
        expected = float(torch.linalg.eigvalsh(matrix)[-1])
        products = HessianProducts(landscape)
        found = sharpness(products, given)
        assert found.highest == pytest.approx(expected, rel=1e-3)
        first = products.made
        assert sharpness(products, given, found.vector).highest == pytest.approx(expected, rel=1e-3)
        assert products.made - first <= first


def test_two_dimensions_are_exact():
    landscape = FunctionLandscape(lambda x, y: x * y, start=(1.0, 1.0))
    found = sharpness(HessianProducts(landscape))
    assert (found.highest, found.lowest) == (pytest.approx(1.0), pytest.approx(-1.0))
    with pytest.raises(ValueError, match="one point"):
        sharpness(HessianProducts(landscape, torch.zeros(2, 2)))
