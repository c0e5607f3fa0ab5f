"""What is told above a film changes with the step, and fits."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scenes import recorded

from landscape_lab.drawing.header import LINE, ROW, Header, caption, entries
from landscape_lab.drawing.pacing import Pacing
from landscape_lab.drawing.palette import PATH_COLORS
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.staging import scene_of

PACING = Pacing("linear", np.arange(11.0))
RATES = [0.1] * 6 + [0.025] * 5
ONE, TWO = ("landscape · optimizer, lr 0.1",), ("adam, lr 0.1", "a rather long name, lr 1e-05")


def scene(*labels):
    """Paths that rest, each with its own losses."""
    kept = [
        recorded(np.ones((11, 1, 2)), np.full(11, 2.0 + number), label, lr=RATES)
        for number, label in enumerate(labels)
    ]
    return scene_of(FunctionLandscape.named("sphere"), kept)


def drawn(header, moment, width):
    """The lines of a frame, as grey levels."""
    image = Image.new("RGB", (width, 200), "white")
    header.write(ImageDraw.Draw(image), moment)
    return np.asarray(image)


def test_learning_rate_and_loss_are_told_as_they_change():
    view = scene("sgd, lr 0.1")
    lines = ["".join(word.text for word in caption(view, moment)) for moment in (0, 10)]
    assert lines == ["sgdstep 0 of 10loss 2lr 0.1", "sgdstep 10 of 10loss 2lr 0.025"]


def test_steps_are_told_in_full():
    trace = replace(scene("sgd").traces[0], steps=np.linspace(0, 1500, 11).astype(int))
    assert "1,500 of 1,500" in [word.text for word in caption(replace(scene("sgd"), traces=(trace,)), np.inf)]


def test_of_several_each_has_its_colour_its_name_and_its_loss():
    view = replace(scene("adam, lr 0.1", "lion, lr 0.01"), about="spiral")
    assert [tuple(entry) for entry in entries(view.traces, 3.0)] == [
        (PATH_COLORS[0], "adam, lr 0.1", "2"),
        (PATH_COLORS[1], "lion, lr 0.01", "3"),
    ]
    assert caption(view, 3.0)[0].text == "spiral"
    header = Header(view, PACING, 600)
    assert header.height == LINE + ROW
    pixels = drawn(header, 3.0, 600)[LINE : LINE + ROW].reshape(-1, 3)
    for color in PATH_COLORS[:2]:
        rgb = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
        assert (pixels == rgb).all(axis=1).sum() >= 80


def test_many_are_told_in_rows_and_the_rest_by_their_number():
    view = scene(*[f"optimizer {number}" for number in range(11)])
    assert entries(view.traces, 0.0)[-1].name == "3 more"
    header = Header(view, PACING, 600)
    assert header.height > LINE + ROW


@pytest.mark.parametrize("width", [320, 800])
@pytest.mark.parametrize(
    "labels", [("landscape · optimizer, lr 0.1",), ("adam, lr 0.1", "a rather long name, lr 1e-05")]
)
def test_no_line_leaves_the_frame(width, labels):
    header = Header(scene(*labels), PACING, width)
    pixels = drawn(header, 10.0, width + 50)
    assert (pixels[:, width - 5 :] == 255).all()
    assert (pixels[header.height :] == 255).all()
    assert (pixels[: header.height] < 128).any()


def test_the_clock_is_named_where_there_is_room():
    assert Header(scene("sgd"), PACING, 800).clock == "paced by steps"
    assert Header(scene("sgd"), Pacing("arc", np.arange(3.0)), 800).clock == "paced by the length of the path"
    assert Header(scene("sgd"), PACING, 200).clock == ""
