"""Pictures in a page, as small as it needs them."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

SMALL = (144, 96)
"""Width and height of a small picture, in pixels, at the most."""


def webp(picture: np.ndarray | Image.Image, size: tuple[int, int], quality: int) -> str:
    """A picture as an address that holds it.

    Args:
        picture: `[rows, columns, 3]` of bytes, or as Pillow has it.
        size: Width and height at the most.
        quality: Of WebP, up to 100.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = BytesIO()
    image.thumbnail(size)
    image.save(file, "WEBP", quality=quality)
    return f"data:image/webp;base64,{b64encode(file.getvalue()).decode()}"


def thumbnail(path: Path) -> str | None:
    """A small copy of a picture; none where it cannot be read."""
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", SMALL)
            return webp(picture.convert("RGB"), SMALL, 70)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
        return None
