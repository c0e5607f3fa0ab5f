"""Films of runs, from the command line."""

import sys

import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from landscape_lab import film


def call(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["film", *map(str, words)])
    try:
        film.main()
        status = 0
    except SystemExit as stop:
        status = stop.code
    return status, capsys.readouterr()


def test_a_run_is_filmed_and_tensorboard_plays_it(lab):
    result = lab("steps=30", "callbacks=default", "logger=tensorboard", "figures=[]", "video=[mp4,gif]", "~callbacks.progress")
    assert (result.folder / "descent.mp4").stat().st_size > 5000
    accumulator = EventAccumulator(str(result.folder), {"images": 0})
    accumulator.Reload()
    (image,) = accumulator.Images("descent")
    assert image.encoded_image_string == (result.folder / "descent.gif").read_bytes()
    with Image.open(result.folder / "descent.gif") as picture:
        assert picture.n_frames > 1
        assert picture.size == (image.width, image.height)


def test_runs_that_are_there_are_filmed_together(lab, tmp_path, monkeypatch, capsys):
    folders = [lab("steps=20", f"optimizer={name}", name=name).folder for name in ("adam", "lion")]
    status, written = call(monkeypatch, capsys, *folders, tmp_path / "race.gif")
    assert (status, written.out) == (0, f"{tmp_path}/race.gif\n")
    assert [path.label for path in film.scene_of(folders).paths] == ["adam", "lion"]
    status, written = call(monkeypatch, capsys, folders[0])
    assert written.out == f"{folders[0]}/descent.mp4\n"


@pytest.mark.parametrize(("words", "message"), [((), "Give the folders"), (("nothing",), "There is no run in nothing")])
def test_mistakes_are_told_in_one_line(monkeypatch, capsys, words, message):
    status, written = call(monkeypatch, capsys, *words)
    assert status == 1
    assert message in written.err
    assert written.err.count("\n") == 1
