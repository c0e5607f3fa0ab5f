"""What no plane can be made of: one clear line each, and exit status 1."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import QUIET
from omegaconf import OmegaConf
from scenes import recorded

from landscape_lab import film, run


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """The run of a small network, without pictures."""
    folder = tmp_path_factory.mktemp("learned")
    small = ("landscape=network", "model.hidden=[3]", "data.samples=20", "steps=3", "plane.resolution=4")
    return run([*QUIET, f"hydra.run.dir={folder}", *small]).folder


def with_points(change):
    """A run whose trajectory has other points `[records, members, dims]`."""

    def edit(folder):
        points = change(np.load(folder / "trajectory.npz")["points"])
        recorded(points, np.ones(points.shape[:2])).save(folder / "trajectory.npz")
        return {"directions": "pca"}

    return edit


def with_directions(change):
    """A run on the plane of two files of directions."""

    def edit(folder):
        dims = np.load(folder / "trajectory.npz")["points"].shape[-1]
        for name, vector in zip("ab", change(np.arange(2.0, 2.0 + dims)), strict=True):
            np.save(folder / f"{name}.npy", vector)
        return {"directions": "custom", "vectors": [f"{folder}/a.npy", f"{folder}/b.npy"]}

    return edit


HOPELESS = {
    "one record": (with_points(lambda points: points[:1]), "plane=pca. Found one record."),
    "identical points": (
        with_points(lambda points: points[[0, 0, 0]]),
        "plane=pca. Found the same point in each record.",
    ),
    "NaN weights": (
        with_points(lambda points: points * np.nan),
        "plane=pca. Found only NaN or infinity.",
    ),
    "another network": (
        with_points(lambda points: points[..., :-1]),
        "should have points of 21 numbers, as the landscape has. Found 20: it is of another landscape.",
    ),
    "directions too short": (
        with_directions(lambda vector: (vector, vector[1:])),
        "b.npy should have 21 numbers, as many as a point of the landscape. Found 20 numbers.",
    ),
    "a matrix": (
        with_directions(lambda vector: (vector[None], vector)),
        "a.npy should have 21 numbers, as many as a point of the landscape. Found the shape (1, 21).",
    ),
    "parallel directions": (
        with_directions(lambda vector: (vector, -2 * vector)),
        "Two directions should not be parallel. Found one a multiple of the other.",
    ),
    "a zero direction": (
        with_directions(lambda vector: (0 * vector, vector)),
        "A direction should not be zero. Found direction 1 so.",
    ),
    "a direction of NaN": (
        with_directions(lambda vector: (vector, vector * np.nan)),
        "b.npy should be finite. Found NaN or infinity in it.",
    ),
}
"""What no plane can be made of, and what is said of it."""


@pytest.mark.parametrize("case", HOPELESS)
def test_what_no_plane_can_be_made_of_is_told_in_one_line(learned, tmp_path, monkeypatch, capsys, case):
    edit, message = HOPELESS[case]
    folder = Path(shutil.copytree(learned, tmp_path / "run"))
    file = folder / ".hydra" / "config.yaml"
    OmegaConf.save(OmegaConf.merge(OmegaConf.load(file), {"plane": edit(folder)}), file)
    monkeypatch.setattr(sys, "argv", ["film", str(folder)])
    with pytest.raises(SystemExit) as stop:
        film.main()
    written = capsys.readouterr()
    assert (stop.value.code, written.out) == (1, "")
    assert written.err.endswith(f"{message}\n")
    assert written.err.count("\n") == 1
    assert not (folder / "descent.mp4").exists()
