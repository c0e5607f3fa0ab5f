"""The negative curvature beside the positive, on planes of formulas and of networks."""

import networks
import numpy as np
import pytest
import torch

from landscape_lab.curvature import hessians
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.planes import Plane, Window, ratio_map, ratios
from landscape_lab.planes.window import crossed

WINDOW = Window(-1.0, 3.0, -2.0, 1.0)


def test_a_formula_by_hand():
    landscape = FunctionLandscape(lambda x, y: x**3 - y**2, start=(1.0, 1.0))  # curvatures 6 x and -2
    found = ratio_map(landscape, Plane.of(landscape), WINDOW, resolution=5)
    assert (found.u.tolist(), found.v.tolist()) == ([-1, 0, 1, 2, 3], [-2, -1.25, -0.5, 0.25, 1])
    np.testing.assert_allclose(found.lowest, np.tile([-6, -2, -2, -2, -2], (5, 1)), atol=1e-5)
    np.testing.assert_allclose(found.highest, np.tile([-2, 0, 6, 12, 18], (5, 1)), atol=1e-5)
    np.testing.assert_allclose(found.ratio[0, 2:], [1 / 3, 1 / 6, 1 / 9], rtol=1e-5)
    assert np.isinf(found.ratio[:, 0]).all()
    assert found.products == 2.0


def test_rows_go_up():
    landscape = FunctionLandscape(lambda x, y: x**2 + y**3, start=(1.0, 1.0))
    found = ratio_map(landscape, Plane.of(landscape), WINDOW, resolution=4)
    np.testing.assert_allclose(found.lowest[:, 1], np.minimum(2.0, 6.0 * found.v), atol=1e-5)
    np.testing.assert_allclose(found.ratio[:, 1], [6, 3, 0, 0], atol=1e-5)  # no negative curvature: 0


@pytest.mark.parametrize("kept", [0, ratios.KEPT])
def test_a_network_against_dense_hessians(kept, monkeypatch):
    monkeypatch.setattr(ratios, "KEPT", kept)  # whether a row begins where the one before ended
    monkeypatch.setattr(ratios, "TOGETHER", 2)
    landscape = networks.linear().double()
    plane = Plane(networks.line().double(), torch.eye(6, dtype=torch.float64)[[0, 2]])
    found = ratio_map(landscape, plane, WINDOW, resolution=5, tolerance=1e-9)
    u, v = (torch.from_numpy(each) for each in (found.u, found.v))
    values = torch.linalg.eigvalsh(hessians(landscape, plane.points(crossed(u, v)))).view(5, 5, 6)
    np.testing.assert_allclose(found.lowest, values[..., 0], atol=1e-8)
    np.testing.assert_allclose(found.highest, values[..., -1], atol=1e-8)


def test_holes_are_nan():
    landscape = FunctionLandscape(lambda x, y: x.log() + y**2, start=(1.0, 1.0))
    found = ratio_map(landscape, Plane.of(landscape), WINDOW, resolution=5)
    assert np.isnan(found.ratio[:, :2]).all()
    np.testing.assert_allclose(found.ratio[:, 2:], np.tile([0.5, 1 / 8, 1 / 18], (5, 1)), rtol=1e-5)


def test_a_single_place_is_no_map():
    landscape = FunctionLandscape.named("sphere")
    with pytest.raises(ValueError, match=r"`resolution` should be at least 2. Found `resolution = 1`"):
        ratio_map(landscape, Plane.of(landscape), WINDOW, resolution=1)


@pytest.mark.parametrize("size", [(90, 60), (60, 90)])
def test_a_picture_has_no_stripes_of_its_pixels(size):
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    bowl = (columns - width / 2) ** 2 / width**2 + (rows - height / 2) ** 2 / height**2
    landscape = ImageLandscape(bowl, start=(3, 4), gradient="exact", smoothing=0)
    window = Window(2.5, width - 3.5, 2.5, height - 3.5)  # away from the edges, which are repeated
    found = ratio_map(landscape, Plane.of(landscape), window, resolution=24)
    assert found.u[[0, -1]].tolist() == [2.5, width - 3.5]
    np.testing.assert_array_equal([found.u % 1, found.v % 1], 0.5)
    assert not found.ratio.any()
