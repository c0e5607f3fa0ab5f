"""Nodes are doubled where a spline misses, and nowhere else."""

import numpy as np
import pytest

from landscape_lab.planes import Window
from landscape_lab.planes.refinement import Nodes, Plan, refine

WINDOW = Window(-1.0, 1.0, -2.0, 1.0)


class Counted:
    """A loss of (u, v) that remembers where it was asked."""

    def __init__(self, loss):
        self.loss, self.places = loss, []

    def __call__(self, places):
        self.places += map(tuple, places.tolist())
        return {"loss": self.loss(*places.numpy().T)}


def test_each_axis_is_doubled_as_long_as_it_must():
    measure = Counted(lambda u, v: 9.0 + np.sin(12 * u) + v)
    nodes = refine(measure, WINDOW, Plan.as_fine_as(100))
    assert nodes.losses.shape == (13, 97)
    assert nodes.evaluated == len(measure.places) == len(set(measure.places)) == 13 * 97
    np.testing.assert_allclose(nodes.losses, 9.0 + np.sin(12 * nodes.u) + nodes.v[:, None])


def test_a_plan_is_an_upper_limit():
    rough = Counted(lambda u, v: np.random.default_rng(0).random(len(u)))
    assert refine(rough, WINDOW, Plan.as_fine_as(50)).losses.shape == (49, 49)
    nodes = refine(rough, WINDOW, Plan.within(400, 512))
    assert nodes.evaluated <= 400
    assert Plan.within(3, 512).most == 15**2


def test_holes_are_refined_no_further():
    measure = Counted(lambda u, v: np.where(u > 0.3, np.inf, 2.0 + np.sin(9 * u) * np.cos(9 * v)))
    nodes = refine(measure, WINDOW, Plan.as_fine_as(50))
    inside = sum(u > 0.7 for u, _ in measure.places)
    assert inside == 7  # one column of the first nodes
    left = nodes.u <= 0.3
    assert np.isfinite(nodes.losses[:, left]).all()
    assert not np.isfinite(nodes.losses[:, ~left]).any()
    everywhere = Counted(lambda u, v: np.full(len(u), np.nan))
    assert refine(everywhere, WINDOW, Plan.as_fine_as(50)).evaluated == 7 * 7


def test_few_nodes_prove_nothing():
    nodes = Nodes.first(Counted(lambda u, v: 1.0 + 0 * u), WINDOW, 6)
    assert nodes.errors == (np.inf, np.inf)


@pytest.mark.parametrize("resolution", [12, 20, 50, 64, 100, 512])
def test_the_finest_nodes_are_about_as_many_as_the_cells(resolution):
    plan = Plan.as_fine_as(resolution)
    assert 6 <= plan.intervals <= 12
    assert abs(plan.finest / resolution - 1) < 0.1
