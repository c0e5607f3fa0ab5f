"""Antialiased lines, heads, rings and crosses on a canvas without a figure, in pixels from the lower left."""

from typing import NamedTuple

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path as Outline
from matplotlib.transforms import Bbox, IdentityTransform

from landscape_lab.drawing.palette import INK, MINIMUM

CIRCLE = Outline.unit_circle()
AROUND_MINIMUM = 8.0
"""The radius of the ring around a minimum, pixels."""
VEIL = 0.75
"""How much a veil hides."""


class Label(NamedTuple):
    """A text on the canvas.

    Args:
        x: Pixels from the left.
        y: Pixels from below.
        text: What it says.
        anchor: Which point of the text lies there, in Pillow's letters: `lm` is the middle of its left side.
    """

    x: float
    y: float
    text: str
    anchor: str


def draw_lines(
    renderer: RendererAgg, pixels: np.ndarray, color: str, width: float, alpha: float, box: Bbox
) -> None:
    """Draw lines `[records, lines, 2]` as one outline, with gaps between them and where a number is NaN."""
    if len(pixels) < 2:
        return
    gap = np.full((1, pixels.shape[1], 2), np.nan)
    vertices = np.concatenate([pixels, gap]).transpose(1, 0, 2).reshape(-1, 2)
    gc = _pen(renderer, color, width, alpha, box)
    renderer.draw_path(gc, Outline(vertices), IdentityTransform())
    gc.restore()


def draw_heads(renderer: RendererAgg, pixels: np.ndarray, color: str, size: float, box: Bbox) -> None:
    """Draw a disc with a white rim at each of `[n, 2]`."""
    marker = Outline(np.asarray(CIRCLE.vertices) * size, CIRCLE.codes)
    gc = _pen(renderer, "white", 0.2 * size, 1.0, box)
    renderer.draw_markers(
        gc, marker, IdentityTransform(), Outline(pixels), IdentityTransform(), to_rgb(color)
    )
    gc.restore()


def draw_ring(
    renderer: RendererAgg, pixel: np.ndarray, color: str, radius: float, box: Bbox, width: float = 1.2
) -> None:
    """Draw a ring around `[2]`."""
    outline = Outline(np.asarray(CIRCLE.vertices) * radius + pixel, CIRCLE.codes)
    gc = _pen(renderer, color, width, 1.0, box)
    renderer.draw_path(gc, outline, IdentityTransform())
    gc.restore()


def draw_minima(renderer: RendererAgg, pixels: np.ndarray, box: Bbox) -> None:
    """Draw a ring on a dark line around each known minimum, `[n, 2]`: a head in it is seen."""
    for color, width in ((INK, 3.4), (MINIMUM, 1.7)):
        for pixel in pixels:
            draw_ring(renderer, pixel, color, AROUND_MINIMUM, box, width)


def draw_veil(renderer: RendererAgg, left: float, box: Bbox) -> None:
    """Let what lies right of a line within a box show faintly only."""
    corners = [(left, box.y0), (box.x1, box.y0), (box.x1, box.y1), (left, box.y1)]
    gc = _pen(renderer, "white", 0.0, VEIL, box)
    renderer.draw_path(gc, Outline(corners, closed=False), IdentityTransform(), (1.0, 1.0, 1.0, VEIL))
    gc.restore()


def draw_crosses(renderer: RendererAgg, pixels: np.ndarray, color: str, box: Bbox, size: float = 4.5) -> None:
    """Draw a cross at each of `[n, 2]`."""
    arms = size * np.array([[-1.0, -1.0], [1.0, 1.0], [np.nan, np.nan], [-1.0, 1.0], [1.0, -1.0]])
    draw_lines(renderer, arms[:, None] + pixels, color, 2.0, 1.0, box)


def inside(renderer: RendererAgg, box: Bbox) -> tuple[slice, slice]:
    """The rows and columns of a canvas that lie within the frame of some axes."""
    left, low, right, high = (round(side) for side in box.extents)
    height = int(renderer.height)
    return slice(height - high + 1, height - low), slice(left + 1, right)


def _pen(renderer: RendererAgg, color: str, width: float, alpha: float, box: Bbox) -> GraphicsContextBase:
    gc = renderer.new_gc()
    gc.set_linewidth(width)
    gc.set_foreground((*to_rgb(color), min(alpha, 1.0)), isRGBA=True)
    gc.set_clip_rectangle(box)
    gc.set_joinstyle("round")
    gc.set_capstyle("round")
    return gc
