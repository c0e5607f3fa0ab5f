"""The page of all landscapes."""

from PIL import Image

from landscape_lab import gallery


def test_landscapes_that_need_more_than_a_name_are_left_out():
    found = gallery.names()
    assert {"spiral", "rosenbrock", "perlin", "coast"} <= set(found)
    assert not {"image", "function", "expression", "catalogue", "grid"} & set(found)


def test_page_is_written(command_line, tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "names", lambda: ["turn", "booth", "perlin"])
    status, written = command_line(tmp_path / "page.png", main=gallery.main)
    assert (status, written.out) == (0, f"{tmp_path}/page.png\n")
    with Image.open(tmp_path / "page.png") as page:
        assert page.width > 2 * page.height
