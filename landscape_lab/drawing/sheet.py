"""Many pictures on one page, each with its name: a contact sheet."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

CELL = 640, 460
"""Pixels that a picture may take; one that is smaller keeps its size."""
HEAD, GAP = 30, 12
"""Pixels for the name above a picture, and between pictures."""
INK = "#202124"


def contact_sheet(pictures: Sequence[tuple[str, Image.Image]], columns: int = 5) -> Image.Image:
    """A page of pictures with their names, line by line.

    Args:
        pictures: In their order.
        columns: Pictures in a line.
    """
    width, height = CELL[0] + GAP, CELL[1] + HEAD + GAP
    lines = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * width + GAP, lines * height + GAP), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(18)
    for number, (name, picture) in enumerate(pictures):
        left, top = GAP + number % columns * width, GAP + number // columns * height
        draw.text((left, top), name, INK, font)
        small = picture.convert("RGB")
        small.thumbnail(CELL, Image.Resampling.LANCZOS)
        page.paste(small, (left, top + HEAD))
    return page
