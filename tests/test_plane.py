"""Finished runs on one plane, from the command line."""

import av
import numpy as np
import pytest
import torch

from landscape_lab import plane
from landscape_lab.files.weights import load_weights
from landscape_lab.lab import run
from landscape_lab.planes.plane_file import PlaneFile
from landscape_lab.runs import Run

QUIET = ("callbacks=none", "logger=none")
SMALL = (
    "landscape=network",
    "model.hidden=[4]",
    "data.samples=60",
    "steps=12",
    "callbacks=none",
    "logger=none",
)
QUICK = ("resolution=8",)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two optimizers from the same weights, and another landscape."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("adam", "sgd"):
        run([*SMALL, f"optimizer={name}", f"hydra.run.dir={folder / name}"])
    run(["landscape=booth", "steps=3", *QUIET, f"hydra.run.dir={folder / 'booth'}"])
    return folder


@pytest.fixture
def call(command_line):
    return lambda *words: command_line(*words, main=plane.main)


def test_a_plane_of_two_runs_holds_what_each_of_them_did(runs, call):
    folders = [runs / "adam", runs / "sgd"]
    film = ("film=mp4", "frames=3", "size=[320,240]", "mesh=ply")
    status, written = call(*folders, *QUICK, "directions=pca", "center=sgd", *film)
    files = [folders[0] / f"plane.{kind}" for kind in ("npz", "png", "mp4", "ply")]
    assert (status, written.out.split()) == (0, list(map(str, files)))
    kept = PlaneFile.load(files[0])
    adam, sgd = (Run(folder).trajectory() for folder in folders)
    np.testing.assert_array_equal(kept.plane.origin, sgd.points[-1, 0])
    for path, trajectory in zip(kept.paths, (adam, sgd), strict=True):
        np.testing.assert_allclose(path.places, kept.plane.project(trajectory.points[:, 0]))
        np.testing.assert_allclose(path.off, kept.plane.off(trajectory.points[:, 0]))
        np.testing.assert_array_equal(path.losses, trajectory.losses[:, 0])
    assert kept.losses.shape == kept.accuracy.shape == (8, 8)
    with av.open(str(files[2])) as film:
        frames = [frame.to_image() for frame in film.decode(video=0)]
    assert frames[0].size == (320, 240)
    assert b"element vertex 64\n" not in files[3].read_bytes()[:300]  # the paths are there, too


def test_checkpoints_of_its_network_may_stand_beside_a_run(runs, call, tmp_path):
    path = Run(runs / "adam").trajectory()
    state = load_weights(runs / "adam")  # its end
    for step in (3, 8):
        moved = {f"model.{name}": tensor + 0.1 * (8 - step) for name, tensor in state.items()}
        torch.save({"state_dict": moved, "global_step": step}, tmp_path / f"step={step}.ckpt")
    assert call(runs / "adam", tmp_path, *QUICK).status == 0
    kept = PlaneFile.load(runs / "adam" / "plane.npz")
    np.testing.assert_allclose(kept.paths[1].places[-1], kept.paths[0].places[-1], atol=1e-5)
    np.testing.assert_allclose(kept.paths[1].losses[-1], path.losses[-1, 0], rtol=1e-5)
    status, written = call(tmp_path, *QUICK)
    assert (status, "there should be a run of their network" in written.err) == (1, True)
    status, written = call(runs / "booth", tmp_path, *QUICK)
    assert (status, "Checkpoints belong to a network" in written.err) == (1, True)


def test_the_losses_are_kept_so_that_the_next_picture_evaluates_none(runs, call):
    words = (runs / "sgd", *QUICK, "seed=3", "plane=random")
    assert call(*words).status == 0
    (grid,) = (runs / "sgd").glob("grid-*.npz")
    first, measured = PlaneFile.load(runs / "sgd" / "plane.npz").losses, grid.stat().st_mtime_ns
    assert call(*words, "show=accuracy").status == 0
    assert [file.stat().st_mtime_ns for file in (runs / "sgd").glob("grid-*.npz")] == [measured]
    np.testing.assert_array_equal(PlaneFile.load(runs / "sgd" / "plane.npz").losses, first)


def test_a_preview_says_so(runs, call):
    _, written = call(runs / "adam", *QUICK, "samples=20")
    assert "a preview: 20 of 60 samples" in written.err


def test_the_lines_between_the_ends_are_measured(runs, call):
    folders = [runs / "adam", runs / "sgd"]
    _, written = call(*folders, *QUICK, "connectivity=true")
    assert written.out.split()[:2] == [str(folders[0] / f"connectivity.{kind}") for kind in ("csv", "png")]
    (row,) = (folders[0] / "connectivity.csv").read_text().splitlines()[1:]
    losses = [Run(folder).trajectory().losses[-1, 0] for folder in folders]
    assert [float(cell) for cell in row.split(",")[-2:]] == pytest.approx(losses, rel=1e-5)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Give the folder of a sweep"),
        (("sgdd",), "There is no run in sgdd. Nearest: sgd."),
        (("adam", "booth"), "Runs on one plane should be of one landscape. Found those of adam and booth"),
        (("adam", "sgd", "centre=sg"), "`plane.centre` should be one of start, end, best, adam, sgd"),
        (("adam", "resolutoin=3"), "Parameter `key` should be one of directions, centre"),
        (("adam", "film=avi"), "Parameter `film` should be one of mp4, gif"),
        (("booth", "show=accuracy"), "`plane.show` may be accuracy only of a network"),
        (("adam", "connectivity=true"), "two runs at least. Found 1"),
        (("adam", "samples=0"), "Parameter `samples` should be a positive whole number"),
    ],
)
def test_mistakes_are_told_in_one_line(runs, call, monkeypatch, words, message):
    monkeypatch.chdir(runs)
    status, written = call(*words)
    assert status == 1
    assert message in written.err
    assert written.err.count("\n") == 1
