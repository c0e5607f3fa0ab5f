"""The landscape in three dimensions."""

from dataclasses import replace
from math import radians

import numpy as np
from jaxtyping import Bool, Float, UInt8
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.growing import fade
from landscape_lab.drawing.marks import mark_ends
from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import GREY, path_color
from landscape_lab.drawing.relief import HEIGHT, SLAB
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.terrain import Terrain, anchor, dense
from landscape_lab.drawing.titles import write_title
from landscape_lab.drawing.traces import draw_traces, end_colors
from landscape_lab.planes.window import Window
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace

LARGEST = (1440, 1000)
"""The most pixels of a surface."""
DENSITY = 150.0
"""Its pixels for each inch."""
WIDE_FROM, HIGH_FROM = radians(-58.0), radians(-32.0)
"""Where the eye is before a surface that is wider than high, and before another."""
POINTS, MORE = 30_000, 24
"""The most points of one trace, and the most that lie between two of its places."""
ASIDE, UP = 50.0, 45.0
"""Pixels: what numbers take beside the surface, and how far its nearest corner may reach down."""
NUMBER, NARROW = 0.17, 0.6
"""Inches from a number to the next at least, and the share of a narrow figure that a surface takes."""
NAME, CHARACTER = 28.0, 6.0
"""Points from an edge to its name, and along a character of it."""
HIDDEN = 0.4
"""How strongly traces and marks are seen through the surface."""


def surface_figure(scene: Scene) -> Figure:
    """The landscape in three dimensions, with the traces lying on it; what lies behind a hill is faint."""
    terrain = Terrain(scene, *LARGEST, cells=max(LARGEST))
    picture = terrain.relief.look(WIDE_FROM if terrain.aspect <= 1.0 else HIGH_FROM)
    ends = np.concatenate([terrain.corners(-SLAB / HEIGHT), terrain.corners(1.0)])
    (left, first), (right, last) = ends.min(axis=0), ends.max(axis=0)
    right = max(right + ASIDE, *(_end_of_name(terrain, axis) for axis in (0, 1)))
    window = Window(left - 1.0, right, first + UP, last + 1.0)
    width, height = (side / DENSITY for side in window.size)
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        axes = figure.add_subplot()
        axes.set_axis_off()
        extent = (0.0, float(picture.shape[1]), 0.0, float(picture.shape[0]))
        image = axes.imshow(_cut_out(picture, terrain.relief.highest), extent=extent, clip_on=False)
        image.set_in_layout(False)  # nothing around it needs room
        axes.set(xlim=(window.left, window.right), ylim=(window.first, window.last), autoscale_on=False)
        _draw_paths(axes, scene, terrain, window)
        _draw_edges(axes, terrain, width)
        write_title(axes, scene, f"height: {terrain.paint.heights.label}")
        fit(figure, [[axes]], [width], [height])
    return figure


def _draw_paths(axes: Axes, scene: Scene, terrain: Terrain, window: Window) -> None:
    """The traces and their marks as a map has them, laid on the surface."""
    lying = [_lying(trace, terrain) for trace in scene.traces]
    laid = replace(scene, window=window, traces=tuple(trace for trace, _ in lying))
    minima, clear = terrain.lay(terrain.shares(scene.minima))
    for number, trace in enumerate(laid.traces):
        lines = list(trace.places.swapaxes(0, 1))
        faint = LineCollection(lines, colors=path_color(number), alpha=HIDDEN * fade(trace.total))
        axes.add_collection(faint, autolim=False)
    seen, hidden = (
        replace(
            laid,
            minima=np.where((clear == there)[:, None], minima, np.nan),
            traces=tuple(_where(trace, sight == there) for trace, sight in lying),
        )
        for there in (True, False)
    )
    draw_traces(axes, seen)
    mark_ends(axes, hidden, named=False, colors=end_colors(laid), strength=HIDDEN)
    mark_ends(axes, seen, colors=end_colors(laid))


