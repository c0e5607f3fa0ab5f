"""The colours of a map, made with NumPy: for images that are new in each frame."""

import numpy as np
from matplotlib import colormaps
from matplotlib.ticker import MaxNLocator
from PIL import Image

from landscape_lab.drawing.contours import contour_levels
from landscape_lab.drawing.heights import Heights, finer
from landscape_lab.scene import Scene, last_before

LINE = 0.45
"""How much of the white of a contour is seen."""
CELLS = 320
"""The most along the longer side of a landscape that is new in each frame."""
CLEAN_CELLS = 512
"""The most of one that is not, in a film."""


class Paint:
    """Colours losses as `draw_landscape` does: greys for a picture, else dark and light with contours.

    Args:
        scene: Whose range of losses the colours span, and whose contours are drawn.
        cells: The most along the longer side of a landscape that is not new in each frame.
        smooth: Whether so few cells that they would be seen have more between them.
    """

    def __init__(self, scene: Scene, cells: int = CLEAN_CELLS, *, smooth: bool = True) -> None:
        self.scene = scene
        self.cells = cells
        self.smooth = smooth
        self.picture = picture = scene.plane.axes.picture
        self.heights = Heights(scene)
        self.low, self.high = self.heights.span
        self.table = colormaps[self.heights.colors](np.arange(256), bytes=True)[:, :3]
        self.contours = np.empty(0) if picture and scene.shading.levels is None else self._contours()

    def _contours(self) -> np.ndarray:
        """The levels at which there are contours, from low to high."""
        levels = contour_levels(self.scene, np.array([self.low, self.high]))
        if isinstance(levels, int):
            ticks = MaxNLocator(levels + 1).tick_values(self.low, self.high)
            return self._share(np.asarray(ticks)) if levels > 0 else np.empty(0)
        return self._share(levels)

    def at(self, moment: float) -> np.ndarray:
        """The levels of the landscape as it was seen in a step.

        No step saw the end point: there the landscape itself is shown.

        Args:
            moment: The step.

        Returns:
            Float32 `[rows, columns]`, the first row at the top of the map.
        """
        scene, trace = self.scene, self.scene.traces[0]
        steps = trace.path_steps
        place = last_before(steps, moment)
        if scene.replay is None or place == len(steps) - 1:
            levels = resized(self._levels(scene.losses), self._shape(self.cells))
            levels = finer(levels).clip(0.0, 1.0) if self.smooth else levels
        else:
            losses = scene.replay.losses(int(steps[place]), trace.places[place, 0], self._shape(CELLS))
            levels = self._levels(losses)
        return levels if self.picture else np.ascontiguousarray(levels[::-1])

    def _numbers(self, levels: np.ndarray) -> np.ndarray:
        """Levels as numbers that are whole on each contour."""
        if isinstance(self.scene.shading.levels, tuple):
            last = len(self.contours) - 1
            return np.interp(levels, self.contours, np.arange(last + 1.0), left=-0.5, right=last + 0.5)
        spacing = self.contours[1] - self.contours[0]
        return (levels - self.contours[0]) / spacing

    def _shape(self, cells: int) -> tuple[int, int]:
        """Rows and columns, at most so many along the longer side."""
        rows, columns = self.scene.losses.shape
        shrink = min(1.0, cells / max(rows, columns))
        return max(2, round(rows * shrink)), max(2, round(columns * shrink))

    def _levels(self, losses: np.ndarray) -> np.ndarray:
        """Losses as levels from 0, the lowest of the scene, to 1, the highest or not finite; float32."""
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(self._share(self.heights(losses)), nan=1.0).clip(0.0, 1.0).astype(np.float32)

    def _share(self, heights: np.ndarray) -> np.ndarray:
        """Heights as shares of the way from the lowest to the highest."""
        return (heights - self.low) / (self.high - self.low)

    def color(self, levels: np.ndarray) -> np.ndarray:
        """The colours of levels `[rows, columns]`, bytes `[rows, columns, 3]`.

        Contours are a pixel wide, antialiased.
        """
        colors = self.table[(255.0 * levels + 0.5).astype(np.uint8)]
        if len(self.contours) == 0:
            return colors
        number = self._numbers(levels)
        down, across = np.gradient(number)
        steep = np.hypot(down, across) + 1e-6
        # The distance to the nearest contour in pixels is, to first order, the distance in numbers over
        # their slope. Where contours are less than two pixels apart they would merge into white: there they
        # fade with the slope.
        near = np.abs(number - np.round(number)) / steep
        line = LINE * np.clip(1.1 - near, 0.0, 1.0) * np.clip(0.5 / steep, 0.0, 1.0)
        return (colors + (255 - colors) * line[..., None]).astype(np.uint8)


def resized(levels: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Levels at another number of rows and columns."""
    resample = Image.Resampling.BILINEAR if shape[0] > levels.shape[0] else Image.Resampling.BOX
    return np.asarray(Image.fromarray(levels).resize(shape[::-1], resample))
