"""`plane.npz`: what is written is read."""

import numpy as np
import pytest
import torch

from landscape_lab.planes import Grid, Plane, Window
from landscape_lab.planes.plane_file import PlaneFile, ProjectedPath

PLANE = Plane(torch.arange(4.0), torch.eye(2, 4), explained=(0.75, 0.25))


def path(records):
    numbers = np.arange(records, dtype=np.float64)
    return ProjectedPath(np.stack([numbers, -numbers], axis=1), numbers + 1, numbers + 2)


def test_all_is_in_the_file_under_its_names(tmp_path):
    window, losses = Window(0.0, 3.0, -1.0, 1.0), np.arange(6.0).reshape(2, 3)
    kept = PlaneFile.of(PLANE, window, Grid(losses, accuracy=losses / 10), [path(5), path(2)])
    kept.save(tmp_path / "plane.npz")
    with np.load(tmp_path / "plane.npz") as archive:
        shapes = {name: archive[name].shape for name in archive.files}
    assert shapes == {
        "origin": (4,),
        "directions": (2, 4),
        "u": (3,),
        "v": (2,),
        "losses": (2, 3),
        "accuracy": (2, 3),
        "explained": (2,),
        "projections_0": (5, 2),
        "off_plane_0": (5,),
        "losses_0": (5,),
        "projections_1": (2, 2),
        "off_plane_1": (2,),
        "losses_1": (2,),
    }
    found = PlaneFile.load(tmp_path / "plane.npz")
    assert found.u.tolist() == [0.5, 1.5, 2.5]
    assert found.v.tolist() == [-0.5, 0.5]
    assert torch.equal(found.plane.directions, PLANE.directions)
    assert found.plane.explained == (0.75, 0.25)
    np.testing.assert_array_equal(found.accuracy, losses / 10)
    np.testing.assert_array_equal(found.paths[1].off, path(2).off)


def test_what_is_not_known_is_absent(tmp_path):
    file = tmp_path / "plane.npz"
    plane = Plane(PLANE.origin, PLANE.directions)
    PlaneFile.of(plane, Window(0.0, 1.0, 0.0, 1.0), Grid(np.ones((2, 2)))).save(file)
    found = PlaneFile.load(file)
    assert (found.plane.explained, found.accuracy, found.paths) == (None, None, ())


def test_a_damaged_file_is_told(tmp_path):
    file = tmp_path / "plane.npz"
    file.write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"should be a plane\.npz as the lab writes it"):
        PlaneFile.load(file)
    with pytest.raises(FileNotFoundError):
        PlaneFile.load(tmp_path / "none.npz")
