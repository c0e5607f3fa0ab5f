"""The page of all products."""

import ast
from pathlib import Path

import pytest
from PIL import Image

import landscape_lab
from landscape_lab import gallery, pictures
from landscape_lab.drawing.figures import FIGURES

SMALL = {
    "far": pictures.Case(("landscape=booth", "steps=3", "plane.resolution=9"), ("path", "film")),
    "near": pictures.Case(("landscape=himmelblau", "steps=3", "plane.resolution=9"), ("loss", "path")),
    "many": pictures.Case(("-m", "landscape=booth", "steps=1,2"), ("race",)),
}


@pytest.fixture
def small(monkeypatch):
    """Few cases that take no time."""
    monkeypatch.setattr(pictures, "CASES", SMALL)
    monkeypatch.setattr(pictures, "FILM", ("video=[gif]", "callbacks.video.frames=2"))


def written_in(source):
    """Pictures that a module writes, as far as their names stand there: `….png`, `draw(trainer, "…", …)`."""
    nodes = list(ast.walk(ast.parse(source)))
    words = [node.value for node in nodes if isinstance(node, ast.Constant)]
    files = {word.removesuffix(".png") for word in words if isinstance(word, str) and word.endswith(".png")}
    calls = [node for node in nodes if isinstance(node, ast.Call) and len(node.args) == 3]
    drawn = [call.args[1] for call in calls if getattr(call.func, "attr", "") == "draw"]
    return files | {name.value for name in drawn if isinstance(name, ast.Constant)}


def test_every_picture_that_a_run_or_a_sweep_writes_is_a_product_of_a_case():
    folder = Path(landscape_lab.__file__).parent
    files = [*folder.glob("callbacks/*.py"), *folder.glob("sweeps/**/*.py")]
    written = set.union(*(written_in(file.read_text()) for file in files)) | {*FIGURES}
    written -= {"", "plane_*"}  # a pattern
    assert {"sharpness", "race", "basins", "path"} <= written
    assert written - {*pictures.PRODUCTS} == set()


def test_products_are_on_one_page(small, command_line, tmp_path):
    words = ("pictures", "sheet", "products=path,film", "cases=far,near", "style=dark")
    status, written = command_line(*words, main=gallery.main)
    assert (status, written.out) == (0, "sheet/pictures.png\n")
    assert "1 of 2 cases" in written.err
    assert {file.name for file in tmp_path.glob("sheet/*/*")} == {"path.png", "descent.gif"}
    with Image.open("sheet/near/path.png") as dark:
        assert max(dark.convert("RGB").getpixel((0, 0))) < 40
    with Image.open("sheet/pictures.png") as page:
        cells = [page.crop((left, 42, left + 640, 502)).convert("L") for left in (12, 664, 1316, 1968)]
        found = [cell.getextrema()[0] < 128 for cell in cells]
    assert found == [True, True, True, False]  # a film of one, a path of both


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["products=pth"], "Nearest: path"),
        (["cases=fra"], "Nearest: far"),
        (["kases=far"], "Nearest: cases"),
        (["cases=near", "products=film"], "Found near"),
        (["style=drak"], "Nearest: dark"),
    ],
)
def test_a_wrong_word_is_told(small, command_line, words, told):
    status, written = command_line("pictures", "sheet", *words, main=gallery.main)
    assert status == 1
    (line,) = written.err.splitlines()
    assert told in line


@pytest.mark.slow
def test_a_sweep_is_a_case(small, command_line):
    assert command_line("pictures", "sheet", "cases=many", main=gallery.main).status == 0
    assert Path("sheet/many/race.png").is_file()
