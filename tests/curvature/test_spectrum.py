"""The spectrum in one look, against dense Hessians in float64."""

import copy
import importlib

import naive_networks as naive
import numpy as np
import pytest
import torch

from landscape_lab.curvature import eigenvalues_along, hessians, layers, spectrum
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape

MODULE = importlib.import_module("landscape_lab.curvature.spectrum")  # a function has its name
POINT = naive.points_of(NetworkLandscape(naive.mlp(), naive.classes(30)), 1)[0]


@pytest.fixture(scope="module")
def landscape():
    return NetworkLandscape(naive.mlp(), naive.classes(30))


@pytest.fixture(scope="module")
def matrix(landscape):
    """Its dense Hessian in float64."""
    return hessians(copy.deepcopy(landscape).double(), POINT[None].double())[0]


@pytest.mark.parametrize("whole", [0, MODULE.WHOLE])
def test_a_network_against_its_dense_hessian(landscape, matrix, whole, monkeypatch):
    monkeypatch.setattr(MODULE, "WHOLE", whole)
    heard = []
    found = spectrum(landscape, POINT, heard=heard.append)
    values = torch.linalg.eigvalsh(matrix).flip(0).numpy()
    np.testing.assert_allclose(found.top, values[:5], atol=2e-6 * values[0])
    np.testing.assert_allclose(found.bottom, values[-5:], atol=2e-6 * values[0])
    assert found.trace == pytest.approx(float(matrix.trace()), rel=1e-4)
    assert found.error_of_trace == 0.0  # each layer has fewer weights than products
    assert found.exact == (whole > 0) == (not heard)
    moment = found.density.weights @ found.density.nodes
    assert moment == pytest.approx(values.mean(), abs=0.2 * values.std())
    for name, part in layers(landscape).items():
        block = matrix[part, part]
        assert found.layers[name].highest == pytest.approx(float(torch.linalg.eigvalsh(block)[-1]), rel=1e-4)
        assert found.layers[name].trace == pytest.approx(float(block.trace()), rel=1e-4)


def test_little_time_means_few_products(landscape, matrix, monkeypatch):
    monkeypatch.setattr(MODULE, "WHOLE", 0)
    heard = []
    found = spectrum(landscape, POINT, seconds=1e-9, heard=heard.append)
    assert len(heard) <= heard[0] == 60 + 60 + 2 * 12 * len(layers(landscape))
    assert found.error_of_trace > 0  # twelve products for fifteen weights and more
    assert abs(found.trace - float(matrix.trace())) < 6 * found.error_of_trace


def test_both_curvatures_along_a_path():
    landscape = FunctionLandscape(lambda x, y: x**3 - y**2 + x * y, start=(1.0, 1.0))
    points = torch.tensor([[1.0, 2.0], [-0.5, 0.0], [torch.nan, 0.0]])
    found = eigenvalues_along(landscape, points)
    for (x, _), values in zip(points[:2].double().numpy(), found, strict=False):
        expected = np.linalg.eigvalsh(np.array([[6 * x, 1.0], [1.0, -2.0]]))[::-1]
        np.testing.assert_allclose(values, expected, rtol=1e-6)
    assert np.isnan(found[2]).all()


@pytest.mark.parametrize("whole", [0, MODULE.WHOLE])
def test_a_hessian_that_is_not_finite_is_one_line(landscape, whole, monkeypatch):
    monkeypatch.setattr(MODULE, "WHOLE", whole)
    with pytest.raises(ValueError, match="A Hessian should be finite to have a"):
        spectrum(landscape, torch.full_like(POINT, torch.nan))
