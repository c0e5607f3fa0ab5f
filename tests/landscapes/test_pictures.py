"""Every kind of picture that can be read, and those that cannot."""

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab.landscapes.pictures import read_colours, read_picture

GREY = np.array([[0, 51, 102], [153, 204, 255]], dtype=np.uint8)
EXPECTED = GREY / 255


def saved(tmp_path, picture, name="picture.png", **options):
    picture.save(tmp_path / name, **options)
    return tmp_path / name


def palette():
    picture = Image.fromarray(GREY // 51, mode=None).convert("P")
    picture.putpalette([level for value in range(0, 256, 51) for level in (value, value, value)])
    return picture


@pytest.mark.parametrize(
    "source",
    [
        GREY,
        GREY.astype(np.uint16) * 257,
        GREY.astype(np.int64),
        GREY.astype(np.float64) / 255,
        torch.from_numpy(GREY),
        torch.from_numpy(EXPECTED).to(torch.float16),
        torch.from_numpy(EXPECTED).to(torch.bfloat16),
        torch.from_numpy(GREY).expand(3, 2, 3),
        EXPECTED.tolist(),
        np.stack([GREY] * 3, axis=-1),
        np.stack([GREY, GREY, GREY, np.full_like(GREY, 255)], axis=-1),
        GREY[..., None],
        GREY.astype(np.float32) * 3 - 100,
    ],
)
def test_arrays_of_every_type_give_the_same_picture(source):
    np.testing.assert_allclose(read_picture(source).numpy(), EXPECTED, atol=4e-3)


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        (Image.fromarray(GREY), "grey.png"),
        (Image.fromarray(GREY).convert("RGB"), "colour.png"),
        (Image.fromarray(GREY).convert("RGBA"), "alpha.png"),
        (Image.fromarray(GREY).convert("LA"), "grey_alpha.png"),
        (Image.fromarray(GREY.astype(np.uint16) * 257), "sixteen.png"),
        (Image.fromarray(EXPECTED.astype(np.float32)), "float.tiff"),
        (palette(), "palette.png"),
        (Image.fromarray(GREY), "grey.webp"),
        (Image.fromarray(GREY).convert("CMYK"), "cmyk.tiff"),
    ],
)
def test_files_of_every_mode_give_the_same_picture(tmp_path, picture, name):
    options = {"lossless": True} if name.endswith("webp") else {}
    np.testing.assert_allclose(
        read_picture(saved(tmp_path, picture, name, **options)).numpy(), EXPECTED, atol=2 / 255
    )


def test_colour_is_averaged_over_channels():
    colour = np.zeros((2, 3, 3), dtype=np.uint8)
    colour[..., 1] = 240
    colour[0, 0] = 255
    assert read_picture(colour, normalize=False)[1, 1].item() == pytest.approx(80 / 255)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (np.array([[20, 50, 60], [30, 100, 40]], dtype=np.uint8), 100 / 255),
        (np.array([[200, 500, 600], [300, 1000, 400]], dtype=np.uint16), 1000 / 65535),
        (np.array([[0.2, 0.5, 0.6], [0.3, 1.0, 0.4]]) * 0.7, 0.7),
        (np.array([[-4.0, -1.0, 0.0], [-3.0, 4.0, -2.0]]), 4.0),
        (np.array([[-4, -1, 0], [-3, 4, -2]]), 4.0),
    ],
)
def test_darkest_pixel_is_0_and_brightest_1_unless_values_are_to_stay(source, kept):
    expected = (source.astype(float) - source.min()) / (source.max().astype(float) - source.min())
    np.testing.assert_allclose(read_picture(source).numpy(), expected, atol=1e-7)
    as_it_is = read_picture(source, normalize=False).numpy()
    np.testing.assert_allclose(as_it_is, source * (kept / source.max()), rtol=1e-6)


@pytest.mark.parametrize("normalize", [True, False])
def test_the_users_array_is_copied(normalize):
    values = np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)
    values.flags.writeable = False
    read = read_picture(values, normalize)
    read[0, 0] = 0.5
    assert values[0, 0] == 0.0


def test_transparency_outside_0_to_1_is_told_where_values_are_to_stay():
    rgba = np.full((2, 3, 4), 255.0)
    rgba[0, 0] = [0.0, 9.0, 80.0, 255.0]
    assert read_picture(rgba)[1, 2] == 1.0
    with pytest.raises(ValueError, match=r"transparency in 0…1\. Found 255 to 255"):
        read_picture(rgba, normalize=False)


def test_transparency_is_laid_on_white():
    rgba = np.zeros((2, 3, 4), dtype=np.uint8)
    rgba[0, 0, 3] = 255
    assert read_picture(rgba).tolist() == [[0, 1, 1], [1, 1, 1]]


