"""A page of pictures."""

from PIL import Image

from landscape_lab.drawing.sheet import CELL, GAP, HEAD, contact_sheet


def test_a_page_has_a_cell_for_each_picture():
    red, green = Image.new("RGB", (30, 20), "red"), Image.new("RGB", (2000, 100), "green")
    page = contact_sheet([("a", red), ("b", red), ("c", green)], columns=2)
    wide, high = CELL[0] + GAP, CELL[1] + HEAD + GAP
    assert page.size == (2 * wide + GAP, 2 * high + GAP)
    for column in range(2):
        assert page.getpixel((GAP + column * wide + 29, GAP + HEAD + 19)) == (255, 0, 0)
        assert page.getpixel((GAP + column * wide + 30, GAP + HEAD + 19)) == (255, 255, 255)
    below = GAP + high + HEAD
    assert page.getpixel((GAP + CELL[0] - 1, below + 10)) == (0, 128, 0)  # made as small as its cell
    assert page.getpixel((GAP + CELL[0] - 1, below + 40)) == (255, 255, 255)
    name = page.crop((GAP, GAP + high, GAP + 20, GAP + high + HEAD))
    assert name.convert("L").getextrema()[0] < 100
