"""Perlin noise against the values of the C library `noise` 1.2.2, and its own laws."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from landscape_lab.landscapes.noise import CHUNK, fractal_noise

PNOISE2 = [
    ({}, (0.3, 0.4), 0.105859131),
    ({}, (-2.7, 13.9), -0.257670283),
    ({}, (300.3, -300.8), 0.304964811),
    ({"base": 5}, (7.25, 0.125), 0.279338300),
    ({"octaves": 2, "repeat": 4}, (3.6, 7.7), 0.105373643),
    ({"octaves": 3, "lacunarity": 1.7, "repeat": 3}, (2.9, 2.4), -0.205146030),
    ({"octaves": 4, "persistence": 0.7, "lacunarity": 3.0}, (5.1, 2.2), 0.042611573),
    ({"octaves": 6, "base": 42}, (0.29, 0.315), 0.093013711),
    ({"octaves": 6, "base": 42}, (0.49, 0.01), 0.000886443),
]
"""Settings, point, and what `noise.pnoise2` gives."""

CELLS = st.tuples(st.integers(-300, 300), st.integers(-300, 300))
SHARES = st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95))


@pytest.mark.parametrize(("given_settings", "point", "expected"), PNOISE2)
def test_values_are_those_of_the_c_library(given_settings, point, expected):
    assert fractal_noise(torch.tensor([point]), **given_settings).item() == pytest.approx(expected, abs=1e-7)


def test_float64_differs_from_float32_by_rounding_only():
    points = torch.rand(500, 2, generator=torch.Generator().manual_seed(0)) * 9
    exact = fractal_noise(points.double(), octaves=6, base=42)
    torch.testing.assert_close(fractal_noise(points, octaves=6, base=42).double(), exact, rtol=0, atol=1e-5)


@given(cell=CELLS, base=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_the_noise_is_zero_at_every_corner(cell, base):
    assert fractal_noise(torch.tensor([cell], dtype=torch.float64), base=base).item() == 0.0


@given(cell=CELLS, share=SHARES, octaves=st.integers(1, 3), base=st.integers(0, 300))
@settings(max_examples=20, deadline=None)
def test_autograd_equals_central_differences_twice(cell, share, octaves, base):
    point = torch.tensor([cell], dtype=torch.float64) + torch.tensor([share], dtype=torch.float64)

    def noise(at):
        return fractal_noise(at, octaves=octaves, base=base)

    assert torch.autograd.gradcheck(noise, point.requires_grad_(), eps=1e-7, atol=1e-5)
    assert torch.autograd.gradgradcheck(noise, point, eps=1e-7, atol=1e-3)


def test_the_noise_is_continuous_with_its_slope_across_the_sides_of_cells():
    along = torch.linspace(-3.0, 3.0, 101, dtype=torch.float64)
    for side in (-1.0, 0.0, 2.0):
        for swap in (False, True):
            before, after = (
                torch.stack(
                    [along, torch.full_like(along, side + step)][:: -1 if swap else 1], dim=-1
                ).requires_grad_()
                for step in (-1e-9, 1e-9)
            )
            values = [fractal_noise(points) for points in (before, after)]
            torch.testing.assert_close(*values, rtol=0, atol=1e-7)
            slopes = [
                torch.autograd.grad(value.sum(), points)[0]
                for value, points in zip(values, (before, after), strict=True)
            ]
            torch.testing.assert_close(*slopes, rtol=0, atol=1e-6)


def test_the_noise_repeats():
    points = torch.rand(100, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 4
    shifted = points + torch.tensor([8.0, -0.0])
    torch.testing.assert_close(
        fractal_noise(points, octaves=3, repeat=8), fractal_noise(shifted, octaves=3, repeat=8)
    )
    assert not torch.allclose(fractal_noise(points, octaves=3), fractal_noise(shifted, octaves=3))


def test_the_two_coordinates_are_not_alike():
    points = torch.rand(100, 2, generator=torch.Generator().manual_seed(0)) * 4
    assert not torch.allclose(fractal_noise(points), fractal_noise(points.flip(-1)))


def test_many_points_are_taken_in_parts_without_a_seam():
    points = torch.rand(2 * CHUNK + 3, 2, generator=torch.Generator().manual_seed(0)) * 9
    few = torch.arange(CHUNK - 5, CHUNK + 5)
    assert torch.equal(fractal_noise(points, octaves=2)[few], fractal_noise(points[few], octaves=2))


def test_points_that_are_not_finite_give_nan():
    assert fractal_noise(torch.tensor([[float("nan"), 0.5], [0.5, float("inf")]]), octaves=2).isnan().all()
