"""Films of runs, from the command line."""

import sys

import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from landscape_lab import film
from landscape_lab.sweeps.together import bring_together


def call(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["film", *map(str, words)])
    try:
        film.main()
        status = 0
    except SystemExit as stop:
        status = stop.code
    return status, capsys.readouterr()


def test_a_run_is_filmed_and_tensorboard_plays_it(lab):
    result = lab(
        "steps=30",
        "callbacks=default",
        "logger=tensorboard",
        "figures=[]",
        "video=[mp4,gif]",
        "callbacks.video.clock=linear",
        "~callbacks.progress",
    )
    assert (result.folder / "descent.mp4").stat().st_size > 5000
    accumulator = EventAccumulator(str(result.folder), {"images": 0})
    accumulator.Reload()
    (image,) = accumulator.Images("descent")
    assert image.encoded_image_string == (result.folder / "descent.gif").read_bytes()
    keys = accumulator.Images("descent/key_frames")
    assert [key.step for key in keys] == [0, 8, 15, 22, 30]
    assert len({key.encoded_image_string for key in keys}) == 5
    with Image.open(result.folder / "descent.gif") as picture:
        assert picture.n_frames > 1
        assert picture.size == (image.width, image.height)


def test_runs_that_are_there_are_filmed_together(lab, tmp_path, monkeypatch, capsys):
    folders = [lab("steps=20", f"optimizer={name}", name=name).folder for name in ("adam", "lion")]
    status, written = call(monkeypatch, capsys, *folders, tmp_path / "race.gif", "frames=8")
    assert (status, written.out) == (0, f"{tmp_path}/race.gif\n")
    assert [trace.label for trace in bring_together(folders).scene().traces] == [
        "adam, lr 0.05",
        "lion, lr 0.03",
    ]
    status, written = call(monkeypatch, capsys, folders[0], "frames=8")
    assert written.out == f"{folders[0]}/descent.mp4\n"


def test_settings_are_given_as_words(lab, tmp_path, monkeypatch, capsys):
    folder = lab("steps=20").folder
    words = ("view=surface", "size=[320,240]", "frames=4", "length=2", "clock=logarithmic")
    status, _ = call(monkeypatch, capsys, folder, tmp_path / "small.gif", *words)
    assert status == 0
    with Image.open(tmp_path / "small.gif") as picture:
        assert (picture.n_frames, picture.size) == (4, (320, 240))
        assert picture.info["duration"] == 500


def test_a_saved_run_shows_the_landscape_that_its_optimizer_saw(lab):
    """The draws are made again from the configuration: the loss at each point is that of the record."""
    words = (
        "steps=40",
        "augmentation=shift_noise",
        "augmentation.noise.std=0.05",
        "start=[[300,400],[700,600]]",
    )
    folder = lab(*words).folder
    replay, (trace,) = (view := bring_together([folder]).scene()).replay, view.traces
    for step in (0, 7, 39):
        replay.field.see(step)
        points = view.plane.points(torch.from_numpy(trace.places[step]))
        assert replay.field(points.float()).tolist() == pytest.approx(trace.losses[step].tolist(), abs=1e-5)
    alike, other = (lab(*words, f"seed={seed}", name=f"seed {seed}").folder for seed in (0, 1))
    assert bring_together([folder, alike]).scene().replay is not None
    assert bring_together([folder, other]).scene().replay is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Give the folders"),
        (("nothing",), "There is no run in nothing"),
        (
            ("run", "vew=surface"),
            "Parameter `key` should be one of frames, clock, size, fps, length, view, clean",
        ),
        (("run", "view=surfaces"), "Parameter `view` should be one of map, surface"),
    ],
)
def test_mistakes_are_told_in_one_line(monkeypatch, capsys, words, message):
    status, written = call(monkeypatch, capsys, *words)
    assert status == 1
    assert message in written.err
    assert written.err.count("\n") == 1


def test_in_the_illusion_the_path_climbs_on_the_picture_while_its_loss_falls(lab):
    folder = lab("experiment=illusion", "plane.resolution=4").folder
    (trace,) = bring_together([folder]).scene().traces
    on_the_map, own = trace.departure.on_plane[:, 0], trace.departure.losses[:, 0]
    assert on_the_map[-1] > on_the_map[0] + 0.2
    assert own[-1] < 0.1 * own[0]
    assert trace.departure.parted[len(own) // 2 :].all()
