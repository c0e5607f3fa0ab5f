"""Spectral densities against those of all eigenvalues."""

import numpy as np
import pytest
import torch
from matrices import with_spectra

from landscape_lab.curvature import Density, density

SPECTRUM = np.concatenate([np.random.default_rng(0).standard_normal(120), [6.0, 9.0]])


def test_it_is_that_of_all_eigenvalues():
    (found,) = density(with_spectra(SPECTRUM), runs=20, steps=40)
    grid, values = found.smoothed(width=0.4)
    bells = np.exp(-0.5 * ((grid[:, None] - SPECTRUM) / 0.4) ** 2) / (0.4 * np.sqrt(2 * np.pi))
    assert np.trapezoid(np.abs(values - bells.mean(axis=1)), grid) < 0.12
    assert np.trapezoid(values, grid) == pytest.approx(1.0, abs=1e-3)


def test_moments_are_traces():
    both = with_spectra(SPECTRUM, 2 - SPECTRUM)
    found = density(both, runs=400, steps=6)
    for each, values in zip(found, (SPECTRUM, 2 - SPECTRUM), strict=True):
        assert each.weights.sum() == pytest.approx(1.0)
        for power in (1, 2):
            moment = each.weights @ each.nodes**power
            assert moment == pytest.approx((values**power).mean(), abs=0.1 * (values**power).std())


def test_few_dimensions_are_whole():
    (found,) = density(with_spectra([2.0, -1.0]), runs=3)
    np.testing.assert_allclose(np.sort(found.nodes), [-1, -1, -1, 2, 2, 2], atol=1e-12)
    grid, values = Density(np.array([3.0]), np.array([1.0])).smoothed()  # one node has no length
    assert grid[values.argmax()] == pytest.approx(3.0, abs=1e-2)


def test_what_has_no_density_is_one_line():
    products = with_spectra(SPECTRUM)
    with pytest.raises(ValueError, match=r"`runs` and `steps` should be positive. Found `runs = 0`"):
        density(products, runs=0)
    products.matrices *= torch.nan
    with pytest.raises(ValueError, match="should be finite to have a density"):
        density(products)
