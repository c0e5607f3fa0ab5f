"""SophiaG is its formula."""

import numpy as np
import pytest
import torch

from landscape_lab.optimizers import (
    SophiaG,
)


def test_sophia_g_is_its_formula():
    """A worked example: lr 0.1, betas (0.5, 0.75), rho 0.5, curvature estimated at every second step."""
    parameter = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimizer = SophiaG([parameter], lr=0.1, betas=(0.5, 0.75), rho=0.5, interval=2)
    x, m, h = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for step in range(5):
        parameter.grad = torch.tensor([0.4, -30.0], dtype=torch.float64) * (step + 1)
        gradient = np.array([0.4, -30.0]) * (step + 1)
        m = 0.5 * m + 0.5 * gradient
        h = 0.75 * h + 0.25 * gradient**2 if step % 2 == 0 else h
        x = x - 0.1 * np.clip(m / np.maximum(0.5 * h, 1e-12), -1, 1)
        optimizer.step()
        np.testing.assert_allclose(parameter.detach(), x, rtol=1e-12)


def test_sophia_g_takes_sampled_labels_where_the_closure_has_them():
    parameter = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = SophiaG([parameter], lr=0.1, betas=(0.0, 0.0), rho=1.0, batch_size=3)

    def closure():
        parameter.grad = torch.tensor([2.0])
        return torch.tensor(0.0)

    def sampled():
        parameter.grad = torch.tensor([4.0])

    closure.sampled = sampled
    optimizer.step(closure)
    assert parameter.item() == pytest.approx(1.0 - 0.1 * 2.0 / (3 * 16.0))
