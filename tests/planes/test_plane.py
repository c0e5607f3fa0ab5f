"""Places become points, and points places."""

import numpy as np
import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.planes import Plane, plane

OBLIQUE = Plane(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
NORMAL = np.array([1.0, -1.0, 1.0])


@pytest.mark.parametrize("block", [1, 4, 2**22])
def test_plane_projects_onto_oblique_directions(block, monkeypatch):
    monkeypatch.setattr(plane, "BLOCK", block)
    places = torch.tensor([[0.5, -1.0], [2.0, 0.25]])
    points = OBLIQUE.points(places).numpy()
    np.testing.assert_allclose(OBLIQUE.project(points), places, atol=1e-6)
    np.testing.assert_allclose(OBLIQUE.project(points + 5 * NORMAL), places, atol=1e-6)
    np.testing.assert_allclose(OBLIQUE.off(points), 0.0, atol=1e-6)
    np.testing.assert_allclose(OBLIQUE.off(points[:, None] - 5 * NORMAL), 5 * 3**0.5, rtol=1e-6)


def test_a_plane_of_half_precision_points_on_disk_reads_them_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(plane, "BLOCK", 64)
    points = np.random.default_rng(0).normal(size=(7, 2, 301)).astype(np.float16)
    points.tofile(tmp_path / "points.f16")
    mapped = np.memmap(tmp_path / "points.f16", np.float16, "r", shape=points.shape)
    wide = Plane(torch.randn(301), torch.randn(2, 301))
    offsets = points.astype(float) - wide.origin.double().numpy()
    expected = np.linalg.lstsq(wide.directions.double().numpy().T, offsets.reshape(14, -1).T, rcond=None)
    np.testing.assert_allclose(wide.project(mapped), expected[0].T.reshape(7, 2, 2), atol=1e-9)
    np.testing.assert_allclose(wide.off(mapped).ravel() ** 2, expected[1], rtol=1e-9)


def test_the_plane_of_a_picture_counts_pixels():
    whole = Plane.of(ImageLandscape(torch.rand(40, 60), smoothing=0))
    np.testing.assert_allclose(
        whole.project(np.array([[-1.0, -1.0], [1.0, 1.0]])), [[-0.5, -0.5], [59.5, 39.5]]
    )


def test_more_dimensions_need_a_choice():
    with pytest.raises(ValueError, match=r"should have 2 dimensions .* Found 3"):
        Plane.of(FunctionLandscape.named("sphere", dims=3))


def test_points_that_are_not_finite_have_no_place():
    assert np.isnan(OBLIQUE.project(np.array([[np.nan, 0.0, 0.0]]))).all()
    assert np.isnan(OBLIQUE.off(np.array([[np.nan, 0.0, 0.0]]))).all()
