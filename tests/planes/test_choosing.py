"""The plane that settings describe."""

import numpy as np
import pytest
import torch
from networks import line, linear, path
from scenes import recorded

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane, PlaneSettings, filter_normalised, plane_of, principal
from landscape_lab.planes.choosing import MAKERS, NAMES

WIGGLE = torch.tensor([0.0, 1.0, 0.5, 0.0, -1.0, 0.3])


def chosen(directions="auto", trajectories=None, landscape=None, **settings):
    trajectories = [path(-line(), WIGGLE, line())] if trajectories is None else trajectories
    landscape = linear() if landscape is None else landscape
    points = [each.points for each in trajectories]
    return plane_of(landscape, trajectories, points, PlaneSettings(directions, **settings))


def test_auto_is_a_two_dimensional_landscape_itself_and_else_pca():
    booth = FunctionLandscape.named("booth")
    whole, expected = chosen(landscape=booth, trajectories=[recorded([(1.0, 1.0)], [1.0])]), Plane.of(booth)
    assert torch.equal(whole.directions, expected.directions)
    assert whole.axes == expected.axes
    found, expected = chosen(), principal([path(-line(), WIGGLE, line()).points])
    assert torch.equal(found.directions, expected.directions)
    assert torch.equal(found.origin, expected.origin)
    assert (found.axes, found.explained) == (expected.axes, expected.explained)


@pytest.mark.parametrize("directions", [name for name in NAMES if name not in ("custom", "three_points")])
@pytest.mark.parametrize("ignore", [None, "biases"])
def test_every_plane_goes_through_its_centre_and_tells_its_share(directions, ignore):
    found = chosen(directions, centre="start", ignore=ignore, seed=1)
    np.testing.assert_allclose(found.origin, -line())
    assert np.linalg.matrix_rank(found.directions.numpy()) == 2
    assert found.axes.labels[0].endswith(f"({found.explained[0]:.1%} of the motion)")
    assert ignore is None or not found.directions[:, 4:].any()


def test_centres():
    kept = [path(-line(), line(), WIGGLE), path(-line(), 2 * line())]
    kept[0].label, kept[1].label = "network · sgd, lr 0.1", "lion, lr 0.1"
    assert torch.equal(chosen(trajectories=kept).origin, 2 * line().double())
    for centre, expected in {"start": -line(), "best": line(), "lion": 2 * line(), "sgd": WIGGLE}.items():
        np.testing.assert_allclose(chosen("random", kept, centre=centre).origin, expected)
    with pytest.raises(ValueError, match=r"`plane.centre` should be one of start, .* Nearest: lion"):
        chosen(trajectories=kept, centre="lin")


def test_of_runs_that_begin_alike_the_whole_label_tells_one():
    ends = {"lion, lr 1": line(), "lion, lr 2": 2 * line()}
    kept = [path(-line(), end) for end in ends.values()]
    for trajectory, label in zip(kept, ends, strict=True):
        trajectory.label = label
    for label, end in ends.items():
        np.testing.assert_allclose(chosen("random", kept, centre=label).origin, end)
    with pytest.raises(ValueError, match=r"should tell one run.* lion, lr 1 or lion, lr 2"):
        chosen("random", kept, centre="lion")


def test_normalised_directions_are_as_long_as_the_weights_at_the_centre():
    found = chosen("filter_normalised", centre="start", seed=5)
    assert torch.equal(found.directions, filter_normalised(linear(), -line(), 5))


def test_three_points_are_ends_of_paths_or_given(tmp_path):
    ends = [line(), WIGGLE, -line()]
    found = chosen("three_points", [path(2 * line(), end) for end in ends], centre="end")
    np.testing.assert_allclose(found.off(torch.stack(ends).numpy()), 0.0, atol=1e-5)
    files = [str(tmp_path / f"{number}.npy") for number in range(3)]
    for file, end in zip(files, ends, strict=True):
        np.save(file, end)
    torch.testing.assert_close(chosen("three_points", vectors=files).directions, found.directions)
    with pytest.raises(ValueError, match=r"should hold three points, .* Found 1"):
        chosen("three_points")


def test_given_directions_are_read(tmp_path):
    for number, vector in enumerate((line(), WIGGLE)):
        np.save(tmp_path / f"{number}.npy", vector)
    found = chosen("custom", vectors=[str(tmp_path / "0.npy"), str(tmp_path / "1.npy")])
    torch.testing.assert_close(found.directions, torch.stack([line(), WIGGLE]).double())


def test_without_a_path_the_landscape_s_own_point_is_the_centre():
    landscape = linear()
    for directions in ("pca", "random"):
        found = chosen(directions, [], landscape)
        torch.testing.assert_close(found.origin, landscape.flat()[0].double())
    assert found.axes.labels == ("random direction 1", "random direction 2")
    with pytest.raises(ValueError, match=r"may be start_to_end only of a path. Found none"):
        chosen("start_to_end", [])


def test_a_trajectory_of_another_network_is_told():
    other = recorded(np.zeros((2, 1, 9)), [1.0, 1.0], "lion, lr 0.1")
    with pytest.raises(
        ValueError, match=r"of lion, lr 0.1 should have points of 6 .* Found 9: it is of another"
    ):
        chosen(trajectories=[other])
    with pytest.raises(ValueError, match="should have points of 2"):
        chosen(trajectories=[other], landscape=FunctionLandscape.named("booth"))


def test_every_way_has_names_for_its_axes():
    assert {*MAKERS, "pca"} == set(NAMES)
