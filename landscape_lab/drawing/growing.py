"""The map of a film: traces that grow, with a bright tail, over the landscape of each step."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import Bbox
from PIL import Image

from landscape_lab.drawing.ink import Label, draw_heads, draw_lines, draw_minima, draw_ring, inside
from landscape_lab.drawing.maps import colored, colors_of
from landscape_lab.drawing.paint import Paint, resized
from landscape_lab.drawing.rings import parted_points
from landscape_lab.scene import Scene, Trace

RING = 4.0
"""The radius of a hollow point, in pixels."""
CROWD = 20
"""So many heads are drawn small."""


def on_canvas(axes: Axes, data: np.ndarray) -> np.ndarray:
    """Coordinates `[…, 2]` of some axes in pixels of the canvas."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        pixels = axes.transData.transform(data.reshape(-1, 2)).reshape(data.shape)
    return np.where(np.abs(pixels) < 1e5, pixels, np.nan)  # the rasteriser overflows far outside


def fade(members: int) -> float:
    """How strongly each of many lines is drawn."""
    return max(0.15, members**-0.4)


def draw_glow(
    renderer: RendererAgg, pixels: np.ndarray, color: str, box: Bbox, strength: float = 1.0
) -> None:
    """Draw lines `[records, lines, 2]` that get broader and stronger towards their last record."""
    cuts = np.linspace(0, len(pixels), 5).astype(int)
    alpha = strength * fade(pixels.shape[1])
    for level, (start, stop) in enumerate(pairwise(cuts), start=1):
        draw_lines(
            renderer, pixels[max(0, start - 1) : stop], color, 1.2 + 0.5 * level, 0.25 * level * alpha, box
        )


def head_size(members: int) -> float:
    """The radius of a head in pixels."""
    return 5.0 if members < CROWD else 2.4


class Curve:
    """Lines that only ever grow: those of all members together.

    Args:
        steps: `[records]`.
        pixels: `[records, members, 2]`.
        color: Of the lines.
        axes: Where they are drawn.
        alpha: How strongly.
    """

    def __init__(
        self, steps: np.ndarray, pixels: np.ndarray, color: str, axes: Axes, alpha: float = 1.0
    ) -> None:
        self.steps, self.pixels, self.color, self.alpha = steps, pixels, color, alpha
        self.box = axes.bbox
        self.drawn = 0

    def grow(self, renderer: RendererAgg, moment: float) -> None:
        """Draw what happened since the last call, up to a step."""
        end = int(self.steps.searchsorted(moment, side="right"))
        draw_lines(renderer, self.pixels[max(0, self.drawn - 1) : end], self.color, 1.4, self.alpha, self.box)
        self.drawn = end


class Rings:
    """Hollow points along a trace, where its losses are not those of the map; they stay.

    Args:
        trace: Whose.
        colors: Of each member.
        axes: The map.
    """

    def __init__(self, trace: Trace, colors: Sequence[str], axes: Axes) -> None:
        records, members = parted_points(axes, trace)
        self.steps, self.box = trace.path_steps[records], axes.bbox
        self.pixels = on_canvas(axes, trace.places[records, members])
        self.colors = [colors[member] for member in members]
        self.drawn = 0

    def grow(self, renderer: RendererAgg, moment: float) -> None:
        """Draw those that were passed since the last call, up to a step."""
        end = int(self.steps.searchsorted(moment, side="right"))
        for pixel, color in zip(self.pixels[self.drawn : end], self.colors[self.drawn : end], strict=True):
            draw_ring(renderer, pixel, color, RING, self.box)
        self.drawn = end


class GrowingMap:
    """The traces on the map.

    Args:
        scene: What is filmed.
        axes: The map, with the landscape on it.
        renderer: The canvas.
    """

    def __init__(self, scene: Scene, axes: Axes, renderer: RendererAgg) -> None:
        self.scene = scene
        self.box = axes.bbox
        self.head = head_size(max((trace.places.shape[1] for trace in scene.traces), default=1))
        self.curves = [
            curve for number, trace in enumerate(scene.traces) for curve in self._curves(number, trace, axes)
        ]
        self.rings = [
            Rings(trace, colors_of(number, trace), axes) for number, trace in enumerate(scene.traces)
        ]
        self.paint = None if scene.replay is None else Paint(scene)
        # Where the landscape changes under the traces, these need a canvas of their own, to be laid over
        # each new one.
        self.ink = (
            renderer if self.paint is None else RendererAgg(renderer.width, renderer.height, renderer.dpi)
        )
        draw_minima(self.ink, on_canvas(axes, scene.minima), self.box)

    def _curves(self, number: int, trace: Trace, axes: Axes) -> list[Curve]:
        alpha = 0.55 * fade(trace.places.shape[1])
        parts = colored(number, trace)
        return [
            Curve(trace.path_steps, on_canvas(axes, part.places), color, axes, alpha) for color, part in parts
        ]

    def keep(self, moment: float) -> None:
        """Draw for good what happened up to a step."""
        growing: list[Curve | Rings] = [*self.curves, *self.rings]
        for part in growing:
            part.grow(self.ink, moment)

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw for one frame the landscape, the bright tails, and the heads."""
        if self.paint is not None:
            self._lay_under(renderer, self.paint, moment)
        for curve in self.curves:
            first, end = (int(curve.steps.searchsorted(step, side="right")) for step in (since, moment))
            draw_glow(renderer, curve.pixels[max(0, first - 1) : end], curve.color, self.box)
            heads = curve.pixels[end - 1]
            draw_heads(renderer, heads, curve.color, self.head, self.box)

    def _lay_under(self, renderer: RendererAgg, paint: Paint, moment: float) -> None:
        """Put the landscape of a step under the traces drawn so far."""
        rows, columns = inside(renderer, self.box)
        shape = rows.stop - rows.start, columns.stop - columns.start
        image = Image.fromarray(paint.color(resized(paint.at(moment), shape)))
        ink = Image.fromarray(np.asarray(self.ink.buffer_rgba())[rows, columns])
        image.paste(ink.convert("RGB"), mask=ink.getchannel("A"))
        np.asarray(renderer.buffer_rgba())[rows, columns, :3] = np.asarray(image)

    def labels(self) -> list[Label]:
        """The axes have their own."""
        return []
