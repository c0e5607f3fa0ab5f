"""The loops that people know, with our class names."""

import numpy as np
import pytest
import torch

from landscape_lab import record
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape


def test_picture_descent_in_a_plain_loop():
    landscape = ImageLandscape("surfaces/spiral.png", start=(915, 500))
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.05)
    with record(landscape) as trajectory:
        for _ in range(2000):
            optimizer.zero_grad()
            landscape().sum().backward()
            optimizer.step()
    assert trajectory.losses[-1, 0] < 0.02


def test_function_descent_in_a_plain_loop():
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(-1.0, -0.9))
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.05)
    point = torch.tensor([-1.0, -0.9], requires_grad=True)
    reference = torch.optim.Adam([point], lr=0.05)
    with record(landscape) as trajectory:
        for _ in range(100):
            optimizer.zero_grad()
            loss = landscape()
            loss.backward()
            optimizer.step()
            reference.zero_grad()
            point.square().sum().backward()
            reference.step()
    np.testing.assert_allclose(trajectory.points[-1, 0], point.detach(), atol=1e-6)
    assert trajectory.losses[-1, 0] < 1e-3


def test_notebook_loop_on_the_skewed_bowl():
    """Gradient descent on 10 vᵀ G v is the iteration v ← (1 - lr 10 (G + Gᵀ)) v."""
    landscape = FunctionLandscape.named("skewed", start=(8.0, 8.0)).double()
    matrix = np.array([[1.0, -1.0], [1.0, 1.0]]) @ np.diag([1.0, 4.0])
    step = np.eye(2) - 0.001 * 10 * (matrix + matrix.T)
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.001)
    expected = np.array([8.0, 8.0])
    for _ in range(500):
        optimizer.zero_grad()
        landscape().sum().backward()
        optimizer.step()
        expected = step @ expected
        assert landscape.flat()[0].tolist() == pytest.approx(expected, abs=1e-5)
