"""One path on several planes."""

import pytest
import torch
from networks import line, linear, path

from landscape_lab.drawing.planes import planes_figure
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of

PATH = path(-line(), torch.tensor([0.0, 1.0, 0.5, 0.0, -1.0, 0.3]), line())


def test_each_plane_has_its_map_and_tells_its_share(monkeypatch):
    monkeypatch.setattr("landscape_lab.planes.grid.SECONDS", 0.01)
    settings = PlaneSettings(resolution=20)
    scene = scene_of(linear(), [PATH], settings=settings, grid=False, extras=["planes"])
    figure = planes_figure(scene)
    titles = [axes.get_title("left") for axes in figure.axes]
    shares = [sum(each.plane.explained) for each in scene.compared.values()]
    for name, share in zip(scene.compared, shares, strict=True):
        assert f"{name}: {share:.1%} of the motion" in titles
    assert shares[2] == max(shares)
    assert all(each.losses.shape == (20, 20) for each in scene.compared.values())
    assert "each map is a slice of 6 dimensions" in figure.get_suptitle()


def test_a_scene_of_one_plane_is_told():
    with pytest.raises(ValueError, match="should have other planes"):
        planes_figure(scene_of(linear(), [PATH], grid=False))