BLOCK = np.array([[0, 90, 90], [180, 90, 0]], dtype=np.uint8)
"""A picture whose colour 90 its file declares transparent: it is laid on white, 180 is 180 / 255."""


@pytest.mark.parametrize(
    ("picture", "clear"),
    [
        (Image.fromarray(BLOCK), 90),
        (Image.fromarray(BLOCK).convert("RGB"), (90, 90, 90)),
        (Image.fromarray(BLOCK).convert("P"), 90),
        (Image.fromarray(BLOCK.astype(np.uint16) * 257), 90 * 257),
    ],
    ids=["grey", "colour", "palette", "16 bits"],
)
def test_a_transparent_colour_is_laid_on_white(tmp_path, picture, clear):
    read = read_picture(saved(tmp_path, picture, transparency=clear))
    np.testing.assert_allclose(read.numpy(), [[0, 1, 1], [180 / 255, 1, 0]], atol=1e-6)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.uint16, np.int64])
def test_heights_that_use_little_of_their_range_span_it(kind):
    heights = np.array([[0, 250, 1000], [500, 750, 0]], dtype=kind)
    np.testing.assert_allclose(read_picture(heights).numpy(), heights / 1000, atol=1e-6)
    below = read_picture((heights - 200).astype(kind) if kind != np.uint16 else heights)
    np.testing.assert_allclose(below.numpy(), heights / 1000, atol=1e-6)


def test_exif_orientation_is_applied(tmp_path):
    picture = Image.fromarray(GREY)
    exif = picture.getexif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise
    turned = read_picture(saved(tmp_path, picture, exif=exif)).numpy()
    np.testing.assert_allclose(turned, np.rot90(EXPECTED, -1), atol=1e-6)


def test_our_own_pictures_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_picture("surfaces/spiral.png").shape == (1024, 1024)
    with pytest.raises(FileNotFoundError, match=r"spiral\.png"):
        read_picture("surfaces/spirl.png")


def test_constant_picture_is_warned_about():
    with pytest.warns(UserWarning, match="constant"):
        read_picture(np.full((3, 4), 7, dtype=np.uint8))


def bomb(path):
    """A PNG of a few hundred bytes that declares 20,000 × 20,000 pixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20000, 20000, 8, 0, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


def test_broken_files_are_told_in_one_line(tmp_path):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.png").touch()
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 70), dtype=np.uint8))
    whole = saved(tmp_path, noise, "whole.png").read_bytes()
    (tmp_path / "truncated.png").write_bytes(whole[: len(whole) // 2])
    bomb(tmp_path / "bomb.png")
    saved(tmp_path, Image.fromarray(GREY[:1, :1]), "one.png")
    for name, message in {
        "folder.png": "folder",
        "text.png": "not a picture",
        "empty.png": "not a picture",
        "truncated.png": "broken",
        "bomb.png": "too many pixels",
        "one.png": "at least 2 × 2 pixels. Found 1 × 1",
    }.items():
        with pytest.raises(ValueError, match=message) as error:
            read_picture(tmp_path / name)
        assert name in str(error.value)
        assert "\n" not in str(error.value)
    with pytest.raises(FileNotFoundError, match=r"Nearest in .*: whole\.png"):
        read_picture(tmp_path / "wole.png")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.array([[0.0, np.nan], [0.0, 1.0]]), "finite"),
        (np.array([[0.0, np.inf], [0.0, 1.0]]), "finite"),
        (np.zeros((2, 3, 4, 5)), r"Found \[2, 3, 4, 5\]"),
        (np.zeros((5, 6, 7)), r"Found \[5, 6, 7\]"),
        (np.zeros((0, 3)), "should have pixels"),
        (np.zeros((3, 4), dtype=complex), "real numbers"),
        ([[1, 2], [3]], "rows of one length"),
        (np.array([["a", "b"], ["c", "d"]]), "real numbers"),
    ],
)
def test_arrays_that_are_no_picture(source, message):
    with pytest.raises(ValueError, match=message):
        read_picture(source)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_large_picture_is_not_all_floats_at_once(kind):
    """Two million pixels with transparency: as floats in double precision they would be 64 MB."""
    picture = np.zeros((1000, 2000, 4), kind)
    picture[..., 0], picture[500:, :, 3] = np.iinfo(kind).max, np.iinfo(kind).max
    tracemalloc.start()
    read = read_colours(picture)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (read[0, 0].tolist(), read[-1, -1].tolist()) == ([255, 255, 255], [255, 0, 0])
    assert peak < 40e6
