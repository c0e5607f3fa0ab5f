"""BatchNorm has its statistics at each place of a plane along a path; on a random one at the centre."""

import naive_networks as naive
import pytest
import torch
from scenes import recorded

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks.batchnorm import recalibrate
from landscape_lab.planes import Plane, PlaneSettings, Window, plane_of, sample
from landscape_lab.planes.slices import slice_of

PLACES = torch.tensor([[0.0, 0.0], [0.7, -0.4], [-1.0, 0.5]], dtype=torch.float64)


def network(**settings):
    """With a layer of BatchNorm, in single precision."""
    return NetworkLandscape(naive.mlp(norm=True), naive.classes(), **settings)


def a_plane(landscape, *, random):
    """Through its own point, along two fixed directions."""
    directions = torch.randn(2, landscape.dims, generator=torch.Generator().manual_seed(1))
    return Plane(landscape.flat()[0].clone(), directions, random=random)


def losses_with_statistics_of(plane, centres):
    """By hand: running statistics are made at some points, then the plain model is asked."""
    found = []
    for place, centre in zip(PLACES, centres, strict=True):
        own = network(batchnorm="frozen")
        own.objective.eval()
        recalibrate(own.objective, own.weights.split(centre), own.batches.whole())
        found.append(own.evaluate(plane.points(place[None]).float()))
    return torch.cat(found)


def test_a_random_plane_keeps_the_statistics_of_its_centre():
    landscape = network()
    plane = a_plane(landscape, random=True)
    found = slice_of(landscape, plane)
    expected = losses_with_statistics_of(plane, [plane.origin] * 3)
    torch.testing.assert_close(found(PLACES)["loss"], expected)
    torch.testing.assert_close(found(PLACES.flip(0))["loss"].flip(0), expected)  # they are made once
    assert found(PLACES[:1])["loss"].item() == pytest.approx(landscape.evaluate(plane.origin[None]).item())


@pytest.mark.parametrize(("random", "mode"), [(False, "auto"), (True, "recalibrate"), (False, "recalibrate")])
def test_elsewhere_each_place_has_its_own(random, mode):
    landscape = network(batchnorm=mode)
    plane = a_plane(landscape, random=random)
    found = slice_of(landscape, plane)(PLACES)["loss"]
    torch.testing.assert_close(found, losses_with_statistics_of(plane, plane.points(PLACES).float()))
    centred = slice_of(network(), a_plane(landscape, random=True))(PLACES)["loss"]
    assert (found - centred)[1:].abs().min() > 1e-3


def test_running_statistics_hold_everywhere_where_they_are_asked_for():
    landscape = network(batchnorm="frozen")
    planes = [a_plane(landscape, random=random) for random in (False, True)]
    first, second = (slice_of(landscape, plane)(PLACES)["loss"] for plane in planes)
    assert torch.equal(first, second)


def test_the_model_keeps_its_own_statistics():
    landscape = network()
    before = [buffer.clone() for buffer in landscape.model.buffers()]
    slice_of(landscape, a_plane(landscape, random=True))(PLACES)
    assert all(torch.equal(*pair) for pair in zip(before, landscape.model.buffers(), strict=True))


def test_the_directions_decide_and_the_picture_says_so():
    landscape = network()
    walk = torch.stack([landscape.flat(), landscape.flat() + 0.1 * torch.randn(1, landscape.dims)])
    path = recorded(walk.numpy(), [1.0, 1.0])
    for way in ("random", "filter_normalised", "layer_normalised", "pca", "start_to_end"):
        plane = plane_of(landscape, [path], [path.points], PlaneSettings(directions=way))
        grid = sample(landscape, plane, Window(-1.0, 1.0, -1.0, 1.0), resolution=2)
        assert ("BatchNorm as at the centre" in grid.note) == ("random" in way or "normalised" in way)
        assert grid.miss == 0.0
