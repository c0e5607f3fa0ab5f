"""Gradients on a plane, against finite differences of the clean loss."""

import numpy as np
import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.planes import Plane
from landscape_lab.planes.slopes import MOST, gradients_at, on_plane, slopes_of


def differences(landscape, plane, place, width):
    """The derivative of the loss along both directions of a plane, by central differences, float64."""
    moves = width * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    points = plane.points(torch.from_numpy(place + moves))
    losses = landscape.evaluate(points.to(landscape.flat())).double().numpy()
    return np.array([losses[0] - losses[1], losses[2] - losses[3]]) / (2 * width)


def picture():
    """Not square, so that a unit of x is another number of pixels than one of y."""
    column, row = torch.meshgrid(torch.arange(9.0), torch.arange(5.0), indexing="xy")
    return ImageLandscape(0.3 * (0.4 * column).sin() + 0.02 * row**2, smoothing=0, start=(0.2, -0.1)).double()


def formula():
    return FunctionLandscape.named("himmelblau", start=(0.3, -1.2)).double()


@pytest.mark.parametrize("make", [picture, formula])
def test_a_gradient_is_the_displacement_along_which_the_loss_rises(make):
    """Along directions of length `units` the derivative is longer, and a displacement shorter, by so much."""
    landscape = make()
    plane, point = Plane.of(landscape), landscape.flat()
    found = slopes_of(landscape, plane, point.numpy()[None], [0])
    derivative = differences(landscape, plane, plane.project(point.numpy())[0], 1e-5)
    units = np.array(landscape.axes.unit)
    np.testing.assert_allclose(found.gradients[0, 0], derivative / units**2, rtol=1e-3)
    np.testing.assert_allclose(found.norms[0, 0], np.linalg.norm(derivative / units), rtol=1e-3)


def test_of_many_dimensions_it_is_projected():
    landscape = FunctionLandscape(lambda x: (x**2).sum(-1) / 2, dims=4, start=(1.0, 2.0, 3.0, 4.0)).double()
    oblique = torch.tensor([[2.0, 0, 0, 0], [1.0, 1.0, 0, 0]], dtype=torch.float64)
    plane = Plane(torch.ones(4, dtype=torch.float64), oblique)
    path = np.array([[[1.0, 2.0, 3.0, 4.0]], [[0.5, 0.0, 0.0, 1.0]]])
    found = slopes_of(landscape, plane, path, [0])
    np.testing.assert_allclose(found.gradients[:, 0], [[-0.5, 2.0], [0.25, 0.0]], atol=1e-12)
    np.testing.assert_allclose(found.norms[:, 0], np.linalg.norm(path[:, 0], axis=1))


def test_long_paths_have_some_and_a_short_time_fewer():
    landscape = FunctionLandscape(lambda x: (x**2).sum(-1), dims=3, start=(1.0, 2.0, 3.0))
    path = np.ones((1000, 2, 3), np.float32)
    plane = Plane(torch.zeros(3), torch.eye(3)[:2])
    whole = slopes_of(landscape, plane, path, [0, 1])
    assert len(whole.places) == MOST // 2
    assert whole.places[[0, -1]].tolist() == [0, 999]
    assert len(slopes_of(landscape, plane, path, [0], seconds=0).places) == 5


def test_where_there_is_no_gradient_there_is_none():
    def picky(x, y):
        if (x > 5).any():
            raise ValueError("too far")
        return (x**2 + y).sqrt()

    found = gradients_at(FunctionLandscape(picky, start=(1, 0)), torch.tensor([[2.0, 0], [9, 0], [0, -1]]))
    np.testing.assert_allclose(found[0], [1.0, 0.25])
    assert found[1:].isnan().all()


def test_where_autograd_cannot_follow_differences_do():
    rounded = FunctionLandscape(lambda x, y: (x**2 + y).detach(), start=(1, 0), gradient="central")
    np.testing.assert_allclose(gradients_at(rounded, torch.tensor([[2.0, 0.0]])), [[4.0, 1.0]], rtol=1e-2)


def test_a_vector_has_no_origin():
    plane = Plane(torch.tensor([1e6, 1e6, 1e6]), torch.eye(3)[:2])
    np.testing.assert_array_equal(on_plane(plane, np.array([1e-7, 2.0, 3.0])), [1e-7, 2.0])
