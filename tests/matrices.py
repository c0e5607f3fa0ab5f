"""Symmetric matrices with known spectra, as products."""

import numpy as np
import torch

from landscape_lab.landscapes import FunctionLandscape


class Known:
    """Dense matrices `[n, dims, dims]` as `Products`."""

    def __init__(self, matrices):
        self.matrices = matrices
        self.shape = tuple(matrices.shape[:2])
        self.device = matrices.device
        self.made = 0

    def __call__(self, vectors):
        self.made += 1
        return (self.matrices @ vectors.to(self.matrices).unsqueeze(-1)).squeeze(-1)


def with_spectra(*spectra, seed=0):
    """A matrix for each list of eigenvalues, in random orthogonal bases."""
    random = np.random.default_rng(seed)
    found = []
    for values in spectra:
        basis = np.linalg.qr(random.standard_normal((len(values), len(values))))[0]
        found.append(basis * np.asarray(values) @ basis.T)
    return Known(torch.from_numpy(np.stack(found)))


def bent():
    """A landscape whose Hessian at (x, y, z) is known by hand."""
    return FunctionLandscape(
        lambda points: points[..., 0] ** 2 * points[..., 1] + points[..., 2].sin(), start=(1.0, 3.0, 0.5)
    )


def bent_hessian(x, y, z):
    """Its second derivatives."""
    return np.array([[2 * y, 2 * x, 0.0], [2 * x, 0.0, 0.0], [0.0, 0.0, -np.sin(z)]])
