"""Directions of the sharpest curvature, against the dense Hessian in float64."""

import numpy as np
import pytest
import torch
from networks import line, linear

from landscape_lab.curvature import hessians
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import hessian

FORM = torch.tensor([[3.0, 1.0, 0.0], [1.0, -2.0, 0.5], [0.0, 0.5, 1.0]])
"""A quadratic form with a curvature of each sign."""


def quadratic():
    return FunctionLandscape(
        lambda at: torch.einsum("...i,ij,...j->...", at, FORM.to(at), at) / 2, start=(1.0, 0.0, 0.0)
    )


@pytest.mark.parametrize(("second", "column"), [("top", 1), ("bottom", 0)])
def test_directions_are_eigenvectors_of_the_dense_hessian(second, column):
    found = hessian(quadratic(), torch.zeros(3), second).numpy()
    vectors = np.linalg.eigh(FORM.double().numpy())[1]
    for direction, expected in zip(found, vectors.T[[2, column]], strict=True):
        np.testing.assert_allclose(direction, expected * np.sign(expected[abs(expected).argmax()]), atol=1e-5)


def test_only_kept_numbers_make_a_direction():
    kept = torch.tensor([True, True, True, True, False, False])
    found = hessian(linear(), line(1.0), kept=kept)
    assert not found[:, 4:].any()
    block = hessians(linear(), line(1.0)[None], slice(0, 4))[0].double()
    values = torch.linalg.eigvalsh(block)
    curvatures = torch.einsum("ki,ij,kj->k", found[:, :4], block, found[:, :4])
    torch.testing.assert_close(curvatures, values[[3, 2]], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(found @ found.T, torch.eye(2).double(), atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    ("formula", "words"), [(lambda x, y: x - y, "Found zero"), (lambda x, y: (x + y).log(), "Found NaN")]
)
def test_what_has_no_curvature_is_one_line(formula, words):
    landscape = FunctionLandscape(formula, start=(1.0, 1.0))
    with pytest.raises(ValueError, match=f"should be finite and not zero: plane=hessian. {words}"):
        hessian(landscape, torch.tensor([1.0, -1.0]))
