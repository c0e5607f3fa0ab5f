"""Minima, saddles and maxima on the map, and beside it the tree of how valleys meet."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import draw_scene, map_ratio
from landscape_lab.drawing.style import GREY, GRID, STYLE
from landscape_lab.drawing.titles import title_of
from landscape_lab.planes.topology import Basin, critical_points, merge_tree
from landscape_lab.scene import Scene

SHARE = 0.003
"""Valleys that are shallower, as a share of the heights drawn, are roughness."""
MOST = 16
"""The most valleys in the tree: those that are hardest to leave."""
MARKS = {"minima": ("o", "#00e5ff"), "saddles": ("X", "#ffc914"), "maxima": ("^", "#e4572e")}
ONE = {"minima": "minimum", "saddles": "saddle", "maxima": "maximum"}
EDGE = "#202124"


def topology_figure(scene: Scene) -> Figure:
    """The critical points of what is drawn, and its merge tree.

    Heights are as on the map, logarithmic where it is; valleys bear the same numbers on both sides.
    """
    heights = Heights(scene)
    levels = heights(scene.losses)
    basins = _deepest(merge_tree(levels, SHARE))
    with rc_context(STYLE):
        figure = Figure(figsize=(12.5, 6.4 * map_ratio(scene) + 0.9), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1.0))
        draw_scene(left, scene, bar=False)
        _mark(left, scene, critical_points(levels, SHARE))
        _number(left, scene, basins)
        _draw_tree(right, basins, heights.label)
        figure.suptitle(title_of(scene.traces), x=0.01, ha="left", fontsize=11)
    return figure


def _deepest(basins: Sequence[Basin]) -> list[Basin]:
    """Those that are hardest to leave; none of them flows into one that is left out."""
    order = sorted(range(len(basins)), key=lambda index: (-basins[index].persistence, index))
    kept = sorted(order[:MOST])
    number = {index: new for new, index in enumerate(kept)}
    return [basins[index]._replace(into=number[basins[index].into]) for index in kept]


def _mark(axes: Axes, scene: Scene, points: dict[str, list[tuple[int, int]]]) -> None:
    """A mark for each kind, and how many there are."""
    for kind, (marker, color) in MARKS.items():
        x, y = _places(scene, points[kind]).T
        axes.scatter(
            x,
            y,
            marker=marker,
            c=color,
            s=46,
            edgecolors=EDGE,
            linewidths=0.8,
            zorder=5,
            label=f"{len(x)} {kind if len(x) != 1 else ONE[kind]}",
        )
    axes.legend(loc="upper right", bbox_to_anchor=(1.01, -0.045), ncols=6, frameon=False, fontsize=8)


def _number(axes: Axes, scene: Scene, basins: Sequence[Basin]) -> None:
    """The numbers that the basins have in the tree."""
    places = _places(scene, [basin.minimum for basin in basins])
    for number, place in enumerate(places, start=1):
        axes.annotate(
            str(number),
            tuple(place),
            xytext=(6, 5),
            textcoords="offset points",
            color="white",
            fontsize=9,
            path_effects=[withStroke(linewidth=2.0, foreground=EDGE)],
            zorder=6,
            annotation_clip=True,
        )


def _places(scene: Scene, nodes: Sequence[tuple[int, int]]) -> np.ndarray:
    """The places of rows and columns of the grid, `[n, 2]`."""
    rows, columns = np.asarray(nodes, dtype=int).reshape(-1, 2).T
    number = scene.losses.shape
    u, v = scene.window.columns(number[1]).numpy(), scene.window.rows(number[0]).numpy()
    return np.stack([u[columns], v[rows]], axis=1)


def _draw_tree(axes: Axes, basins: Sequence[Basin], label: str) -> None:
    """A line for each valley from its minimum up to the saddle at which it meets a deeper one."""
    across = {number: x for x, number in enumerate(_order(basins))}
    for number, basin in enumerate(basins):
        x = across[number]
        axes.plot(
            [x, x, across[basin.into]], [basin.depth, basin.barrier, basin.barrier], color=GREY, zorder=2
        )
        axes.scatter(
            x, basin.depth, marker="o", c=MARKS["minima"][1], s=46, edgecolors=EDGE, linewidths=0.8, zorder=4
        )
        axes.annotate(
            str(number + 1),
            (x, basin.depth),
            xytext=(0, -8),
            textcoords="offset points",
            ha="center",
            va="top",
        )
        if basin.saddle is not None:
            axes.scatter(
                x,
                basin.barrier,
                marker="X",
                c=MARKS["saddles"][1],
                s=46,
                edgecolors=EDGE,
                linewidths=0.8,
                zorder=4,
            )
    axes.set(xticks=[], xlim=(-0.7, max(len(basins), 1) - 0.3), ylabel=label)
    axes.margins(y=0.08)
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
