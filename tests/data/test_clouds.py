"""Clouds of points, by their formulas."""

import math

import pytest
import torch

from landscape_lab.data import moons, random_labels, spirals


def test_spirals_lie_on_their_arms():
    data = spirals(samples=1000, noise=0.0)
    radius = data.inputs.norm(dim=-1)
    angle = 2 * math.pi / 3 * (data.targets + 2 * radius)
    expected = torch.stack([radius * angle.sin(), radius * angle.cos()], dim=-1)
    assert torch.allclose(data.inputs, expected, atol=1e-6)
    assert data.targets.bincount().tolist() == [334, 333, 333]
    assert radius.max() == pytest.approx(1.0)
    turned = spirals(noise=0.2).inputs
    assert torch.allclose(turned.norm(dim=-1), radius)


def test_random_labels_have_nothing_to_do_with_the_points():
    data = random_labels(samples=20_000, classes=4, features=3)
    assert data.inputs.shape == (20_000, 3)
    assert data.inputs.abs().max() <= 1
    assert data.targets.bincount().div(20_000).tolist() == pytest.approx([0.25] * 4, abs=0.02)
    assert torch.corrcoef(torch.stack([data.inputs[:, 0], data.targets.float()]))[0, 1].abs() < 0.03


def test_moons_are_half_circles_that_reach_into_each_other():
    data = moons(samples=100, noise=0.0)
    middles = torch.tensor([[0.0, 0.0], [1.0, 0.5]])
    from_middle = data.inputs - middles[data.targets]
    assert torch.allclose(from_middle.norm(dim=-1), torch.ones(100), atol=1e-6)
    up = torch.tensor([1.0, -1.0])[data.targets]  # the second hangs down
    assert (up * from_middle[:, 1] >= -1e-6).all()
    assert data.targets.bincount().tolist() == [50, 50]
