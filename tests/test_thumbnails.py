"""Pictures in a page."""

from base64 import b64decode
from io import BytesIO

from PIL import Image

from landscape_lab.thumbnails import SMALL, thumbnail


def picture(address):
    """A picture that a page holds."""
    return Image.open(BytesIO(b64decode(address.removeprefix("data:image/webp;base64,"))))


def test_a_thumbnail_keeps_its_shape_and_what_is_no_picture_has_none(tmp_path):
    Image.new("RGBA", (300, 600), "red").save(tmp_path / "high.png")
    assert picture(thumbnail(tmp_path / "high.png")).size == (SMALL[1] // 2, SMALL[1])
    (tmp_path / "damaged.png").write_bytes((tmp_path / "high.png").read_bytes()[:40])
    assert thumbnail(tmp_path / "damaged.png") is None
    assert thumbnail(tmp_path / "none.png") is None
