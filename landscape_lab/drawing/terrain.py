"""A scene as a landscape in three dimensions: the surface, and where on the screen each of its places is."""

from math import cos, sin
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.ticker import MaxNLocator

from landscape_lab.drawing.paint import CLEAN_CELLS, Paint
from landscape_lab.drawing.proportions import aspect_of
from landscape_lab.drawing.relief import HEIGHT, SLAB, Relief, shaded
from landscape_lab.drawing.style import in_full
from landscape_lab.scene import Scene


class Tick(NamedTuple):
    """A number at the edge of the surface.

    Args:
        pixel: Where its line begins, `[2]`.
        out: The unit direction outwards on the screen, `[2]`.
        text: The number.
    """

    pixel: np.ndarray
    out: np.ndarray
    text: str


class Terrain:
    """The surface of a scene and the numbers at its edges, from where an eye now is.

    Places on the surface are told as shares of its half-sides: (-1, -1) is the near left corner for an eye at
    -90°, (1, 1) the opposite one. `Relief` wants half-widths: these times `relief.half`. Pixels are counted
    from the lower left of the canvas.

    Args:
        scene: What is shown.
        width: The most pixels of the surface, from whichever side it is seen.
        height: Its most pixels.
        cells: The most along the longer side of the landscape.
        smooth: Whether so few cells that they would be seen have more between them.

    Attributes:
        corner: The pixel of the canvas at the lower left of the surface's picture, `[2]`.
    """

    def __init__(
        self, scene: Scene, width: int, height: int, cells: int = CLEAN_CELLS, *, smooth: bool = True
    ) -> None:
        picture = scene.plane.axes.picture
        left, right, first, last = scene.window.extent
        self.scene = scene
        self.paint = Paint(scene, cells, smooth=smooth)
        self.aspect = scene.window.ratio if aspect_of(scene) == "equal" else 1.0
        self.relief = Relief(self.aspect, width, height)
        self.corner = np.zeros(2)
        # A picture's rows run downwards, but the surface's y runs away from the eye: low and high change
        # sides.
        self.low = np.array([left, last if picture else first])
        self.high = np.array([right, first if picture else last])
        self.cover(np.inf)

    def cover(self, moment: float) -> None:
        """Take the surface as it was seen in a step, its colours in the light."""
        levels = self.paint.at(moment)
        self.relief.cover(levels, shaded(self.paint.color(levels), levels, self.aspect))

    def shares(self, places: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Places of the plane as shares of the surface's half-sides."""
        with np.errstate(invalid="ignore", over="ignore"):
            return 2.0 * (places - self.low) / (self.high - self.low) - 1.0

    def lay(
        self, shares: Float[np.ndarray, "*n 2"]
    ) -> tuple[Float[np.ndarray, "*n 2"], Bool[np.ndarray, "*n"]]:
        """The pixels of places on the surface, NaN beside it, and whether they are in sight."""
        pixels, sight = self.relief.lay(self.relief.half * shares)
        return pixels + self.corner, sight

    def ticks(self) -> list[Tick]:
        """The numbers along the two near edges and the upright axis."""
        ticks = []
        for axis in (0, 1):
            low, high = self.low[axis], self.high[axis]
            for value in _numbers(min(low, high), max(low, high)):
                pixel, out = self.edge(axis, 2.0 * (value - low) / (high - low) - 1.0)
                ticks.append(Tick(pixel, out, in_full(float(value))))
        low, high = self.paint.low, self.paint.high
        aside = np.array([-1.0, 0.0])
        return ticks + [
            Tick(self.upright((height - low) / (high - low)), aside, self.paint.heights.name(height))
            for height in _numbers(low, high, whole=self.paint.heights.logarithmic)
        ]

    def edge(self, axis: int, share: float) -> tuple[Float[np.ndarray, "2"], Float[np.ndarray, "2"]]:
        """The pixel of a place at the foot of the near side along an axis, and the direction outwards."""
        near = np.where(np.array([cos(self.relief.azimuth), sin(self.relief.azimuth)]) >= 0, 1.0, -1.0)
        beyond = near.copy()
        beyond[1 - axis] *= 1.1
        near[axis] = beyond[axis] = share
        start, end = (self.relief.project(self.relief.half * each, -SLAB / HEIGHT) for each in (near, beyond))
        return start + self.corner, (end - start) / np.hypot(*(end - start))

    def upright(self, level: float) -> Float[np.ndarray, "2"]:
        """The pixel of a height on the upright axis, left of the leftmost corner."""
        pixels = self.corners(level)
        return pixels[pixels[:, 0].argmin()] - (8.0, 0.0)

    def corners(self, level: float) -> Float[np.ndarray, "4 2"]:
        """The pixels of the four corners at a level."""
        corners = self.relief.half * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
        return self.relief.project(corners, level) + self.corner


def dense(shares: Float[np.ndarray, "records members 2"], times: int) -> Float[np.ndarray, "more members 2"]:
    """Positions with others on the line from each to the next, so that lines follow the surface.

    Only -1 to 1 is seen. A move far beyond is cut to four half-sides, else all points between would lie
    outside.
    """
    if times == 1 or len(shares) == 1:
        return shares
    with np.errstate(invalid="ignore"):
        moves = np.diff(shares, axis=0)
        moves *= np.minimum(1.0, 4.0 / np.maximum(np.hypot(moves[..., :1], moves[..., 1:]), 1e-12))
    parts = np.arange(times).reshape(-1, 1, 1) / times
    between = shares[:-1, None] + parts * moves[:, None]  # [records - 1, times, members, 2]
    return np.concatenate([between.reshape(-1, *shares.shape[1:]), shares[-1:]])


def _numbers(low: float, high: float, whole: bool = False) -> np.ndarray:
    """A few round numbers from one to another; whole ones where there are two."""
    whole &= np.floor(high) - np.ceil(low) >= 1.0
    numbers = np.asarray(MaxNLocator(3, integer=whole).tick_values(low, high))
    return numbers[(numbers >= low - 1e-9 * (high - low)) & (numbers <= high + 1e-9 * (high - low))]


def anchor(out: Float[np.ndarray, "2"]) -> str:
    """Which point of a text is at its pixel, so that the text lies outwards: `lm`, the middle of its left."""
    if abs(out[1]) < 0.3:
        return "rm" if out[0] < 0 else "lm"
    return ("r" if out[0] < -0.3 else "l" if out[0] > 0.3 else "m") + "t"
