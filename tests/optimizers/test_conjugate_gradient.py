"""Conjugate gradients end where the theory says."""

import torch
from descents import MINIMUM, descend, quadratic

from landscape_lab.optimizers import (
    NonlinearConjugateGradient,
)


def test_conjugate_gradients_solve_a_quadratic_in_two_steps():
    points, _ = descend(NonlinearConjugateGradient, quadratic([[3.0, -2.0], [-4.0, 1.0]]), 2)
    torch.testing.assert_close(points[2], MINIMUM.expand(2, -1), rtol=0, atol=1e-10)
    assert (points[1] - MINIMUM).norm(dim=1).min() > 0.01
