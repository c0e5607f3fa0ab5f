"""A surface over a rectangle, seen from above at a slant: a small rasteriser in NumPy.

For every column of the picture the surface is looked up from the nearest point to the farthest. How high
each point appears on the screen, and the highest of all those before it, tell what is seen: the rows
between one highest and the next belong to it.
"""

from math import cos, radians, sin

import numpy as np
from PIL import Image

FINE = 2
"""Samples for each pixel, along and across."""
TILT = radians(48.0)
"""How far above the horizon the eye is."""
HEIGHT = 0.5
"""Between the lowest and the highest level, in half-widths of the surface."""
SLAB = 0.06
"""How far the walls reach below the lowest level."""
LIGHT = (-0.5, 0.45, 0.74)
"""Where the light comes from: x right, y away, z up; of unit length."""
WALLS = ((0xC2, 0xC7, 0xCE), (0xD8, 0xDC, 0xE1))
"""The sides, left and right of the nearest corner."""
OUTSIDE = -1e6


def shaded(colors: np.ndarray, levels: np.ndarray, aspect: float) -> np.ndarray:
    """Colours `[rows, columns, 3]` of a surface under a light; the first row is the farthest.

    The light on a surface z(x, y) is the product of its direction with the normal (-∂z/∂x, -∂z/∂y, 1),
    which is then made unit.
    """
    rows, columns = levels.shape
    down, across = np.gradient(levels)
    # From levels for each cell to half-widths for each half-width: a cell is 2 / columns wide and 2 aspect
    # / rows deep. Rows run towards the eye and y away from it, so the sign of `down` is already that of the
    # normal.
    across *= -0.5 * HEIGHT * columns
    down *= 0.5 * HEIGHT * rows / aspect
    light = (LIGHT[0] * across + LIGHT[1] * down + LIGHT[2]) / np.sqrt(across**2 + down**2 + 1.0)
    return (colors * (0.3 + 0.85 * light.clip(0.0))[..., None]).clip(0, 255).astype(np.uint8)


