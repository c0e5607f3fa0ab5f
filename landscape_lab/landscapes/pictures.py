"""Reading a picture: a file, array, tensor or nested lists; grey or colour; 8 bits, 16 or floats."""

import difflib
import importlib.util
import warnings
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

SURFACES = next(
    folder
    for folder in (Path(__file__).parents[1] / "surfaces", Path(__file__).parents[2] / "surfaces")
    if folder.is_dir()
)
"""Our own pictures: inside an installed package, or beside it in a checkout."""
DEEP = ("I;16", "I;16B", "I;16L", "I", "F")
"""What Pillow calls one channel of more than eight bits."""
VALUES_AT_ONCE = 2**20
"""Numbers of a large picture that are floats at the same time: 12 MB, twice in double precision."""


def read_picture(source: object, normalize: bool = True) -> Float[Tensor, "height width"]:
    r"""A picture in grey.

    Colour is averaged over its channels, transparency is laid on white. Integers are divided by the
    largest value of their kind (255 or 65535). At last all is stretched to 0…1,
    unless it is constant:

    .. math:: v \mapsto (v - \min v) / (\max v - \min v)

    Args:
        normalize: Whether the darkest pixel becomes 0 and the brightest 1. Otherwise floats stay
            as they are, also outside 0…1.
        source: A path (one below `surfaces/` is also found in the package), a NumPy array, a tensor
            or nested lists, of shape `[height, width]`, `[height, width, channels]` or `[channels,
            height, width]` (where both fit: a tensor's first).

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a picture, too small, too large, or not finite.
    """
    values, name = _values(source)
    grey = _grey(_unit_range(values) if normalize else values, name)
    if min(grey.shape) < 2:
        raise ValueError(
            f"A picture should be at least 2 × 2 pixels. Found {grey.shape[1]} × {grey.shape[0]} in {name}."
        )
    if grey.min() == grey.max():
        warnings.warn(f"The picture is constant, so it has no gradient: {name}.", stacklevel=3)
    if normalize:
        grey = _stretched(grey)
    return torch.from_numpy(np.array(grey, dtype=np.float32, order="C"))  # a copy: the user's may change


