"""Frames into files, as they come: H.264 that browsers play, and small GIFs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import repeat
from os import PathLike
from tempfile import NamedTemporaryFile
from typing import Any

import av
import numpy as np
from PIL import Image, ImageColor

from landscape_lab.drawing.palette import MINIMUM, PATH_COLORS
from landscape_lab.files.writing import replacing

Frame = np.ndarray
"""`[height, width, 3]`, bytes."""
HOLD = 1.0
"""Seconds for which the last frame stays."""
GIF_WIDTH = 560
"""The most pixels across a GIF."""
GIF_BYTES = 2.6e6
"""What a GIF is expected to take at most, by what its samples take."""
OPAQUE = 255
"""The colours of a GIF, beside which one is transparent."""
BITS = 7
"""Of each channel, by which colours are told apart."""


def write_mp4(pictures: Iterator[Frame], path: str | PathLike[str], fps: Fraction) -> None:
    """Write frames as H.264 in the form that browsers play: yuv420p, even sizes, the index first."""
    pictures = _held(pictures, fps)
    first = next(pictures)
    height, width = (side - side % 2 for side in first.shape[:2])
    options = {"movflags": "faststart"}
    with replacing(path) as unfinished, av.open(str(unfinished), "w", format="mp4", options=options) as film:
        stream = film.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"

        def encode(picture: Frame) -> None:
            even = np.ascontiguousarray(picture[:height, :width])
            film.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))

        with ThreadPoolExecutor(1) as beside:  # the next frame is made meanwhile
            encoding = beside.submit(encode, first)
            for picture in pictures:
                encoding.result()
                encoding = beside.submit(encode, picture)
            encoding.result()
        film.mux(stream.encode(None))


def write_gif(
    pictures: Iterator[Frame], path: str | PathLike[str], fps: Fraction, samples: Sequence[Frame], number: int
) -> None:
    """Write frames as they come, as an animation that runs for ever.

    Args:
        pictures: The frames.
        path: The file.
        fps: Frames a second.
        samples: Some of the frames, from which the colours are chosen, and the size, so that the file is
            small.
        number: How many frames there are.
    """
    width = min(GIF_WIDTH, samples[0].shape[1])
    with NamedTemporaryFile(suffix=".gif") as trial:
        _encode_gif(iter(samples), trial.name, fps, width, samples)
        expected = trial.seek(0, 2) * number / len(samples)
    width = round(width * min(1.0, (GIF_BYTES / expected) ** 0.5))
    with replacing(path) as unfinished:
        _encode_gif(pictures, str(unfinished), fps, width, samples)


def _encode_gif(
    pictures: Iterator[Frame], path: str, fps: Fraction, width: int, samples: Sequence[Frame]
) -> None:
    """Write frames shrunk to a width, in one palette.

    What does not change from frame to frame is left out.
    """
    palette = Palette([_shrunk(sample, width) for sample in samples])
    colors = np.zeros((256, 4), np.uint8)  # alpha, red, green, blue; the last one is transparent
    colors[:OPAQUE, 0] = 255
    colors[:OPAQUE, 1:] = palette.colors
    with av.open(
        path, "w", format="gif", options={"loop": "0", "final_delay": str(round(100 * HOLD))}
    ) as film:
        stream = film.add_stream("gif", rate=fps)
        stream.width, stream.height = width, _shrunk(samples[0], width).height
        stream.pix_fmt = "pal8"
        for picture in pictures:
            coded: Any = palette.indices(np.asarray(_shrunk(picture, width))), colors
            film.mux(stream.encode(av.VideoFrame.from_ndarray(coded, format="pal8")))
        film.mux(stream.encode(None))


def _shrunk(picture: Frame, width: int) -> Image.Image:
    image = Image.fromarray(picture)
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


class Palette:
    """255 colours, and which of them is the nearest to each that a picture has.

    White and the colours of the paths are among them, however thin their lines. Half of the others are
    what pictures have much of, so that a slope of greys has no steps; half are spread over all colours.

    Args:
        pictures: From which colours are chosen, of one size.
    """

    def __init__(self, pictures: Sequence[Image.Image]) -> None:
        width, height = pictures[0].size
        sheet = Image.new("RGB", (width, height * len(pictures)))
        for number, picture in enumerate(pictures):
            sheet.paste(picture, (0, number * height))
        own = [ImageColor.getrgb(color)[:3] for color in ("white", MINIMUM, *PATH_COLORS)]
        many = (OPAQUE - len(own)) // 2
        usual = _chosen(sheet, many, Image.Quantize.MEDIANCUT)
        rare = _chosen(sheet, OPAQUE - len(own) - many, Image.Quantize.MAXCOVERAGE)
        self.colors = np.concatenate([own, usual, rare]).astype(np.uint8)
        self._nearest = np.full(1 << 3 * BITS, OPAQUE, np.uint8)  # `OPAQUE`: not looked for yet

    def indices(self, picture: Frame) -> np.ndarray:
        """The numbers of the nearest colours, `[height, width]`."""
        red, green, blue = np.moveaxis((picture >> 8 - BITS).astype(np.uint32), -1, 0)
        codes = red << 2 * BITS | green << BITS | blue
        fresh = np.unique(codes[self._nearest[codes] == OPAQUE])
        for some in np.array_split(fresh, len(fresh) // 10_000 + 1):
            self._nearest[some] = self._find(some)
        return self._nearest[codes]

    def _find(self, codes: np.ndarray) -> np.ndarray:
        """The numbers of the colours that are nearest to the middles of boxes of colours."""
        side, colors = 1 << 8 - BITS, self.colors.astype(np.float32)
        boxes = codes[:, None] >> np.arange(2 * BITS, -1, -BITS) & (1 << BITS) - 1
        middles = side * boxes + 0.5 * (side - 1)
        return (np.square(colors).sum(axis=1) - 2.0 * middles @ colors.T).argmin(axis=1)


def _chosen(picture: Image.Image, number: int, method: Image.Quantize) -> np.ndarray:
    """So many colours of a picture, `[number, 3]`; black where it has fewer."""
    found = bytes(picture.quantize(number, method=method).getpalette() or b"")[: 3 * number]
    return np.frombuffer(found.ljust(3 * number, b"\0"), np.uint8).reshape(number, 3)


def _held(pictures: Iterator[Frame], fps: Fraction) -> Iterator[Frame]:
    """The frames, the last of them for a while."""
    last = None
    for last in pictures:
        yield last
    if last is not None:
        yield from repeat(last, round(HOLD * fps))
