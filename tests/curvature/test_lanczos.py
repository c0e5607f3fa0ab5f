"""Eigenvalues at both ends, against dense matrices in float64."""

import naive_networks as naive
import numpy as np
import pytest
import torch
from matrices import with_spectra

from landscape_lab.curvature import HessianProducts, eigenpairs, hessians
from landscape_lab.curvature.lanczos import FIRST_LOOK, Krylov
from landscape_lab.landscapes import NetworkLandscape

NETWORK_LIKE = np.concatenate([[9.0, 4.0, 2.5], np.geomspace(1e-6, 0.5, 60), -np.geomspace(1e-4, 0.2, 20)])


def test_both_ends_and_their_vectors():
    spectra = np.sort(NETWORK_LIKE)[::-1], np.linspace(3.0, -1.0, 83)
    products = with_spectra(*spectra)
    found = eigenpairs(products, top=3, bottom=2, tolerance=1e-10)
    for row, values in enumerate(spectra):
        np.testing.assert_allclose(found.values[row], [*values[:3], *values[-2:]], atol=1e-9 * values[0])
    through = torch.einsum("nij,nkj->nki", products.matrices, found.vectors)
    torch.testing.assert_close(through, found.values[..., None] * found.vectors, atol=1e-4, rtol=0)
    torch.testing.assert_close(
        found.vectors @ found.vectors.mT, torch.eye(5, dtype=torch.float64).expand(2, 5, 5)
    )
    assert found.converged.all()
    assert found.products == products.made


def test_it_stops_when_the_tolerance_is_met():
    (values,) = (np.sort(NETWORK_LIKE)[::-1],)
    made = []
    for tolerance in (1e-2, 1e-5, 1e-8):
        found = eigenpairs(with_spectra(values), top=1, bottom=1, tolerance=tolerance)
        assert abs(found.values[0, 1] - values[-1]) <= 3 * tolerance * values[0]
        made.append(found.products)
    assert made == sorted(made)
    assert made[0] < made[-1] < len(values)
    few = eigenpairs(with_spectra(values), top=1, bottom=1, tolerance=1e-12, limit=8)
    assert (few.products, few.converged.tolist()) == (8, [False])


def test_repeated_eigenvalues_and_few_dimensions():
    products = with_spectra([5.0, 5.0, 5.0, -1.0, -1.0], [0.0] * 5)
    found = eigenpairs(products, top=3, bottom=2)
    np.testing.assert_allclose(found.values, [[5, 5, 5, -1, -1], [0] * 5], atol=1e-12)
    single = eigenpairs(with_spectra([7.0]), top=1)
    np.testing.assert_allclose(single.values, [[7.0]])


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_eigenvalues_repeated_in_many_dimensions_are_met_as_often_as_they_are_wanted(precision):
    values = np.array([5.0, *np.linspace(5.0, 2.0, 12), *[0.0] * 300, -1.0, -1.0])
    products = with_spectra(values)
    products.matrices = products.matrices.to(precision)
    found = eigenpairs(products, top=3, bottom=4)
    np.testing.assert_allclose(found.values[0], [*values[:3], *values[-4:]], atol=2e-5)
    assert found.converged.all()
    assert found.products < 40


def test_the_basis_stays_orthonormal():
    space = Krylov(with_spectra(NETWORK_LIKE), torch.ones(1, len(NETWORK_LIKE)), 70, torch.Generator())
    for _ in range(70):
        space.grow()
    basis = space.basis[0]
    torch.testing.assert_close(basis @ basis.T, torch.eye(70, dtype=torch.float64), atol=1e-12, rtol=0)
    inside = basis @ space.products.matrices[0] @ basis.T
    torch.testing.assert_close(inside, space.tridiagonal()[0], atol=1e-10, rtol=0)


def test_a_matrix_that_is_not_finite_is_nan_and_spoils_no_other():
    products = with_spectra(np.linspace(1, 2, 12), np.linspace(-2, 3, 12))
    products.matrices[0] *= torch.nan
    found = eigenpairs(products, top=1, bottom=1)
    assert found.values[0].isnan().all()
    np.testing.assert_allclose(found.values[1], [3.0, -2.0], atol=1e-6)
    assert found.converged.tolist() == [False, True]


def test_where_nothing_is_finite_no_more_products_are_made():
    products = with_spectra(np.linspace(1, 2, 40))
    products.matrices *= torch.nan
    assert eigenpairs(products, top=1).products == FIRST_LOOK


def test_a_good_start_saves_products():
    products = with_spectra(NETWORK_LIKE)
    cold = eigenpairs(products, top=1, bottom=1, tolerance=1e-8)
    warm = eigenpairs(products, top=1, bottom=1, tolerance=1e-8, start=cold.vectors.sum(1))
    assert warm.products < cold.products
    torch.testing.assert_close(warm.values, cold.values)


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_a_network_against_its_dense_hessian(precision):
    inputs, targets = naive.classes(30)
    landscape = NetworkLandscape(naive.mlp(), (inputs, targets))
    expected = torch.linalg.eigvalsh(hessians(landscape.double()))[0].flip(0)
    found = eigenpairs(HessianProducts(landscape.to(precision)), top=5, bottom=5)
    expected = torch.cat([expected[:5], expected[-5:]])
    assert float((found.values[0] - expected).abs().max()) <= 1e-6 * float(expected.abs().max())


def test_what_does_not_exist_is_one_line():
    products = with_spectra([1.0, 2.0])
    with pytest.raises(ValueError, match=r"`top` and `bottom` should ask for 1 to 2 .*`top = 2`"):
        eigenpairs(products, top=2, bottom=1)
    with pytest.raises(ValueError, match="`tolerance` should be positive"):
        eigenpairs(products, tolerance=0.0)
