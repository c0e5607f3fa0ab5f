"""How a landscape curves at the end of a path and over its plane."""

import numpy as np
import pytest
import torch
from networks import line, linear, path
from scenes import recorded

from landscape_lab.curvature import hessians
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane, Window, principal
from landscape_lab.staging import bending
from landscape_lab.staging.bending import bend_of, check_curvature, ratios_of

CUBIC = FunctionLandscape(lambda x, y: x**3 + y**2, start=(1.0, 1.0))  # curvatures 6 x and 2


def test_it_is_that_of_the_last_finite_point_of_the_best_member():
    points = np.array([[[1.0, 0.0], [0.5, 0.0]], [[0.25, 0.0], [2.0, 0.0]], [[9.0, 0.0], [np.nan, 0.0]]])
    found = bend_of(CUBIC, recorded(points, [[1, 2], [3, 4], [9, 5]]))
    assert found.member == "member 2 of 2, the best"
    assert found.spectrum.top.tolist() == [12.0]
    np.testing.assert_allclose(found.along, [[3, 2], [12, 2], [np.nan, np.nan]])
    assert found.steps.tolist() == [0, 1, 2]


def test_a_network_has_no_eigenvalues_along_its_path():
    found = bend_of(linear(), path(-line(), line()))
    values = torch.linalg.eigvalsh(hessians(linear(), line()[None])[0].double())
    assert found.along is None
    assert found.member == ""
    np.testing.assert_allclose(found.spectrum.top[0], values[-1], rtol=1e-5)


@pytest.mark.parametrize(
    ("points", "words"),
    [([[np.nan, 1.0]], "no point of the path is finite"), ([[3e38, 1e38]], "A Hessian should be finite")],
)
def test_a_path_without_curvature_is_told(points, words):
    lines = []
    landscape = FunctionLandscape(lambda x, y: x**4 + y**2, start=(1.0, 1.0))
    assert bend_of(landscape, recorded(points, [1.0]), say=lines.append) is None
    assert lines[0].startswith(f"No curvature is drawn: {words}")


def test_a_map_has_as_many_places_as_time_allows(monkeypatch):
    landscape, window = linear(), Window(-1.0, 1.0, -1.0, 1.0)
    plane = principal([path(-line(), torch.ones(6), line()).points])
    monkeypatch.setattr(bending, "COARSER", (4, 3, 2))
    assert ratios_of(landscape, plane, window).ratio.shape == (4, 4)
    monkeypatch.setattr(bending, "SECONDS", 0.0)
    assert ratios_of(landscape, plane, window).ratio.shape == (2, 2)
    monkeypatch.setattr(bending, "FINE", 9)
    found = ratios_of(CUBIC, Plane.of(CUBIC), window)
    np.testing.assert_allclose(found.ratio, np.tile(np.maximum(-3 * found.u, 0.0), (9, 1)), atol=1e-6)


def test_what_autograd_cannot_follow_twice_is_refused_before_the_descent():
    check_curvature(linear())

    class Step(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.abs()

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, slope):
            return slope

    landscape = FunctionLandscape(lambda x, y: Step.apply(x) + y, start=(1.0, 1.0))
    with pytest.raises(
        ValueError, match=r"`figures` should not have ratio here. A landscape should be twice"
    ):
        check_curvature(landscape, "ratio")