def read_colours(source: object) -> UInt8[np.ndarray, "height width *channels"]:
    """A picture with its colours as bytes, read as `read_picture` reads it; grey has no channels.

    Colours inside 0…1 stay as they are; others are stretched to it from their own range. Only the file's
    own numbers and these bytes are in memory as a whole: some rows at a time become floats.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a picture, or not finite.
    """
    read, name = _numbers(source)
    fixed = read.dtype in (np.uint8, np.uint16)  # else values are stretched from the range of all of them
    strips = min(len(read), -(-read.size // VALUES_AT_ONCE)) if fixed else 1
    parts = np.array_split(read, strips)
    return np.concatenate([_on_white(_unit_range(_fractions(part, name))) for part in parts])


def _on_white(values: Float[np.ndarray, "height width *channels"]) -> UInt8[np.ndarray, "height width *rgb"]:
    """Colours as bytes."""
    if values.ndim == 3 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim == 3 and values.shape[-1] != 3:
        alpha = values[..., -1:]
        values = np.broadcast_to(values[..., :-1] * alpha + (1.0 - alpha), (*values.shape[:2], 3))
    return (255 * values).round().astype(np.uint8)


def _values(source: object) -> tuple[np.ndarray, str]:
    """The values of a picture, `[height, width]` or with 1 to 4 channels, and its name.

    Integers that are not negative become 0…1, all else is as it was.
    """
    read, name = _numbers(source)
    return _fractions(read, name), name


def _numbers(source: object) -> tuple[np.ndarray, str]:
    """The numbers of a picture as they are, `[height, width]` or with 1 to 4 channels, and its name."""
    name = str(source) if isinstance(source, str | PathLike) else "the given array"
    read = _from_file(Path(source)) if isinstance(source, str | PathLike) else _from_array(source)
    if read.size == 0:
        raise ValueError(f"A picture should have pixels. Found shape {read.shape} in {name}.")
    if read.ndim != 2 and (read.ndim != 3 or read.shape[-1] > 4):
        raise ValueError(
            "A picture should have the shape [height, width] or [height, width, 1 to 4 channels]. "
            f"Found {list(read.shape)} in {name}."
        )
    return read, name


def _from_file(path: Path) -> np.ndarray:
    """The pixels of a file, upright."""
    path = find_picture(path)
    try:
        with Image.open(path) as file:
            return _pixels(ImageOps.exif_transpose(file))
    except Image.DecompressionBombError as error:
        raise ValueError(
            f"The picture {path} declares too many pixels to be opened safely: {error}"
        ) from error
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{path} is not a picture that can be read (PNG, JPEG, TIFF, BMP, WebP, …)."
        ) from error
    except (OSError, SyntaxError) as error:  # Pillow reports a truncated or broken file as one or the other
        raise ValueError(f"The picture {path} is broken: {error}.") from error


def _pixels(picture: Image.Image) -> np.ndarray:
    """The numbers of a picture; a colour that its file declares transparent (PNG's tRNS) becomes alpha."""
    clear = picture.info.get("transparency") if picture.mode.startswith("I;") else None
    if clear is not None:
        grey = np.asarray(picture)
        return np.stack([grey, np.where(grey == clear, 0, np.iinfo(grey.dtype).max).astype(grey.dtype)], -1)
    wanted = "LA" if picture.mode in ("1", "L", "LA") else "RGBA"
    if picture.mode not in DEEP and picture.has_transparency_data:
        return np.asarray(picture.convert(wanted))
    if picture.mode == "1" or picture.mode not in {"L", "RGB", *DEEP}:
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return np.asarray(picture)


def find_picture(path: Path) -> Path:
    """The file itself, our own picture of that name, or what an installed package ships.

    Args:
        path: `surfaces/coast.png`, or `skimage:data/astronaut.png`: the package, and the file within it.

    Raises:
        FileNotFoundError: There is no such file.
    """
    package, colon, inside = str(path).partition(":")
    if colon and package.isidentifier() and not path.exists():
        path = _folder_of(package) / inside
    if path.is_file():
        return path
    if path.is_dir():
        raise ValueError(f"A picture should be a file. Found the folder {path}.")
    if path.parts[:1] == ("surfaces",) and (SURFACES / path.name).is_file():
        return SURFACES / path.name
    beside = path.parent if path.parent.is_dir() and path.parts[:1] != ("surfaces",) else SURFACES
    nearest = difflib.get_close_matches(path.name, [file.name for file in beside.iterdir()], n=3, cutoff=0.5)
    hint = f" Nearest in {beside}: {', '.join(nearest)}." if nearest else ""
    raise FileNotFoundError(f"There is no picture {path}.{hint}")


def _folder_of(package: str) -> Path:
    """Where an installed package lies; none of it is run."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(
            f"There is no package {package} whose picture could be read. pip install it, or give a file."
        )
    return Path(found.submodule_search_locations[0])


def _from_array(source: object) -> np.ndarray:
    """The numbers of an array, a tensor or nested lists, channels last."""
    channels_first = isinstance(source, Tensor)
    if isinstance(source, Tensor):
        source = source.detach().cpu()
        source = (source.float() if source.is_floating_point() else source).numpy()
    try:
        values = np.asarray(source)
    except ValueError as error:
        raise ValueError("A picture given as nested lists should have rows of one length.") from error
    if values.dtype.kind not in "buif":
        raise ValueError(f"A picture should consist of real numbers. Found {values.dtype}.")
    if values.ndim == 3 and values.shape[0] <= 4 and (channels_first or values.shape[-1] > 4):
        values = np.moveaxis(values, 0, -1)
    return values


def _fractions(values: np.ndarray, name: str) -> np.ndarray:
    """Integers as float32 fractions of the largest of their kind; floats and negative ones as they are."""
    if not np.isfinite(values).all():
        raise ValueError(f"A picture should be finite. Found NaN or infinity in {name}.")
    if values.dtype.kind not in "ui" or values.min() < 0:
        return values if values.dtype.kind == "f" else values.astype(np.float32)
    full = np.iinfo(values.dtype).max if values.dtype.itemsize <= 2 and values.dtype.kind == "u" else None
    high = values.max()
    full = full or next((limit for limit in (1, 255, 65535) if high <= limit), high)
    return (values / np.float64(full)).astype(np.float32)


def _unit_range(values: np.ndarray) -> np.ndarray:
    """The values as float32 in 0…1: as they are where all lie there, else stretched; a constant is ½."""
    low, high = values.min(), values.max()
    if low >= 0 and high <= 1:
        return values.astype(np.float32, copy=False)
    return np.full(values.shape, 0.5, dtype=np.float32) if low == high else _stretched(values)


def _stretched(values: np.ndarray) -> np.ndarray:
    """The values as float32, the lowest 0 and the highest 1; a constant stays."""
    low, high = np.float64(values.min()), np.float64(values.max())
    if low == high or (low, high) == (0.0, 1.0):
        return values.astype(np.float32, copy=False)
    return ((values - low) / (high - low)).astype(np.float32)


def _grey(values: np.ndarray, name: str) -> np.ndarray:
    """Channels averaged, transparency laid on white.

    Raises:
        ValueError: A transparency is outside 0…1.
    """
    if values.ndim == 2:
        return values
    if values.shape[-1] in (1, 3):
        return values.mean(-1)
    alpha = values[..., -1]
    if alpha.min() < 0 or alpha.max() > 1:
        raise ValueError(
            f"The last of {values.shape[-1]} channels should be a transparency in 0…1. "
            f"Found {alpha.min():g} to {alpha.max():g} in {name}."
        )
    return values[..., :-1].mean(-1) * alpha + (1.0 - alpha)
