"""A path's losses against those of the plane below it."""

import numpy as np
import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane
from landscape_lab.planes.departure import MOST, Departure, departure_of

FLOOR = Plane(torch.zeros(3).double(), torch.eye(2, 3).double())


def test_losses_are_those_of_the_points_and_of_their_projections():
    sphere = FunctionLandscape.named("sphere", dims=3)
    points = np.random.default_rng(0).normal(size=(9, 2, 3))
    found = departure_of(sphere, FLOOR, points, seconds=1e-9)
    assert found.places.tolist() == list(range(9))
    np.testing.assert_allclose(found.losses, (points**2).sum(-1), rtol=1e-5)
    np.testing.assert_allclose(found.on_plane, (points[..., :2] ** 2).sum(-1), rtol=1e-5)


def test_of_many_records_some_are_compared_the_ends_among_them():
    found = departure_of(FunctionLandscape.named("sphere", dims=3), FLOOR, np.ones((5000, 1, 3)))
    assert len(found.places) <= MOST
    assert found.places[[0, -1]].tolist() == [0, 4999]


def test_losses_part_where_they_differ_by_a_twentieth_of_the_path_s_range():
    own = np.array([[1.0], [10.0], [100.0], [100.0]])
    log = Departure(np.array([0, 10, 20, 30]), own, own * np.array([[1.2], [1.3], [1.0], [np.nan]]))
    assert log.logarithmic
    assert log.parted[:, 0].tolist() == [False, True, False, True]  # a twentieth of two decades is 1.26
    assert log.parted_at(np.array([4, 6, 14, 16, 29]))[:, 0].tolist() == [False, True, True, False, True]
    linear = Departure(np.arange(2), np.array([[0.0], [10.0]]), np.array([[0.4], [9.4]]))
    assert linear.parted[:, 0].tolist() == [False, True]
