"""The surface of a film: the landscape in three dimensions, slowly turning, with the traces lying on it."""

from math import radians

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg

from landscape_lab.drawing.growing import draw_glow, fade, head_size
from landscape_lab.drawing.ink import Label, draw_heads, draw_lines, draw_minima
from landscape_lab.drawing.maps import colored
from landscape_lab.drawing.pacing import evenly_along
from landscape_lab.drawing.palette import GREY
from landscape_lab.drawing.terrain import Terrain, anchor, dense
from landscape_lab.records.known import evenly
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


class TurningSurface:
    """The traces on the surface.

    Args:
        scene: What is filmed.
        axes: Where it is drawn.
    """

    def __init__(self, scene: Scene, axes: Axes) -> None:
        self.scene = scene
        self.box = axes.bbox
        room = (round(side) - 2 * MARGIN for side in self.box.size)
        self.terrain = Terrain(scene, *room)
        # The picture of the surface starts on a whole pixel, so that it is copied and not interpolated.
        size = self.terrain.relief.size
        self.terrain.corner = np.round(np.array(self.box.min) + (np.array(self.box.size) - size) / 2.0)
        self.histories = [self._history(trace) for trace in scene.traces]

    def keep(self, moment: float) -> None:
        """Nothing stays where it is: the surface turns."""

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw for one frame the surface and the traces on it."""
        if self.scene.replay is not None:
            self.terrain.cover(moment)
        image = self.terrain.relief.look(FROM + (TO - FROM) * progress)
        left, top = int(self.terrain.corner[0]), int(renderer.height - self.terrain.corner[1]) - len(image)
        np.asarray(renderer.buffer_rgba())[top : top + len(image), left : left + image.shape[1], :3] = image
        self._draw_ticks(renderer)
        draw_minima(renderer, self.terrain.lay(self.terrain.shares(self.scene.minima))[0], self.box)
        for number, (trace, history) in enumerate(zip(self.scene.traces, self.histories, strict=True)):
            for color, part in colored(number, trace):
                self._draw_trace(renderer, part, history, color, since, moment)

    def _history(self, trace: Trace) -> np.ndarray:
        """The places that are drawn behind the tail, evenly spaced along the way of the members together."""
        limit = max(2, POINTS // trace.losses.shape[1])
        number = len(trace.places)
        if number <= limit:
            return np.arange(number)
        return evenly_along(trace.places, self.scene.window, limit)

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
        pixels, sight = self.terrain.lay(dense(self.terrain.shares(trace.places[known]), times))
        in_sight = np.where(sight[..., None], pixels, np.nan)
        draw_lines(renderer, pixels, color, 1.6, HIDDEN * fade(trace.total), self.box)
        draw_lines(renderer, in_sight, color, 1.8, 0.7 * fade(trace.total), self.box)
        draw_glow(renderer, in_sight[-times * len(tail) :], color, self.box)
        draw_heads(renderer, pixels[-1], color, head_size(trace.total), self.box)

    def _draw_ticks(self, renderer: RendererAgg) -> None:
        """Short lines beside the numbers, and the upright axis."""
        for tick in self.terrain.ticks():
            line = np.stack([tick.pixel, tick.pixel + 5.0 * tick.out])
            draw_lines(renderer, line[:, None], GREY, 1.0, 1.0, self.box)
        upright = np.stack([self.terrain.upright(level) for level in (0.0, 1.0)])
        draw_lines(renderer, upright[:, None], GREY, 1.0, 1.0, self.box)

    def labels(self) -> list[Label]:
        """The numbers at the ticks, and the names of the axes."""
        labels = [_label(tick.pixel + 8.0 * tick.out, tick.text, tick.out) for tick in self.terrain.ticks()]
        for axis, name in enumerate(self.scene.plane.axes.labels):
            pixel, out = self.terrain.edge(axis, 0.0)
            labels.append(_label(pixel + 30.0 * out, name, out))
        return [*labels, Label(14.0, self.box.y1, f"height: {self.terrain.paint.heights.label}", "lt")]


def _label(pixel: np.ndarray, text: str, out: np.ndarray) -> Label:
    """A text that lies outwards from a pixel."""
    return Label(float(pixel[0]), float(pixel[1]), text, anchor(out))