def _where(trace: Trace, there: Bool[np.ndarray, "places members"]) -> Trace:
    """A trace with only some of its places."""
    return replace(trace, places=np.where(there[..., None], trace.places, np.nan))


def _lying(trace: Trace, terrain: Terrain) -> tuple[Trace, Bool[np.ndarray, "places members"]]:
    """A trace in the pixels of the surface's picture, and which of its places are in sight.

    Where it has few places, further ones between them follow the surface.
    """
    members = trace.places.shape[1]
    shown = evenly(len(trace.places), max(2, POINTS // members))
    times = max(1, min(MORE, POINTS // (len(shown) * members)))
    pixels, sight = terrain.lay(dense(terrain.shares(trace.places[shown]), times))
    steps = np.repeat(trace.path_steps[shown], times)[: len(pixels)] if len(shown) > 1 else trace.path_steps
    return replace(trace, places=pixels, place_steps=steps, off=None, departure=None), sight


def _cut_out(
    picture: UInt8[np.ndarray, "height width 3"], highest: Float[np.ndarray, "samples depths"]
) -> UInt8[np.ndarray, "height width 4"]:
    """A surface with nothing around it: above what is highest in a column, and below the foot of its wall."""
    height, width, _ = picture.shape
    top = height - np.ceil(highest[:, -1].reshape(width, -1).max(axis=1) * width / len(highest))
    solid = picture.min(axis=2) < 255
    foot = height - 1 - solid[::-1].argmax(axis=0)
    rows = np.arange(height)[:, None]
    inside = (rows >= top) & (rows <= foot) & solid.any(axis=0)
    return np.dstack([picture, np.where(inside, 255, 0).astype(np.uint8)])


def _draw_edges(axes: Axes, terrain: Terrain, width: float) -> None:
    """The numbers at the edges of the surface, the names of its axes, and the upright axis.

    Numbers that would lie on others are left out, in a narrow figure the shares of the motion, too.
    """
    narrow = asked_width()
    inches = 1.0 if narrow is None else min(1.0, NARROW * narrow / width)
    kept: list[np.ndarray] = []
    for tick in terrain.ticks():
        if all(np.hypot(*(tick.pixel - other)) * inches / DENSITY >= NUMBER for other in kept):
            kept.append(tick.pixel)
            _write(axes, tick.pixel, tick.out, 3.0, "")
            _write(axes, tick.pixel, tick.out, 5.0, tick.text)
    axes.plot(*np.stack([terrain.upright(level) for level in (0.0, 1.0)]).T, color=GREY, clip_on=False)
    for axis in (0, 1):
        _write(axes, *terrain.edge(axis, 0.0), NAME, _name(terrain, axis))


def _name(terrain: Terrain, axis: int) -> str:
    """What an axis is called."""
    name = terrain.scene.plane.axes.labels[axis]
    return name.replace(" (", "\n(") if asked_width() is None else name.split(" (")[0]


def _end_of_name(terrain: Terrain, axis: int) -> float:
    """The pixel on the right at which the name of an axis ends, or where its edge is, if that is beyond."""
    (pixel, _), (out, _) = terrain.edge(axis, 0.0)
    longest = max(map(len, _name(terrain, axis).split("\n")))
    return float(pixel + (NAME * out + CHARACTER * longest * (out > 0)) * DENSITY / 72.0)


def _write(axes: Axes, pixel: np.ndarray, out: np.ndarray, far: float, text: str) -> None:
    """A text some points outwards from a pixel; without one, a line as long."""
    line = {} if text else {"arrowprops": {"arrowstyle": "-", "color": GREY, "shrinkA": 0.0, "shrinkB": 0.0}}
    side, along = list(anchor(out))
    (x, y), (right, up) = pixel, far * out
    axes.annotate(
        text,
        (x, y),
        (right, up),
        textcoords="offset points",
        annotation_clip=False,
        ha={"l": "left", "m": "center", "r": "right"}[side],
        va={"t": "top", "m": "center"}[along],
        **line,
    )
