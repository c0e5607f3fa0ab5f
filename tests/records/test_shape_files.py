"""The shapes of a run in files."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes import Shapes, render
from landscape_lab.records.shape_files import sheet_of, write_picture, write_tables

TARGET = torch.rand(3, 12, 18, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def landscape():
    return ShapesLandscape(TARGET, shapes=5, size=None)


def test_json_holds_all_that_a_picture_takes(landscape, tmp_path):
    write_tables(landscape, 0, tmp_path)
    content = json.loads((tmp_path / "shapes.json").read_text())
    fields = {name: torch.tensor([one[name] for one in content["shapes"]]) for name in content["shapes"][0]}
    picture = render(
        Shapes(**fields), tuple(content["size"]), content["model"], torch.tensor(content["background"])
    )
    torch.testing.assert_close(picture.clamp(0, 1), landscape.picture())


def test_numbers_that_are_none_are_null(landscape, tmp_path):
    with torch.no_grad():
        landscape.colour[0, 1, 2] = torch.nan
    write_tables(landscape, 0, tmp_path)
    content = json.loads((tmp_path / "shapes.json").read_text(), parse_constant=pytest.fail)
    assert content["shapes"][1]["colour"][2] is None


def test_a_picture_has_any_size(landscape, tmp_path):
    write_picture(landscape, 0, tmp_path / "large.png", (24, 36))
    pixels = np.asarray(Image.open(tmp_path / "large.png"))
    expected = landscape.picture(0, (24, 36)).permute(1, 2, 0).numpy()
    np.testing.assert_allclose(pixels / 255, expected, atol=0.5 / 255 + 1e-6)


def test_what_cannot_be_drawn_is_told(tmp_path):
    landscape = ShapesLandscape(TARGET, shapes=5, size=None, model="sum")
    with pytest.raises(ValueError, match=r"over\. As \.png it can"):
        write_picture(landscape, 0, tmp_path / "picture.svg")
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        write_picture(landscape, 0, tmp_path / "picture.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "rows", "columns"), [(1, 1, 1), (3, 2, 2), (99, 2, 3)])
def test_a_sheet_has_a_cell_for_each_shape(landscape, number, rows, columns):
    sheet = sheet_of(landscape, number)
    assert sheet.shape == (3, 128 * rows, 128 * columns)
    assert (sheet[:, :128, :128] < 0.99).any()
