"""The trace against the sum of known eigenvalues, and against Hutchinson's estimator."""

import numpy as np
import pytest
import torch
from matrices import with_spectra

from landscape_lab.curvature import trace

DECAYING = np.concatenate([[50.0, -20.0], 1.0 / np.arange(1, 119) ** 2])


def test_it_is_near_the_sum_of_eigenvalues():
    spectra = DECAYING, -2 * DECAYING
    products = with_spectra(*spectra)
    found = trace(products, limit=60)
    np.testing.assert_allclose(found.value, [each.sum() for each in spectra], rtol=1e-3)
    assert found.products == products.made == 60
    assert (found.error < 0.05).all()


def test_it_beats_hutchinson():
    (matrix,) = with_spectra(DECAYING).matrices
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (60, len(DECAYING)))
    hutchinson = np.einsum("ni,ij,nj->n", signs, matrix, signs).mean()
    found = trace(with_spectra(DECAYING), limit=60)
    assert abs(float(found.value) - DECAYING.sum()) < 0.01 * abs(hutchinson - DECAYING.sum())


def test_its_mean_over_seeds_is_the_trace_and_its_error_is_told():
    values = np.random.default_rng(0).standard_normal(40)
    estimates = [trace(with_spectra(values), limit=12, seed=seed) for seed in range(200)]
    found = torch.cat([each.value for each in estimates]).numpy()
    spread = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - values.sum()) < 4 * spread
    told = float(torch.cat([each.error for each in estimates]).square().mean().sqrt())
    assert 0.7 < told / found.std() < 1.4


def test_as_many_products_as_dimensions_give_it_exactly():
    products = with_spectra([3.0, -1.0, 0.5])
    found = trace(products)
    np.testing.assert_allclose(found.value, [2.5])
    assert (found.error.tolist(), found.products) == ([0.0], 3)


def test_too_few_products_are_one_line():
    with pytest.raises(ValueError, match=r"`limit` should be at least 3. Found `limit = 2`"):
        trace(with_spectra([3.0, -1.0, 0.5]), limit=2)
