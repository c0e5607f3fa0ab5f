"""The surface of a film: the landscape in three dimensions, slowly turning, with the paths lying on it."""

from math import cos, radians, sin

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.ticker import MaxNLocator

from landscape_lab.drawing.growing import draw_glow, fade, head_size
from landscape_lab.drawing.ink import draw_crosses, draw_heads, draw_lines
from landscape_lab.drawing.maps import MINIMUM_COLOR, colored, evenly
from landscape_lab.drawing.paint import Paint
from landscape_lab.drawing.relief import HEIGHT, SLAB, Relief, shaded
from landscape_lab.scene import Path, Scene

FROM, TO = radians(-72.0), radians(-18.0)
"""Where the eye is at the beginning and at the end."""
POINTS = 20_000
"""The most points of one path that are drawn behind its tail, and a quarter of them within."""
MARGIN = 40
"""Pixels around the surface, for its labels."""
DENSE = 2_000
"""A path of fewer points has some put between them, so that it lies on the surface."""
HIDDEN = 0.45
"""How strongly a path is seen through the surface."""
FRAME_COLOR = "#9aa0a6"

Label = tuple[float, float, str, str]
"""Pixels from the lower left, the text, and its anchor."""


class TurningSurface:
    """The paths on the surface.

    Args:
        scene: What is filmed.
        axes: The place for it.
    """

    def __init__(self, scene: Scene, axes: Axes) -> None:
        left, right, first, last = scene.extent
        picture = scene.plane.axes.picture
        self.scene = scene
        self.box = axes.bbox
        self.paint = Paint(scene)
        self.aspect = (last - first) / (right - left) if picture else 1.0
        self.relief = Relief(self.aspect, round(self.box.width) - 2 * MARGIN, round(self.box.height) - 2 * MARGIN)
        self.corner = np.round(np.array(self.box.min) + (np.array(self.box.size) - self.relief.size) / 2.0)
        self.low = np.array([left, last if picture else first])
        self.high = np.array([right, first if picture else last])
        self.histories = [self._history(path) for path in scene.paths]
        self._cover(np.inf)

    def keep(self, moment: float) -> None:
        """Nothing stays where it is."""

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw for one frame the surface and the paths on it."""
        if self.scene.replay is not None:
            self._cover(moment)
        image = self.relief.look(FROM + (TO - FROM) * progress)
        left, top = int(self.corner[0]), int(renderer.height - self.corner[1]) - len(image)
        np.asarray(renderer.buffer_rgba())[top : top + len(image), left : left + image.shape[1], :3] = image
        self.ticks = self._ticks()
        self._draw_ticks(renderer)
        draw_crosses(renderer, self._lay(self._shares(self.scene.minima))[0], MINIMUM_COLOR, self.box)
        for number, (path, history) in enumerate(zip(self.scene.paths, self.histories, strict=True)):
            for color, part in colored(number, path):
                self._draw_path(renderer, part, history, color, since, moment)

    def _history(self, path: Path) -> np.ndarray:
        """The records that are drawn behind the tail, evenly spaced along the way of the members together."""
        limit = max(2, POINTS // path.losses.shape[1])
        if len(path.steps) <= limit:
            return np.arange(len(path.steps))
        with np.errstate(invalid="ignore", over="ignore"):
            moves = np.hypot(*np.moveaxis(np.diff(self._shares(path.places), axis=0), -1, 0))
        way = np.nan_to_num(moves, nan=0.0).clip(0.0, 1.0).mean(axis=1).cumsum() + 1e-9 * np.arange(1, len(path.steps))
        return np.unique(np.concatenate([[0], 1 + way.searchsorted(np.linspace(0.0, way[-1], limit - 1))]))

    def _cover(self, moment: float) -> None:
        """Take the surface as it was seen in a step, its colours in the light."""
        levels = self.paint.at(moment)
        self.relief.cover(levels, shaded(self.paint.color(levels), levels, self.aspect))

    def _lay(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where places, from -1 to 1 along the axes, are on the canvas, and whether they are in sight."""
        pixels, sight = self.relief.lay(self.relief.half * places)
        return pixels + self.corner, sight

    def _shares(self, places: np.ndarray) -> np.ndarray:
        """Places of the plane from -1 to 1 along the axes."""
        with np.errstate(invalid="ignore", over="ignore"):
            return 2.0 * (places - self.low) / (self.high - self.low) - 1.0

    def _draw_path(self, renderer: RendererAgg, path: Path, history: np.ndarray, color: str, since: float, moment: float) -> None:
        """The path up to a step: its history, its tail, its head; what lies behind a hill shines through."""
        first, end = path.record(since), path.record(moment) + 1
        members = path.losses.shape[1]
        tail = first + evenly(end - first, max(2, POINTS // 4 // members))
        known = np.concatenate([history[history < first], tail])
        times = max(1, min(24, DENSE // (len(history) * members)))
        pixels, sight = self._lay(_dense(self._shares(path.places[known]), times))
        open_ = np.where(sight[..., None], pixels, np.nan)
        draw_lines(renderer, pixels, color, 1.6, HIDDEN * fade(path.total), self.box)
        draw_lines(renderer, open_, color, 1.8, 0.7 * fade(path.total), self.box)
        draw_glow(renderer, open_[-times * len(tail) :], color, self.box)
        draw_heads(renderer, pixels[-1], color, head_size(path.total), self.box)

    def _draw_ticks(self, renderer: RendererAgg) -> None:
        """Short lines beside the numbers, and the upright axis."""
        for place, out, _ in self.ticks:
            draw_lines(renderer, np.stack([place, place + 5.0 * out])[:, None], FRAME_COLOR, 1.0, 1.0, self.box)
        upright = np.stack([self._upright(level) for level in (0.0, 1.0)])
        draw_lines(renderer, upright[:, None], FRAME_COLOR, 1.0, 1.0, self.box)

    def labels(self) -> list[Label]:
        """The numbers at the ticks, and the names of the axes."""
        labels = [(*(place + 8.0 * out), text, _anchor(out)) for place, out, text in self.ticks]
        for axis, name in enumerate(self.scene.plane.axes.labels):
            place, out = self._edge(axis, 0.0)
            labels.append((*(place + 30.0 * out), name, _anchor(out)))
        return [*labels, (14.0, self.box.y1, f"height: {self.paint.heights.label}", "lt")]

    def _ticks(self) -> list[tuple[np.ndarray, np.ndarray, str]]:
        """Where each tick is, the direction outwards, and its number."""
        ticks = []
        for axis in (0, 1):
            low, high = self.low[axis], self.high[axis]
            for value in _numbers(min(low, high), max(low, high)):
                place, out = self._edge(axis, 2.0 * (value - low) / (high - low) - 1.0)
                ticks.append((place, out, f"{value:g}"))
        low, high = self.paint.low, self.paint.high
        aside = np.array([-1.0, 0.0])
        upright = [(self._upright((height - low) / (high - low)), aside, f"{height:g}") for height in _numbers(low, high)]
        return ticks + upright

    def _edge(self, axis: int, share: float) -> tuple[np.ndarray, np.ndarray]:
        """A place at the foot of the near side along an axis, from -1 to 1, and the direction outwards on the screen."""
        place = np.where(np.array([cos(self.relief.azimuth), sin(self.relief.azimuth)]) >= 0, 1.0, -1.0)
        beyond = place.copy()
        beyond[1 - axis] *= 1.1
        place[axis] = beyond[axis] = share
        start, end = (self.relief.project(self.relief.half * each, -SLAB / HEIGHT) for each in (place, beyond))
        return start + self.corner, (end - start) / np.hypot(*(end - start))

    def _upright(self, level: float) -> np.ndarray:
        """A place on the upright axis, left of the leftmost corner."""
        corners = self.relief.half * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
        pixels = self.relief.project(corners, level)
        return pixels[pixels[:, 0].argmin()] + self.corner - (8.0, 0.0)


def _dense(places: np.ndarray, times: int) -> np.ndarray:
    """Places `[records, members, 2]` with others on the line from each to the next; from -1 to 1 is seen, far beyond is cut."""
    if times == 1 or len(places) == 1:
        return places
    with np.errstate(invalid="ignore"):
        moves = np.diff(places, axis=0)
        moves *= np.minimum(1.0, 4.0 / np.maximum(np.hypot(moves[..., :1], moves[..., 1:]), 1e-12))
    shares = np.arange(times).reshape(-1, 1, 1) / times
    between = places[:-1, None] + shares * moves[:, None]
    return np.concatenate([between.reshape(-1, *places.shape[1:]), places[-1:]])


def _numbers(low: float, high: float) -> np.ndarray:
    """A few round numbers from one to another."""
    numbers = np.asarray(MaxNLocator(3).tick_values(low, high))
    return numbers[(numbers >= low - 1e-9 * (high - low)) & (numbers <= high + 1e-9 * (high - low))]


def _anchor(out: np.ndarray) -> str:
    """Which point of a text is at its place, so that the text lies outwards."""
    if abs(out[1]) < 0.3:
        return "rm" if out[0] < 0 else "lm"
    return ("r" if out[0] < -0.3 else "l" if out[0] > 0.3 else "m") + "t"
