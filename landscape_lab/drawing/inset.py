"""A tiny path, seen larger in a corner of its map."""

from collections.abc import Callable
from itertools import product

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from landscape_lab.drawing.palette import INK
from landscape_lab.drawing.style import in_full
from landscape_lab.planes.window import Window
from landscape_lab.scene import Scene

TINY = 0.1
"""Paths that take a smaller share of both sides of a window are seen larger."""
SIZE, AWAY = 0.36, 0.03
"""Of the part that is seen larger and its distance from the frame, as shares of the map."""
ROOM = 1.5
"""How many times as large as the paths it is."""


def part_of(scene: Scene) -> Window | None:
    """The part of the window around tiny paths, of the same proportions; none where they are larger."""
    paths = [trace.places for trace in scene.traces]
    part = scene.window.closer(paths, ROOM)
    if part is None or not all(scene.window.contains(path).all() for path in paths):
        return None
    return part if 0.0 < part.size[0] < ROOM * TINY * scene.window.size[0] else None


def draw_inset(axes: Axes, scene: Scene, draw: Callable[[Axes, Window], None]) -> None:
    """Draw tiny paths larger, in a corner of their map; nothing where they are large enough.

    Args:
        axes: The map.
        scene: What happened.
        draw: Draws map and paths on some axes, of which only a part will be seen.
    """
    if (part := part_of(scene)) is None:
        return
    beside = axes.inset_axes((*_corner(axes, scene, part), SIZE, SIZE), zorder=8)
    draw(beside, part)
    up = part.extent[2:] if axes.get_ylim()[0] < axes.get_ylim()[1] else part.extent[:1:-1]
    beside.set(xlim=part.extent[:2], ylim=up, xticks=[], yticks=[], aspect="auto")
    for spine in beside.spines.values():
        spine.set(visible=True, color=INK, linewidth=1.5)
    lines = axes.indicate_inset_zoom(beside, edgecolor=INK, alpha=1.0, linewidth=1.0)
    for line in (lines.rectangle, *(lines.connectors or ())):
        line.set_path_effects([withStroke(linewidth=2.6, foreground="white")])
    words = f"{in_full(scene.window.size[0] / part.size[0], 2)} times as large"
    text = beside.text(0.03, 0.96, words, transform=beside.transAxes, va="top", zorder=9)
    text.set(color="white", fontsize=8, backgroundcolor=INK)


def _corner(axes: Axes, scene: Scene, part: Window) -> tuple[float, float]:
    """The lower left end of the inset in shares of the map: near the paths, and on no mark if possible."""
    marks = np.concatenate([part.corners, part.corners.mean(axis=0, keepdims=True), scene.minima])
    marks = axes.transAxes.inverted().transform(axes.transData.transform(marks))
    ends = (AWAY, 1.0 - SIZE - AWAY)
    return min(product(ends, ends), key=lambda corner: _cost(np.array(corner), marks))


def _cost(corner: Float[np.ndarray, "2"], marks: Float[np.ndarray, "marks 2"]) -> tuple[int, float]:
    """How many marks a corner hides, then how far the paths are from it: the third mark is their middle."""
    hidden = ((marks > corner - AWAY) & (marks < corner + SIZE + AWAY)).all(axis=1)
    return int(hidden.sum()), float(np.hypot(*(corner + 0.5 * SIZE - marks[2])))
