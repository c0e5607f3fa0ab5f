"""The losses of a path and of the plane below it, and the dots that tell where they part."""

import numpy as np
import pytest
import torch
from scenes import recorded

from landscape_lab.drawing.figures import path_figure
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane
from landscape_lab.staging import scene_of


@pytest.fixture(scope="module")
def slice_():
    """A path that comes down onto a plane: its losses part from the plane's at its beginning."""
    height = np.linspace(3.0, 0.0, 12)
    points = np.stack([np.linspace(-1, 1, 12), np.ones(12), height], axis=1)[:, None]
    sphere = FunctionLandscape.named("sphere", dims=3)
    return scene_of(sphere, [recorded(points, (points**2).sum(-1))], Plane(torch.zeros(3), torch.eye(2, 3)))


def test_both_losses_and_the_distance_are_below_the_map(slice_):
    _, below, *others = path_figure(slice_).axes
    own, plane = below.lines
    np.testing.assert_allclose(own.get_ydata(), slice_.traces[0].losses[:, 0], rtol=1e-5)
    np.testing.assert_allclose(plane.get_ydata(), np.linspace(-1, 1, 12) ** 2 + 1, rtol=1e-5)
    assert below.get_title("left") == (
        "The map is a slice of 3 dimensions: the path leaves it by up to 3; "
        "hollow: the loss there is not the map's."
    )
    assert any(axes.get_ylabel() == "off the plane" for axes in others)


def test_rings_lie_on_the_path_where_the_losses_part(slice_):
    axes = path_figure(slice_).axes[0]
    (rings,) = (
        each for each in axes.collections if len(each.get_offsets()) > 1 and not len(each.get_facecolor())
    )
    parted = slice_.traces[0].departure.parted[:, 0]
    assert 0 < parted.sum() < 12
    np.testing.assert_allclose(rings.get_offsets(), slice_.traces[0].places[parted, 0])


def test_a_landscape_drawn_whole_has_nothing_below():
    view = scene_of(FunctionLandscape.named("booth"), [recorded([(1.0, 1.0), (0.0, 1.0)], [1.0, 2.0])])
    assert view.traces[0].departure is None
    assert {axes.get_xlabel() for axes in path_figure(view).axes} == {"x"}
