"""How much of a plane is drawn."""

import numpy as np
import pytest
import torch
from networks import linear

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane, PlaneSettings, Window, window_of
from landscape_lab.planes.ranges import rising

BOOTH = FunctionLandscape.named("booth")
WHOLE = Plane.of(BOOTH)
PLACES = np.array([[0.0, 0.0], [4.0, 2.0]])


def window(landscape=BOOTH, plane=WHOLE, places=PLACES, **settings):
    return window_of(landscape, plane, places, PlaneSettings(**settings), 0.5)


def valley(a=1.0, b=1.0, lowest=1.0):
    """A landscape whose loss is 1 + a x² + b y²."""
    return FunctionLandscape(lambda x, y: lowest + a * x**2 + b * y**2, start=(0.0, 0.0))


def test_bounds_are_grown_to_hold_the_path_unless_they_are_asked_for():
    (low, high) = BOOTH.bounds.tolist()
    assert window().extent == pytest.approx((low[0], high[0], low[1], high[1]))
    far = np.array([[0.0, 0.0], [high[0] + 1.0, 0.0]])
    assert window(places=far).right > high[0] + 1.0
    assert window(places=far, window="bounds").right == pytest.approx(high[0])


def test_a_path_has_a_margin():
    assert window(window="path") == Window(-1.0, 5.0, -0.5, 2.5)
    assert window(window="path", margin=0.5) == window(margin=0.5) == Window(-2.0, 6.0, -1.0, 3.0)
    tight = window(margin=0.0)
    assert (tight.left, tight.right) == pytest.approx((-0.4, 4.4))  # a tenth, so that marks are seen


def test_given_ends_are_taken():
    assert window(window=[[-1, 2], [0, 0.5]]) == Window(-1.0, 2.0, 0.0, 0.5)
    with pytest.raises(ValueError, match=r"from a lower to a higher end. Found `plane.window = \[\[2, 1\]"):
        window(window=[[2, 1], [0, 1]])


def test_bounds_of_a_network_are_told_to_be_none():
    network, plane = linear(), Plane(torch.zeros(6), torch.eye(2, 6))
    with pytest.raises(ValueError, match="may be bounds only of a two-dimensional landscape"):
        window(network, plane, window="bounds")
    with pytest.raises(ValueError, match="may be bounds only"):  # they are no rectangle of a turned plane
        window(directions="random", window="bounds")
    assert window(network, plane) == Window(-1.0, 5.0, -0.5, 2.5)


def test_normalised_directions_are_drawn_from_minus_one_to_one_and_hold_the_path():
    network, plane = linear(), Plane(torch.zeros(6), torch.eye(2, 6))
    places = np.array([[0.0, 0.1], [1.2, 0.0]])
    found = window(network, plane, places, directions="filter_normalised")
    assert found.extent == pytest.approx((-1.0, 1.26, -1.0, 1.0))


def test_a_window_doubles_until_the_loss_has_risen_along_each_axis():
    plane, size = Plane(torch.zeros(2), torch.eye(2)), Window(-0.5, 0.5, -0.5, 0.5)
    found = rising(valley(1.0, 100.0), plane, 10.0, size)
    for half, curvature in ((found.right, 1.0), (found.last, 100.0)):
        assert 1.0 + curvature * half**2 >= 10.0 > 1.0 + curvature * (half / 2) ** 2
        assert np.log2(half * 128) == pytest.approx(round(np.log2(half * 128)))
    assert (found.left, found.first) == (-found.right, -found.last)


def test_one_side_is_enough_where_the_loss_falls_on_the_other():
    slope = FunctionLandscape(lambda x, y: torch.exp(x) + y**2, start=(0.0, 0.0))
    found = rising(slope, Plane(torch.zeros(2), torch.eye(2)), 5.0, Window(-1.0, 1.0, -1.0, 1.0))
    assert np.log(5.0) <= found.right < 2 * np.log(5.0)
    assert found.left == -found.right


def test_a_loss_that_is_not_finite_has_risen():
    wall = FunctionLandscape(lambda x, y: torch.where(x.abs() > 3, torch.nan, 1.0 + y**2), start=(0.0, 0.0))
    found = rising(wall, Plane(torch.zeros(2), torch.eye(2)), 5.0, Window(-1.0, 1.0, -1.0, 1.0))
    assert 3.0 < found.right <= 6.0


def test_a_loss_that_does_not_rise_or_is_not_positive_is_told():
    plane, size = Plane(torch.zeros(2), torch.eye(2)), Window(-0.5, 0.5, -0.5, 0.5)
    with pytest.raises(ValueError, match="may be rise only where the loss at the centre is positive"):
        rising(valley(lowest=0.0), plane, 10.0, size)
    with pytest.raises(ValueError, match=r"`plane.rise` should be a factor by which the loss rises"):
        rising(valley(a=0.0), plane, 10.0, size)
