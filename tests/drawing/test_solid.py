"""A scene in space: where its surface is, where it has holes, and how the paths lie on it."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from scenes import RAMP, recorded, scene, trajectory

from landscape_lab.drawing.palette import path_color
from landscape_lab.drawing.relief import HEIGHT
from landscape_lab.drawing.solid import RADIUS, SIDES, solid
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of

PIXELS = [[3, 4], [20, 10], [20, 10], [50, 35]]


@pytest.fixture(scope="module")
def ramp():
    """40 rows, 60 columns, brighter to the right; a path downwards on the map, which stands still once."""
    return scene(trajectory(PIXELS, [1.0, 0.5, 0.5, 0.2]))


@pytest.fixture(scope="module")
def formula():
    """x + 10 y, which rises upwards on its map, wider than high."""
    landscape = FunctionLandscape(
        lambda x, y: x + 10 * y, start=(0.0, 0.0), bounds=((-2.0, 2.0), (-1.0, 1.0))
    )
    paths = [
        recorded([[[-1.0, -0.5], [1.0, 0.5]], [[0.0, 0.5], [0.5, -0.5]]], [[1.0, 2.0], [3.0, 4.0]], "two"),
        recorded([[1.0, 0.0], [50.0, 0.0]], [1.0, 2.0], "away"),
    ]
    made = scene_of(landscape, paths, settings=PlaneSettings(window="bounds", resolution=24))
    return replace(made, losses=made.losses[:18])  # not as many rows as columns


def test_a_pictures_surface_stands_where_its_pixels_are(ramp):
    surface, _ = solid(ramp)
    assert surface.name == "surface"
    assert (surface.vertices.shape, surface.faces.shape) == ((2400, 3), (2 * 39 * 59, 3))
    for row, column in ((0, 0), (7, 31), (39, 59)):
        x, y, z = surface.vertices[row * 60 + column]
        assert x == pytest.approx((2 * column + 1) / 60 - 1)
        assert y == pytest.approx((1 - (2 * row + 1) / 40) * 40 / 60)  # the first row is the farthest
        assert z == pytest.approx(HEIGHT * float(RAMP[row, column]), abs=1e-6)
        assert abs(surface.colors[row * 60 + column] / 255 - float(RAMP[row, column])).max() < 0.01


def test_a_formulas_surface_rises_upwards_on_its_map(formula):
    surface = solid(formula)[0]
    rows, columns = formula.losses.shape
    assert rows != columns
    top, bottom = surface.vertices[:columns], surface.vertices[-columns:]
    assert top[:, 1].min() > bottom[:, 1].max()
    np.testing.assert_allclose(top[:, 2] / HEIGHT, scaled(formula.losses)[-1], atol=1e-6)


def scaled(losses):
    return (losses - losses.min()) / (losses.max() - losses.min())


def test_faces_look_upwards(ramp, formula):
    for surface in (solid(ramp)[0], solid(formula)[0]):
        a, b, c = surface.vertices[surface.faces].transpose(1, 0, 2)
        assert (np.cross(b - a, c - a)[:, 2] > 0).all()
        np.testing.assert_allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-6)
    slope = 0.7 * HEIGHT / (2 * 59 / 60)  # levels per half-width, along x only
    np.testing.assert_allclose(solid(ramp)[0].normals[0], [-slope, 0, 1] / np.hypot(slope, 1), atol=1e-4)


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_where_a_loss_is_not_finite_there_is_a_hole(formula, lost):
    losses = formula.losses.copy()
    losses[2, 5] = lost  # the third row from the bottom
    surface = solid(replace(formula, losses=losses))[0]
    rows, columns = losses.shape
    assert len(surface.vertices) == rows * columns - 1
    assert len(surface.faces) == 2 * (rows - 1) * (columns - 1) - 6
    y = (2 * 2 + 1) / rows - 1
    missing = np.array([(2 * 5 + 1) / columns - 1, y / 2])  # the window is twice as wide as high
    assert np.abs(surface.vertices[:, :2] - missing).max(axis=1).min() > 0.9 / columns
    broken = solid(replace(formula, losses=np.full_like(losses, lost)))
    assert broken == []


def test_a_path_lies_on_the_surface_in_its_colour(ramp):
    path = solid(ramp)[1]
    assert path.name == "sgd, lr 0.1"
    centres = path.vertices.reshape(-1, 2 * SIDES, 3)
    x = centres[..., 0].mean(axis=1)
    # a plane z = slope · (x + 59/60) + 0.2 HEIGHT, on which the centre of each piece is
    slope = 0.7 * HEIGHT / (2 * 59 / 60)
    np.testing.assert_allclose(centres[..., 2].mean(axis=1), slope * (x + 59 / 60) + 0.2 * HEIGHT, atol=1e-3)
    np.testing.assert_allclose(path.vertices[0, 0], 2 * 3.5 / 60 - 1, atol=2 * RADIUS)
    np.testing.assert_allclose(path.vertices[0, 1], (1 - 2 * 4.5 / 40) * 40 / 60, atol=2 * RADIUS)
    np.testing.assert_allclose(path.vertices[-1, :2], [101 / 60 - 1, (1 - 71 / 40) * 2 / 3], atol=2 * RADIUS)
    np.testing.assert_allclose(
        path.colors / 255, np.tile(to_rgb(path_color(0)), (len(path.colors), 1)), atol=0.01
    )


def test_tubes_are_closed_and_look_outwards(ramp):
    path = solid(ramp)[1]
    pieces = len(path.vertices) // (2 * SIDES)
    sides = np.sort(
        np.concatenate([path.faces[:, [0, 1]], path.faces[:, [1, 2]], path.faces[:, [2, 0]]]), axis=1
    )
    assert (np.unique(sides, axis=0, return_counts=True)[1] == 2).all()
    a, b, c = path.vertices.astype(float)[path.faces].transpose(1, 0, 2)
    volume = (a * np.cross(b, c)).sum() / 6  # positive where all faces look outwards
    ring = SIDES / 2 * np.sin(2 * np.pi / SIDES) * RADIUS**2
    ends = path.vertices.reshape(pieces, 2, SIDES, 3).mean(axis=2)
    assert volume == pytest.approx(ring * np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum(), rel=1e-3)


def test_members_and_places_beside_the_window(formula):
    surface, two, away = solid(formula, segments=40)
    halves = [1, 0.5]
    assert (np.abs(surface.vertices[:, :2]) <= halves).all()
    for part in (two, away):
        assert (np.abs(part.vertices[:, :2]) <= np.array(halves) + 2 * RADIUS).all()
    starts = two.vertices.reshape(2, -1, SIDES, 3)[:, 0].mean(axis=1)  # of each member
    np.testing.assert_allclose(starts[:, :2], [[-0.5, -0.25], [0.5, 0.25]], atol=RADIUS)
    assert len(two.vertices) <= 40 * 2 * SIDES


def test_cells_are_bounded(formula):
    surface = solid(formula, cells=8)[0]
    assert len(surface.vertices) == 8 * round(8 * formula.losses.shape[0] / formula.losses.shape[1])
