"""`python -m landscape_lab.shapes`."""

import sys

import pytest
from PIL import Image

from landscape_lab import shapes
from landscape_lab.lab import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of shapes."""
    words = ["landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=3", "figures=[]"]
    return run([*words, f"hydra.run.dir={tmp_path_factory.mktemp('shapes')}"]).folder


def size_of(file):
    """Width and height of a picture."""
    with Image.open(file) as picture:
        return picture.size


def called(monkeypatch, capsys, *words):
    """What the command tells."""
    monkeypatch.setattr(sys, "argv", ["shapes", *map(str, words)])
    shapes.main()
    return capsys.readouterr().out.split()


def test_pictures_at_any_scale(folder, tmp_path, monkeypatch, capsys):
    files = [tmp_path / "large.png", tmp_path / "large.svg"]
    assert called(monkeypatch, capsys, folder, *files, "scale=3") == [str(file) for file in files]
    assert size_of(files[0]) == (36, 24)
    assert 'width="36" height="24"' in files[1].read_text()
    called(monkeypatch, capsys, folder, tmp_path / "one.png", "size=[5,9]")
    assert size_of(tmp_path / "one.png") == (9, 5)


def test_an_svg_is_refined_and_a_png_is_not(folder, tmp_path, monkeypatch, capsys):
    files = [tmp_path / name for name in ("a.svg", "b.svg", "a.png", "b.png")]
    called(monkeypatch, capsys, folder, files[0], files[2])
    called(monkeypatch, capsys, folder, files[1], files[3], "refine=5")
    assert files[0].read_text() != files[1].read_text()
    assert files[2].read_bytes() == files[3].read_bytes()


def test_the_largest_shapes_alone(folder, monkeypatch, capsys):
    (file,) = called(monkeypatch, capsys, folder, "alone=2")
    assert file.endswith("alone.png")
    assert size_of(file) == (256, 128)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Give the folder of a run"),
        (["nowhere"], "nowhere"),
        (["RUN", "scale=-1"], "`scale`"),
        (["RUN", "alone=0"], "`alone`"),
        (["RUN", "refine=-1"], "`refine`"),
        (["RUN", "picture.jpg"], "picture.jpg"),
        (["RUN", "/proc/picture.svg"], "picture.svg"),
        (["OTHER"], "landscape=shapes"),
        (["EMPTY"], "no configuration"),
    ],
)
def test_one_line_tells_what_is_wrong(words, told, folder, lab, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty").mkdir()
    places = {"RUN": folder, "EMPTY": tmp_path / "empty"}
    if "OTHER" in words:
        places["OTHER"] = lab("steps=2", "figures=[]").folder
    words = [str(places.get(word, word)) for word in words]
    with pytest.raises(SystemExit) as ended:
        called(monkeypatch, capsys, *words)
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    assert told in line
