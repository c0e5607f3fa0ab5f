"""The marks on a map: known minima, where traces begin and where they end."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patheffects import withStroke

from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import GREY, INK, MINIMUM
from landscape_lab.drawing.style import inches_from
from landscape_lab.scene import Scene

EDGE_COLOR, END_COLOR = INK, "#00c853"
PAD = 6.0
"""Points between a map and its title."""
BELOW = 0.5
"""Inches between a map and the row of its legend, for the numbers and the name of its axis."""
_SMALL = (16, 0.8, 0.4)
"""In a small picture, the area of a disc and the edges of discs and stars."""
_SIZES = ((20, (90, 1.6, 1.2)), (200, (26, 0.6, 0.4)), (math.inf, (7, 0.6, 0.4)))
"""The same elsewhere, for fewer traces than so many."""


RING, NEAR = 17.0, 0.08
"""Points across the ring of a minimum; and how near to the edge of a map one reaches over it, in heights."""
STAR = 1.8
"""The area of a star over that of a disc."""
ORDER = {"minimum": 0, "start": 1, "end": 2}
"""Of marks in a legend, before all others."""
_LEGIBLE = 60
"""The area of a disc in a legend."""


def mark_ends(
    axes: Axes,
    scene: Scene,
    *,
    small: bool = False,
    named: bool = True,
    colors: np.ndarray | None = None,
    strength: float | None = None,
) -> None:
    """Known minima in rings that hide nothing, starts and ends, each with its own mark.

    Args:
        axes: The map.
        scene: What happened.
        small: Whether there is no room for large marks and a legend.
        named: Whether a legend tells what they are.
        colors: Of the end of each member of each trace, `[ends, 4]`; `None`: all are alike.
        strength: Their opacity, where it is not that of their colours.
    """
    mark_minima(axes, scene, small=small, strength=strength)
    if scene.traces:
        _mark_starts_and_ends(axes, scene, small=small, colors=colors, strength=strength)
    if named and not small:
        write_marks(axes, columns=3)


def mark_minima(axes: Axes, scene: Scene, *, small: bool = False, strength: float | None = None) -> None:
    """A ring around each known minimum in the window, so large that a star in it is seen."""
    shown = scene.minima[scene.window.contains(scene.minima)]
    if not len(shown):
        return
    edge = 1.2 if small else 1.8
    ring: dict[str, Any] = {"linestyle": "none", "marker": "o", "zorder": 7, "markeredgewidth": edge}
    ring |= {"markerfacecolor": "none", "markeredgecolor": MINIMUM}
    dark, faint = (
        [withStroke(linewidth=edge + 2.0, foreground=to_rgba(INK, share))] for share in (None, strength)
    )
    size = 9 if small else RING
    (rings,) = axes.plot(*shown.T, markersize=size, alpha=strength, path_effects=faint, **ring)
    rings.set_clip_on(False)  # one on the edge is seen whole
    if _is_new(axes, "minimum"):
        axes.plot([], [], markersize=9, label="minimum", path_effects=dark, **ring)


def above_rings(scene: Scene) -> float:
    """Points by which a title stands above a map and rings of minima that reach over its upper edge."""
    window = scene.window
    shown = scene.minima[window.contains(scene.minima)]
    top = window.first if scene.plane.axes.picture else window.last
    reaches = (np.abs(shown[:, 1] - top) < NEAR * abs(window.last - window.first)).any()
    return PAD + (0.5 * RING if reaches else 0.0)


def write_marks(axes: Axes, columns: int) -> None:
    """What the marks on a map mean, in a row of its own below the names of its axes."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    named = sorted(zip(labels, handles, strict=True), key=lambda pair: ORDER.get(pair[0], len(ORDER)))
    handles = [handle for _, handle in named]
    if asked_width() is not None and len(handles) > columns:
        columns = min(columns, 2)
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, -BELOW),
        bbox_transform=inches_from(axes, 0.0, 0.0),
        ncols=columns,
        frameon=False,
        fontsize=9,
        columnspacing=1.2,
        borderpad=0.2,
        borderaxespad=0.0,
    )


def _is_new(axes: Axes, label: str) -> bool:
    """Whether no mark of a map is called so yet."""
    return label not in axes.get_legend_handles_labels()[1]


def _mark_starts_and_ends(
    axes: Axes, scene: Scene, *, small: bool, colors: np.ndarray | None, strength: float | None
) -> None:
    """White discs and stars, the smaller the more there are; a trace of one record has no end.

    The legend tells of those that are in the window.
    """
    starts = np.concatenate([trace.places[0] for trace in scene.traces])
    ends = np.concatenate([trace.places[-1] for trace in scene.traces])
    size, disc_edge, star_edge = _SMALL if small else _sizes(len(starts))
    disc: dict[str, Any] = {"c": "white", "edgecolors": EDGE_COLOR}
    axes.scatter(starts[:, 0], starts[:, 1], s=size, linewidths=disc_edge, zorder=5, alpha=strength, **disc)
    if scene.window.contains(starts).any() and _is_new(axes, "start"):
        axes.scatter([], [], s=_LEGIBLE, linewidths=1.2, label="start", **disc)
    if any(len(trace.steps) > 1 for trace in scene.traces):
        star: dict[str, Any] = {"marker": "*", "edgecolors": "white"}
        order = np.arange(len(ends))[::-1]  # the first on top
        x, y = ends[order].T
        own = END_COLOR if colors is None else colors[order]
        axes.scatter(x, y, s=STAR * size, c=own, linewidths=star_edge, zorder=6, alpha=strength, **star)
        named = END_COLOR if colors is None else GREY
        if scene.window.contains(ends).any() and _is_new(axes, "end"):
            axes.scatter([], [], s=STAR * _LEGIBLE, c=named, linewidths=0.6, label="end", **star)


def _sizes(traces: int) -> tuple[int, float, float]:
    """The area of a disc, and the edges of discs and stars, among so many traces."""
    return next(sizes for most, sizes in _SIZES if traces < most)
