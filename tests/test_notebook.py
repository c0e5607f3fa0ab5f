"""What results show of themselves in a notebook, parsed by the standard library's own reader."""

from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scenes import RAMP, recorded

from landscape_lab import Trajectory, record
from landscape_lab.lab import Result
from landscape_lab.landscapes import ImageLandscape

HOSTILE = ("<script>alert(1)</script>", '" onload="x', "a&b;", "\x1b[31m", "</td></table>", "'><img src=x>")


class Read(HTMLParser):
    """The tags, the text and the pictures of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.pictures, self.points = [], "", [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        known = dict(attrs)
        if tag == "img":
            data = b64decode(known["src"].removeprefix("data:image/webp;base64,"))
            self.pictures.append(Image.open(BytesIO(data)))
        self.points = known.get("points", self.points)

    def handle_data(self, data):
        self.text += f"{data}\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text(name):
    kept = recorded([[0.0, 0.0], [1.0, 1.0]], [3.0, 1.0], label=name)
    run = Result(kept, {name: name, "steps": 1}, Path(name))
    for page in (kept._repr_html_(), run._repr_html_()):
        read = Read(page)
        assert set(read.tags) == {"div", "svg", "polyline", "b", "table", "tr", "th", "td"}
        assert name.replace("\x1b", "\\x1b") in read.text


def test_a_curve_goes_from_the_highest_to_the_lowest_finite_loss():
    losses = np.array([[4.0, 8.0], [np.inf, np.nan], [3.0, 2.0]])
    read = Read(recorded(np.zeros((3, 2, 2)), losses)._repr_html_())
    assert read.points == "0.0,0.0 320.0,160.0"
    assert "members\n2" in read.text
    alone = Read(recorded([[0.0, 0.0]], [1.0])._repr_html_())
    assert "svg" not in alone.tags
    assert "nothing has been recorded" in Read(Trajectory()._repr_html_()).text


def test_a_run_shows_its_picture_and_its_results(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "path.png")
    kept = recorded([[0.0, 0.0], [1.0, 1.0]], [3.0, 1.0])
    read = Read(Result(kept, {"final_loss": 0.123456, "accuracy": None}, tmp_path)._repr_html_())
    assert [picture.size for picture in read.pictures] == [(30, 20)]
    assert "final_loss\n0.1235" in read.text
    assert "accuracy" not in read.text


def opened(png):
    """A picture that something shows of itself."""
    return Image.open(BytesIO(png))


def test_where_html_is_not_shown_there_is_a_picture(tmp_path):
    kept = recorded([[0.0, 0.0], [1.0, 1.0]], [3.0, 1.0])
    line = np.asarray(opened(kept._repr_png_()).convert("L"))
    assert line[3:7, 3:7].min() < 128  # from the upper left, around which there is an edge,
    assert line[-7:-3, -7:-3].min() < 128  # to the lower right
    assert line[-9:, :9].min() == line[:9, -9:].min() == 255
    assert Trajectory()._repr_png_() is None
    run = Result(kept, {}, tmp_path)
    assert opened(run._repr_png_()).size == line.shape[::-1]
    Image.new("RGB", (30, 20)).save(tmp_path / "path.png")
    assert opened(run._repr_png_()).size == (30, 20)


def test_a_recording_shows_its_path():
    landscape = ImageLandscape(RAMP, smoothing=0, normalize=False)
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.01)
    with record(landscape) as recording:
        landscape().sum().backward()
        optimizer.step()
    read = Read(recording._repr_html_())
    assert len(read.pictures) == 1
    assert min(read.pictures[0].size) > 200
    assert "SGD, lr 0.01" in read.text
    width, height = opened(recording._repr_png_()).size
    assert read.pictures[0].size == (840, round(840 * height / width))  # twice as wide as it is shown