class Relief:
    """Pictures of a surface, and where the points on it are seen.

    Lengths are half-widths of the longer side; x is right, y away from an eye at an azimuth of -90°. On the
    screen, `side` is to the right and `far` away from the eye, both through the middle of the surface.

    Args:
        aspect: Height of the surface's map over its width.
        width: The most pixels of a picture, from whichever side it is seen.
        height: Its most pixels.
    """

    def __init__(self, aspect: float, width: int, height: int) -> None:
        self.half = np.array([1.0, aspect]) / max(1.0, aspect)
        self.reach = float(np.hypot(*self.half))  # of the corners: the surface turns within this circle
        tall = 2.0 * self.reach * sin(TILT) + (HEIGHT + SLAB) * cos(TILT)
        self.scale = max(10.0, min(width / (2.0 * self.reach), height / tall))
        self.size = round(2.0 * self.reach * self.scale), round(tall * self.scale)
        self.middle = self.size[0] / 2.0, self.scale * (self.reach * sin(TILT) + SLAB * cos(TILT))
        self.azimuth = radians(-45.0)

    def cover(self, levels: np.ndarray, colors: np.ndarray) -> None:
        """Take a surface; the first row is the farthest from an eye at an azimuth of -90°.

        Args:
            levels: From 0 to 1, float32 `[rows, columns]`.
            colors: Bytes `[rows, columns, 3]`.
        """
        self.levels = levels
        self.ground = Image.fromarray(levels)
        # Red, green, blue and 255 as one 32-bit number: Pillow turns a single channel, and -1 can stand for
        # white.
        self.colors = Image.fromarray(
            np.dstack([colors, np.full(levels.shape, 255, np.uint8)]).view(np.int32)[..., 0]
        )

    def look(self, azimuth: float) -> np.ndarray:
        """The surface with white around it, bytes `[height, width, 3]`.

        Args:
            azimuth: Where the eye is around the surface, in radians; 0 is on the right.
        """
        self.azimuth = azimuth
        width, height = (FINE * side for side in self.size)
        depths = self.size[0]
        up, foot, first = self._heights(depths)
        # What is nearer hides what is lower: a depth is seen in the rows between the highest of all before
        # it and its own height.
        self.highest = np.maximum(np.maximum.accumulate(up, axis=1), foot[:, None])  # [width, depths]
        edges = np.zeros((width, depths + 3), np.int32)
        edges[:, 1] = np.ceil(foot).clip(0, height)
        edges[:, 2:-1] = np.ceil(self.highest).clip(0, height)
        edges[:, -1] = height
        shown = np.full(
            (width, depths + 2), -1, np.int32
        )  # below the wall, each depth, above the surface: white at both ends
        shown[:, 1:-1] = self._turned(self.colors, Image.Resampling.NEAREST, -1)
        columns = np.arange(width)
        left, right = (np.frombuffer(bytes((*wall, 255)), np.int32)[0] for wall in WALLS)
        wall = np.where(columns < self._nearest_corner(), left, right)
        # The nearest depth stands for the wall below it, whose rows begin at its foot.
        shown[columns, first + 1] = np.where(foot > 0.0, wall, -1)
        pixels = np.repeat(shown.ravel(), np.diff(edges, axis=1).ravel()).reshape(width, height)
        image = Image.fromarray(pixels.view(np.uint8).reshape(width, height, 4), "RGBX").reduce(FINE)
        return np.asarray(image)[..., :3].transpose(1, 0, 2)[::-1]

    def _heights(self, depths: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """How high on the screen each sample appears, in samples from below.

        Returns:
            The surface at each depth, `[width, depths]`; the foot of its near wall and the depth of that,
            `[width]` each. Where a column meets no surface the foot is 0.
        """
        scale, base = FINE * self.scale, FINE * self.middle[1]
        far = (np.arange(depths, dtype=np.float32) + 0.5) * (2.0 * self.reach / depths) - self.reach
        turned = self._turned(self.ground, Image.Resampling.BILINEAR, OUTSIDE)
        first = (turned > 0.5 * OUTSIDE).argmax(axis=1)
        inside = turned[np.arange(len(turned)), first] > 0.5 * OUTSIDE
        up = turned * np.float32(HEIGHT * scale * cos(TILT)) + (base + far * scale * sin(TILT)).astype(
            np.float32
        )
        foot = np.where(inside, base + scale * (far[first] * sin(TILT) - SLAB * cos(TILT)), 0.0).astype(
            np.float32
        )
        return up, foot, first

    def _turned(self, image: Image.Image, resample: Image.Resampling, outside: float) -> np.ndarray:
        """An image's values at each column of the picture and each depth, `[columns, depths]`.

        Pillow's affine matrix tells for each output pixel (depth, column) which input pixel (x, y) it
        shows: it is the inverse of `_side_and_far`, a rotation, with the units of both on either side. Its
        third numbers are the middle of the image less what the first output pixel is away from the middle.
        """
        across, away = image.width / (2.0 * self.half[0]), image.height / (2.0 * self.half[1])
        sine, cosine = sin(self.azimuth), cos(self.azimuth)
        depth, column, reach = 2.0 * self.reach / self.size[0], 1.0 / (FINE * self.scale), self.reach
        side = -FINE * self.middle[0] * column
        matrix = (
            -across * cosine * depth,
            -across * sine * column,
            image.width / 2.0 - across * (side * sine - reach * cosine),
            away * sine * depth,
            -away * cosine * column,
            image.height / 2.0 - away * (side * cosine + reach * sine),
        )
        shape = self.size[0], FINE * self.size[0]
        return np.asarray(image.transform(shape, Image.Transform.AFFINE, matrix, resample, fillcolor=outside))

    def _nearest_corner(self) -> float:
        """The column of the samples where the two visible sides meet."""
        corner = self.half * np.where(np.array([cos(self.azimuth), sin(self.azimuth)]) >= 0, 1.0, -1.0)
        return FINE * float(self.project(corner, 0.0)[0])

    def project(self, points: np.ndarray, levels: np.ndarray | float) -> np.ndarray:
        """Where points `[..., 2]` at some levels are seen, in pixels from the lower left."""
        x, y = np.moveaxis(points, -1, 0)
        side, far = self._side_and_far(x, y)
        up = self.middle[1] + self.scale * (far * sin(TILT) + HEIGHT * cos(TILT) * levels)
        return np.stack(np.broadcast_arrays(self.middle[0] + self.scale * side, up), axis=-1)

    def _side_and_far(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sine, cosine = sin(self.azimuth), cos(self.azimuth)
        return y * cosine - x * sine, -x * cosine - y * sine

    def lay(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pixels of points `[..., 2]` laid on the surface last looked at, and whether they are in sight.

        Points beside the surface have no pixel: NaN.
        """
        inside = (np.abs(points) <= self.half).all(axis=-1)
        points = np.where(inside[..., None], points, 0.0)
        pixels = self.project(points, self.levels_at(points))
        width, depths = self.highest.shape
        _, far = self._side_and_far(points[..., 0], points[..., 1])
        column = (FINE * pixels[..., 0]).astype(int).clip(0, width - 1)
        # A point is hidden if what lies two samples before it or nearer rises above it, by more than the
        # samples are coarse.
        before = ((far + self.reach) * depths / (2.0 * self.reach)).astype(int) - 2
        sight = FINE * pixels[..., 1] + 2.5 * FINE >= self.highest[column, before.clip(0, depths - 1)]
        return np.where(inside[..., None], pixels, np.nan), sight & inside

    def levels_at(self, points: np.ndarray) -> np.ndarray:
        """The levels of the surface at points `[..., 2]` on it; beside it, those of its edge."""
        rows, columns = self.levels.shape
        x, y = np.moveaxis(points / self.half, -1, 0)
        return _between(self.levels, (1.0 - y) * rows / 2.0 - 0.5, (1.0 + x) * columns / 2.0 - 0.5)


def _between(values: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Values between the cells of a grid, bilinear, edges repeated."""
    rows, columns = values.shape
    row, column = row.clip(0, rows - 1), column.clip(0, columns - 1)
    top, left = np.minimum(row.astype(int), rows - 2), np.minimum(column.astype(int), columns - 2)
    down, across = row - top, column - left
    upper = values[top, left] * (1 - across) + values[top, left + 1] * across
    lower = values[top + 1, left] * (1 - across) + values[top + 1, left + 1] * across
    return upper * (1 - down) + lower * down
