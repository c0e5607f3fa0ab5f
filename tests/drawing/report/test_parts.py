"""Sections that follow from a scene."""

from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from scenes import scene, trajectory

from landscape_lab.drawing.report.parts import FRAMES, parts_of
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of
from landscape_lab.trajectory import Trajectory


def picture(address):
    """A picture that a page holds."""
    return Image.open(BytesIO(b64decode(address.removeprefix("data:image/webp;base64,"))))


def numbers(packed):
    import zlib

    return np.frombuffer(zlib.decompress(b64decode(packed["data"])), packed["type"]).reshape(packed["shape"])


def in_space(dims=5, steps=30):
    """A walk in a space of more dimensions than a plane has."""
    points = torch.from_numpy(np.random.default_rng(0).normal(size=(steps + 1, 1, dims)).cumsum(0)).float()
    walk = Trajectory(label="walk")
    walk.extend(torch.arange(steps + 1), points, points.square().sum(-1), torch.arange(steps + 1))
    return FunctionLandscape(lambda x: x.square().sum(-1), dims=dims), walk


def test_a_map_of_two_dimensions_has_no_further_parts():
    assert parts_of(scene(trajectory([[5.0, 5.0], [9.0, 9.0]], [1.0, 0.5]))) == {}


@pytest.mark.parametrize("directions", ["pca", "start_to_end"])
def test_distances_are_those_of_the_points_themselves(directions):
    landscape, walk = in_space()
    drawn = scene_of(landscape, [walk], settings=PlaneSettings(directions, resolution=8))
    told = parts_of(drawn)["plane"]
    (path,) = told["paths"]
    points = walk.points[:, 0].astype(float)
    basis = drawn.plane.directions.double().numpy()
    feet = points - drawn.plane.origin.double().numpy()
    feet = feet @ np.linalg.pinv(basis) @ basis
    away = points - drawn.plane.origin.double().numpy() - feet
    np.testing.assert_allclose(numbers(path["off"]), np.linalg.norm(away, axis=1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        numbers(path["along"]), np.linalg.norm(feet - feet[0], axis=1), rtol=1e-4, atol=1e-5
    )
    assert (told["explained"] is None) == (drawn.plane.explained is None)


def test_frames_are_dense_at_the_start_and_show_their_step():
    def pictures(moment):
        return np.stack([np.full((400, 600, 3), 50, np.uint8), np.full((400, 600, 3), moment / 4, np.uint8)])

    path = trajectory(np.linspace(2, 9, 1001)[:, None].repeat(2, 1), np.linspace(1, 0, 1001))
    told = parts_of(replace(scene(path), approximation=pictures))["approximation"]
    assert (told["steps"][0], told["steps"][-1]) == (0, 1000)
    assert len(told["steps"]) == len(told["frames"]) <= FRAMES
    assert told["steps"][1] < 1000 / FRAMES
    for step, frame in zip(told["steps"], told["frames"], strict=True):
        assert np.asarray(picture(frame)).mean() == pytest.approx(step / 4, abs=4)
    assert picture(told["target"]).size == (320, 213)
