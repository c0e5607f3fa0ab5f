"""The pictures of the documentation are there, in full colour, and small enough for a page."""

import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURES = sorted((ROOT / "docs").rglob("*.webp"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_of_a_page_is_there(page):
    links = re.findall(r"\]\(([^)\s]+\.(?:png|webp|gif|svg))\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).is_file()] == []


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_a_picture_is_small_and_of_full_colour(picture):
    assert picture.stat().st_size <= 300_000
    with Image.open(picture) as opened:
        assert opened.mode in ("RGB", "RGBA")


def test_there_are_no_others():
    assert len(PICTURES) > 30
    assert not list((ROOT / "docs").rglob("*.png"))
