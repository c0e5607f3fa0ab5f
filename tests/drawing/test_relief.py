"""The surface against what geometry tells: every ray is followed to where it first meets the ground."""

from math import cos, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landscape_lab.drawing.relief import HEIGHT, SLAB, TILT, Relief

RIDGE = np.repeat(np.exp(-(((np.arange(60) - 40.0) / 4.0) ** 2))[:, None], 90, axis=1).astype(np.float32)
"""A wall across the near half of a map of 60 × 90."""


def relief(levels, azimuth=-90.0):
    surface = Relief(levels.shape[0] / levels.shape[1], 300, 240)
    rows, columns = levels.shape
    colors = np.zeros((rows, columns, 3), np.uint8)
    colors[..., 0] = np.linspace(0, 250, columns)
    colors[..., 1] = np.linspace(0, 250, rows)[:, None]
    surface.cover(levels, colors)
    return surface, surface.look(radians(azimuth))


def meets(surface, levels, column, row):
    """Where the ray through a pixel first meets the surface, in half-widths, by small steps from the eye."""
    side = (column + 0.5 - surface.middle[0]) / surface.scale
    up = (surface.size[1] - row - 0.5 - surface.middle[1]) / surface.scale
    far = np.linspace(-surface.reach, surface.reach, 20_000)
    height = (up - far * sin(TILT)) / cos(TILT)
    azimuth = surface.azimuth
    x, y = -side * sin(azimuth) - far * cos(azimuth), side * cos(azimuth) - far * sin(azimuth)
    inside = (abs(x) < surface.half[0]) & (abs(y) < surface.half[1])
    rows, columns = levels.shape
    line = ((1 - y / surface.half[1]) * rows / 2).astype(int).clip(0, rows - 1)
    column_of = ((1 + x / surface.half[0]) * columns / 2).astype(int).clip(0, columns - 1)
    below = inside & (height <= HEIGHT * levels[line, column_of])
    if not below.any():
        return None
    first = below.argmax()
    wall = first == inside.argmax() and height[first] < HEIGHT * levels[line[first], column_of[first]] - 0.02
    return None if wall or height[first] < -SLAB else (x[first], y[first])


@settings(deadline=None, max_examples=40)
@given(st.floats(-180, 180), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_each_pixel_shows_where_its_ray_meets_the_ground(azimuth, across, down):
    v, u = np.mgrid[0:60, 0:90] / 15.0
    levels = (0.5 + 0.25 * np.sin(u) * np.cos(v)).astype(np.float32)
    surface, image = relief(levels, azimuth)
    column, row = int(across * image.shape[1]), int(down * image.shape[0])
    met = meets(surface, levels, column, row)
    if met is None or max(abs(np.array(met)) / surface.half) > 0.93:
        return
    red, green, _ = image[row, column]
    assert red / 250 == pytest.approx((1 + met[0] / surface.half[0]) / 2, abs=0.05)
    assert green / 250 == pytest.approx((1 - met[1] / surface.half[1]) / 2, abs=0.05)


def test_what_is_behind_a_wall_is_out_of_sight():
    surface, _ = relief(RIDGE)
    points = np.array([[0.0, -0.5], [0.0, -0.1], [0.0, 0.5], [2.0, 0.0]])
    pixels, sight = surface.lay(points)
    assert sight.tolist() == [True, False, True, False]
    assert np.isnan(pixels[3]).all()


@pytest.mark.parametrize("azimuth", [-90.0, -40.0, 10.0, 170.0])
def test_points_are_laid_where_the_surface_shows_them(azimuth):
    surface, image = relief(np.full((60, 90), 0.3, np.float32), azimuth)
    points = np.array([[0.5, 0.3], [-0.6, -0.4], [0.0, 0.0]])
    pixels, sight = surface.lay(points)
    assert sight.all()
    for (x, y), (column, row) in zip(points, pixels, strict=True):
        red, green, _ = image[int(image.shape[0] - row), int(column)]
        assert red / 250 == pytest.approx((1 + x / surface.half[0]) / 2, abs=0.03)
        assert green / 250 == pytest.approx((1 - y / surface.half[1]) / 2, abs=0.03)


def test_edges_are_antialiased_and_the_rest_is_white():
    _, image = relief(np.full((60, 90), 0.3, np.float32), -60.0)
    assert (image[0] == 255).all()
    tones = {tuple(pixel) for row in image for pixel in row if pixel[2] > 0}
    assert len(tones) > 10  # two sides and white alone would be three
