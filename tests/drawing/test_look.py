"""Formats, grounds and widths of figures."""

import re
from functools import partial
from io import BytesIO

import pytest
from matplotlib.figure import Figure
from PIL import Image
from scenes import function_scene

from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.look import CARD, CARD_DOTS, FINE, USUAL, Look, card_file, draw_with_card


@pytest.fixture(scope="module")
def make():
    _, scene = function_scene("booth")
    return lambda: path_figure(scene)


def test_each_format_is_what_its_suffix_says(make, tmp_path):
    look = Look(["png", "svg", "pdf"], width=3.4)
    figure = look.figure(make)
    for kind in look.formats:
        look.save(figure, tmp_path / f"path.{kind}")
    with Image.open(tmp_path / "path.png") as picture:
        assert picture.width == round(3.4 * FINE)
    svg = (tmp_path / "path.svg").read_text()
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) == pytest.approx(3.4 * 72, abs=0.1)
    assert ">start</text>" in svg  # words stay words
    assert (tmp_path / "path.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["path.pdf", "path.png", "path.svg"]


@pytest.mark.parametrize(("look", "width"), [(Look(["svg"]), CARD), (Look(width=5.0, style="dark"), 5.0)])
def test_a_card_is_narrow_unless_a_width_was_asked_for(look, width, make):
    with Image.open(BytesIO(look.card(make))) as picture:
        assert picture.width == round(width * CARD_DOTS)
        assert (max(picture.convert("RGB").getpixel((1, 1))) < 40) == (look.style == "dark")


def test_a_python_user_gives_style_and_width(make, tmp_path):
    figure = Look.of(style="dark", width=4).draw(make, tmp_path / "path.svg")
    assert figure.get_figwidth() == pytest.approx(4.0)
    assert (tmp_path / "path.svg").is_file()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"style": "drak"}, "Nearest: dark"),
        ({"width": 0.5}, "`width` should be"),
        ({"size": 3}, "Parameter `look`"),
    ],
)
def test_a_wrong_setting_is_told(settings, told):
    with pytest.raises(ValueError, match=told):
        Look.of(**settings)


def test_a_wrong_format_is_told():
    with pytest.raises(ValueError, match="Nearest: svg"):
        Look("svgg")


def test_a_card_is_no_tall_column():
    figure = partial(Figure, (6.0, 3.0), layout="constrained")

    def many(panels):
        made = figure()
        made.subplots(1, panels)
        return made

    widths = [Image.open(BytesIO(Look().card(partial(many, panels)))).width for panels in (2, 12)]
    assert widths == [round(CARD * CARD_DOTS), round(6.0 * USUAL)]


def test_what_tensorboard_shows_lies_hidden_beside_the_file(make, tmp_path):
    draw_with_card(make, tmp_path / "race.png")
    assert sorted(file.name for file in tmp_path.iterdir()) == [".race.png", "race.png"]
    assert card_file(tmp_path / "race.png").read_bytes() == Look().card(make)


def test_pictures_of_a_sweep_look_as_its_configuration_asks(make, tmp_path):
    asked = {"format": ["png", "svg"], "style": "dark", "width": 3.4, "against": "steps"}
    look = Look.of_configuration({"callbacks": {"pictures": asked}})
    assert look == Look(["png", "svg"], "dark", 3.4)
    assert Look.of_configuration({"callbacks": None}) == Look()
    draw_with_card(make, tmp_path / "race.png", look)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".race.png", "race.png", "race.svg"]
    with Image.open(tmp_path / "race.png") as picture:
        assert picture.width == round(3.4 * FINE)
