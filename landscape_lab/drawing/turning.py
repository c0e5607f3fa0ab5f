"""The surface of a film: the landscape in three dimensions, slowly turning, with the traces lying on it."""

from math import cos, radians, sin
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.ticker import MaxNLocator

from landscape_lab.drawing.growing import draw_glow, fade, head_size
from landscape_lab.drawing.ink import Label, draw_crosses, draw_heads, draw_lines
from landscape_lab.drawing.maps import colored, evenly
from landscape_lab.drawing.paint import Paint
from landscape_lab.drawing.palette import GREY, MINIMUM
from landscape_lab.drawing.proportions import aspect_of
from landscape_lab.drawing.relief import HEIGHT, SLAB, Relief, shaded
from landscape_lab.scene import Scene, Trace, last_before

FROM, TO = radians(-72.0), radians(-18.0)
"""Where the eye is at the beginning and at the end."""
POINTS = 20_000
"""The most points of one trace that are drawn behind its tail, and a quarter of them within."""
MARGIN = 40
"""Pixels around the surface, for its labels."""
DENSE = 2_000
"""A trace of fewer points has some put between them, so that it lies on the surface, not on chords."""
HIDDEN = 0.45
"""How strongly a trace is seen through the surface."""


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


class TurningSurface:
    """The traces on the surface.

    Positions on the surface are shares of its half-sides: (-1, -1) is the near left corner for an eye at
    -90°, (1, 1) the opposite one. `Relief` wants half-widths: these times `relief.half`.

    Args:
        scene: What is filmed.
        axes: Where it is drawn.
    """

    def __init__(self, scene: Scene, axes: Axes) -> None:
        picture = scene.plane.axes.picture
        left, right, first, last = scene.window.extent
        self.scene = scene
        self.box = axes.bbox
        self.paint = Paint(scene)
        self.aspect = scene.window.ratio if aspect_of(scene) == "equal" else 1.0
        self.relief = Relief(
            self.aspect, round(self.box.width) - 2 * MARGIN, round(self.box.height) - 2 * MARGIN
        )
        # The picture of the surface starts on a whole pixel, so that it is copied and not interpolated.
        self.corner = np.round(np.array(self.box.min) + (np.array(self.box.size) - self.relief.size) / 2.0)
        # A picture's rows run downwards, but the surface's y runs away from the eye: low and high change
        # sides.
        self.low = np.array([left, last if picture else first])
        self.high = np.array([right, first if picture else last])
        self.histories = [self._history(trace) for trace in scene.traces]
        self._cover(np.inf)

    def keep(self, moment: float) -> None:
        """Nothing stays where it is: the surface turns."""

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw for one frame the surface and the traces on it."""
        if self.scene.replay is not None:
            self._cover(moment)
        image = self.relief.look(FROM + (TO - FROM) * progress)
        left, top = int(self.corner[0]), int(renderer.height - self.corner[1]) - len(image)
        np.asarray(renderer.buffer_rgba())[top : top + len(image), left : left + image.shape[1], :3] = image
        self._draw_ticks(renderer)
        draw_crosses(renderer, self._lay(self._shares(self.scene.minima))[0], MINIMUM, self.box)
        for number, (trace, history) in enumerate(zip(self.scene.traces, self.histories, strict=True)):
            for color, part in colored(number, trace):
                self._draw_trace(renderer, part, history, color, since, moment)

    def _history(self, trace: Trace) -> np.ndarray:
        """The places that are drawn behind the tail, evenly spaced along the way of the members together."""
        limit = max(2, POINTS // trace.losses.shape[1])
        number = len(trace.places)
        if number <= limit:
            return np.arange(number)
        with np.errstate(invalid="ignore", over="ignore"):
            moves = np.hypot(*np.moveaxis(np.diff(self._shares(trace.places), axis=0), -1, 0))
        # A move beyond the surface counts as one across it, and a step without a move still a little: the
        # way then grows with each place, and the search below finds each length once.
        way = np.nan_to_num(moves, nan=0.0).clip(0.0, 1.0).mean(axis=1).cumsum() + 1e-9 * np.arange(1, number)
        return np.unique(np.concatenate([[0], 1 + way.searchsorted(np.linspace(0.0, way[-1], limit - 1))]))

    def _cover(self, moment: float) -> None:
        """Take the surface as it was seen in a step, its colours in the light."""
        levels = self.paint.at(moment)
        self.relief.cover(levels, shaded(self.paint.color(levels), levels, self.aspect))

    def _lay(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pixels of positions on the surface, and whether they are in sight."""
        pixels, sight = self.relief.lay(self.relief.half * shares)
        return pixels + self.corner, sight

    def _shares(self, places: np.ndarray) -> np.ndarray:
        """Places of the plane as positions on the surface."""
        with np.errstate(invalid="ignore", over="ignore"):
            return 2.0 * (places - self.low) / (self.high - self.low) - 1.0

    def _draw_trace(
        self,
        renderer: RendererAgg,
        trace: Trace,
        history: np.ndarray,
        color: str,
        since: float,
        moment: float,
    ) -> None:
        """The trace up to a step: its history, its tail, its head; what lies behind a hill shines through."""
        first, end = (last_before(trace.path_steps, step) for step in (since, moment))
        end += 1
        members = trace.losses.shape[1]
        tail = first + evenly(end - first, max(2, POINTS // 4 // members))
        known = np.concatenate([history[history < first], tail])
        times = max(1, min(24, DENSE // (len(history) * members)))
        pixels, sight = self._lay(_dense(self._shares(trace.places[known]), times))
        in_sight = np.where(sight[..., None], pixels, np.nan)
        draw_lines(renderer, pixels, color, 1.6, HIDDEN * fade(trace.total), self.box)
        draw_lines(renderer, in_sight, color, 1.8, 0.7 * fade(trace.total), self.box)
        draw_glow(renderer, in_sight[-times * len(tail) :], color, self.box)
        draw_heads(renderer, pixels[-1], color, head_size(trace.total), self.box)

    def _draw_ticks(self, renderer: RendererAgg) -> None:
        """Short lines beside the numbers, and the upright axis."""
        for tick in self._ticks():
            line = np.stack([tick.pixel, tick.pixel + 5.0 * tick.out])
            draw_lines(renderer, line[:, None], GREY, 1.0, 1.0, self.box)
        upright = np.stack([self._upright(level) for level in (0.0, 1.0)])
        draw_lines(renderer, upright[:, None], GREY, 1.0, 1.0, self.box)

    def labels(self) -> list[Label]:
        """The numbers at the ticks, and the names of the axes."""
        labels = [_label(tick.pixel + 8.0 * tick.out, tick.text, tick.out) for tick in self._ticks()]
        for axis, name in enumerate(self.scene.plane.axes.labels):
            pixel, out = self._edge(axis, 0.0)
            labels.append(_label(pixel + 30.0 * out, name, out))
        return [*labels, Label(14.0, self.box.y1, f"height: {self.paint.heights.label}", "lt")]

    def _ticks(self) -> list[Tick]:
        """The numbers along the two near edges and the upright axis, from where the eye now is."""
        ticks = []
        for axis in (0, 1):
            low, high = self.low[axis], self.high[axis]
            for value in _numbers(min(low, high), max(low, high)):
                pixel, out = self._edge(axis, 2.0 * (value - low) / (high - low) - 1.0)
                ticks.append(Tick(pixel, out, f"{value:g}"))
        low, high = self.paint.low, self.paint.high
        aside = np.array([-1.0, 0.0])
        heights = _numbers(low, high)
        return ticks + [
            Tick(self._upright((height - low) / (high - low)), aside, f"{height:g}") for height in heights
        ]

    def _edge(self, axis: int, share: float) -> tuple[np.ndarray, np.ndarray]:
        """The pixel of a position at the foot of the near side along an axis, and the direction outwards."""
        near = np.where(np.array([cos(self.relief.azimuth), sin(self.relief.azimuth)]) >= 0, 1.0, -1.0)
        beyond = near.copy()
        beyond[1 - axis] *= 1.1
        near[axis] = beyond[axis] = share
        start, end = (self.relief.project(self.relief.half * each, -SLAB / HEIGHT) for each in (near, beyond))
        return start + self.corner, (end - start) / np.hypot(*(end - start))

    def _upright(self, level: float) -> np.ndarray:
        """The pixel of a height on the upright axis, left of the leftmost corner."""
        corners = self.relief.half * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
        pixels = self.relief.project(corners, level)
        return pixels[pixels[:, 0].argmin()] + self.corner - (8.0, 0.0)


def _dense(shares: np.ndarray, times: int) -> np.ndarray:
    """Positions `[records, members, 2]` with others on the line from each to the next.

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


def _numbers(low: float, high: float) -> np.ndarray:
    """A few round numbers from one to another."""
    numbers = np.asarray(MaxNLocator(3).tick_values(low, high))
    return numbers[(numbers >= low - 1e-9 * (high - low)) & (numbers <= high + 1e-9 * (high - low))]


def _label(pixel: np.ndarray, text: str, out: np.ndarray) -> Label:
    """A text that lies outwards from a pixel."""
    return Label(float(pixel[0]), float(pixel[1]), text, _anchor(out))


def _anchor(out: np.ndarray) -> str:
    """Which point of a text is at its pixel, so that the text lies outwards."""
    if abs(out[1]) < 0.3:
        return "rm" if out[0] < 0 else "lm"
    return ("r" if out[0] < -0.3 else "l" if out[0] > 0.3 else "m") + "t"
