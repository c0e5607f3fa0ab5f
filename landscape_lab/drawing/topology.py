"""Minima, saddles and maxima on the map, and beside it the tree of how valleys meet."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import NOTE_EDGE
from landscape_lab.drawing.marks import EDGE_COLOR, write_marks
from landscape_lab.drawing.palette import BASIN_COLORS, GREY, GRID, MINIMUM, PATH_COLORS
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.titles import write_title
from landscape_lab.drawing.traces import draw_scene
from landscape_lab.planes.topology import Basin, critical_points, merge_tree, pruned
from landscape_lab.scene import Scene

TREE, VALLEY = (2.6, 5.0), 0.6
"""The least and the greatest width of the tree, and what a valley in it takes, inches."""
SHARE = 0.003
"""Valleys that are shallower, as a share of the heights drawn, are roughness."""
EDGE = 0.92
"""Beyond such a share of a map's width and height, numbers stand towards its middle."""
SIDES, HEIGHTS = {1: "left", -1: "right"}, {1: "bottom", -1: "top"}
MOST = 16
"""The most valleys in the tree: those that are hardest to leave."""
MARKS = {"minima": ("o", MINIMUM), "saddles": ("X", BASIN_COLORS[4]), "maxima": ("^", PATH_COLORS[0])}
ONE = {"minima": "minimum", "saddles": "saddle", "maxima": "maximum"}


def topology_figure(scene: Scene) -> Figure:
    """The critical points of what is drawn, and its merge tree.

    Heights are as on the map, logarithmic where it is; valleys bear the same numbers on both sides.
    """
    heights = Heights(scene)
    levels = heights(scene.losses)
    valleys = merge_tree(levels, SHARE)
    basins = _deepest(valleys)
    with rc_context(STYLE):
        width, height = map_size(scene)
        figure = Figure(figsize=(width + TREE[1] + 2.0, height + 2.0))
        left, right = figure.subplots(1, 2)
        draw_scene(left, scene, bar=False)
        _mark(left, scene, critical_points(levels, SHARE, valleys))
        _number(left, scene, basins)
        _draw_tree(right, basins, heights)
        write_title(left, scene)
        fit(figure, [[left, right]], [width, float(np.clip(VALLEY * len(basins), *TREE))], [height])
    return figure


def _deepest(basins: Sequence[Basin]) -> list[Basin]:
    """Those that are hardest to leave; none of them flows into one that is left out."""
    order = sorted(range(len(basins)), key=lambda index: (-basins[index].persistence, index))
    return pruned(basins, sorted(order[:MOST]))


def _mark(axes: Axes, scene: Scene, points: dict[str, list[tuple[int, int]]]) -> None:
    """A mark for each kind, and how many there are."""
    for kind, nodes in points.items():
        places = _places(scene, nodes)
        words = kind if len(places) != 1 else ONE[kind]
        _draw_marks(axes, kind, places, zorder=5, label=f"{len(places)} {words}")
    write_marks(axes, columns=3)


def _draw_marks(
    axes: Axes, kind: str, places: Float[np.ndarray, "n 2"], zorder: int, label: str | None = None
) -> None:
    """The marks of one kind, the same on both sides of the figure."""
    marker, color = MARKS[kind]
    x, y = places.T
    edges: dict[str, Any] = {"edgecolors": EDGE_COLOR, "linewidths": 0.8, "zorder": zorder, "label": label}
    axes.scatter(x, y, s=46, marker=marker, c=color, **edges)


def _number(axes: Axes, scene: Scene, basins: Sequence[Basin]) -> None:
    """The numbers that the basins have in the tree."""
    places = _places(scene, [basin.minimum for basin in basins])
    shares = axes.transAxes.inverted().transform(axes.transData.transform(places))
    away = np.where(shares > EDGE, -1, 1)
    for number, (place, (across, along)) in enumerate(zip(places, away, strict=True), start=1):
        axes.annotate(
            str(number),
            tuple(place),
            xytext=(6 * across, 5 * along),
            ha=SIDES[across],
            va=HEIGHTS[along],
            textcoords="offset points",
            color="white",
            fontsize=9,
            path_effects=[NOTE_EDGE],
            zorder=6,
            annotation_clip=True,
        )


def _places(scene: Scene, nodes: Sequence[tuple[int, int]]) -> np.ndarray:
    """The places of rows and columns of the grid, `[n, 2]`."""
    rows, columns = np.asarray(nodes, dtype=int).reshape(-1, 2).T
    number = scene.losses.shape
    u, v = scene.window.columns(number[1]).numpy(), scene.window.rows(number[0]).numpy()
    return np.stack([u[columns], v[rows]], axis=1)


def _draw_tree(axes: Axes, basins: Sequence[Basin], heights: Heights) -> None:
    """A line for each valley from its minimum up to the saddle at which it meets a deeper one."""
    across = {number: x for x, number in enumerate(_order(basins))}
    for number, basin in enumerate(basins):
        x = across[number]
        axes.plot(
            [x, x, across[basin.into]], [basin.depth, basin.barrier, basin.barrier], color=GREY, zorder=2
        )
        axes.annotate(
            str(number + 1),
            (x, basin.depth),
            xytext=(0, -8),
            textcoords="offset points",
            ha="center",
            va="top",
        )
    minima = [(across[number], basin.depth) for number, basin in enumerate(basins)]
    saddles = [(across[number], basin.barrier) for number, basin in enumerate(basins) if basin.saddle]
    for kind, places in (("minima", minima), ("saddles", saddles)):
        _draw_marks(axes, kind, np.array(places).reshape(-1, 2), zorder=4)
    axes.set(xticks=[], xlim=(-0.4, max(len(basins), 1) - 0.6), ylabel=heights.label)
    axes.margins(y=0.08)
    heights.write_losses(axes.yaxis)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title("valleys and the saddles between them", loc="left", fontsize=10)


def _order(basins: Sequence[Basin]) -> list[int]:
    """The basins from left to right, so that no lines cross: what flows in lower stands nearer."""
    above: dict[int, list[int]] = {number: [] for number in range(len(basins))}
    for number in sorted(above, key=lambda one: basins[one].barrier):
        if basins[number].into != number:
            above[basins[number].into].append(number)
    order: list[int] = []
    waiting = [number for number in reversed(above) if basins[number].into == number]
    while waiting:
        order.append(waiting.pop())
        waiting += reversed(above[order[-1]])
    return order
