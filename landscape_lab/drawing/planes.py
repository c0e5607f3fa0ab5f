"""The same paths on several planes, side by side: what the choice of a plane shows, and what it hides."""

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.departures import away, draw_comparison
from landscape_lab.drawing.marks import above_rings
from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.titles import write_title_of_all
from landscape_lab.drawing.traces import draw_scene
from landscape_lab.planes.components import part_of
from landscape_lab.scene import Scene


def planes_figure(scene: Scene) -> Figure:
    """A map for each plane with its share of the motion, and below it the losses of path and plane.

    In a column of a paper there is room for the maps only.

    Raises:
        ValueError: The scene has no other planes.
    """
    if not scene.compared:
        raise ValueError("A scene should have other planes to be drawn on: figures=[planes]. Found none.")
    number = len(scene.compared)
    with rc_context(STYLE | {"font.size": 9}):
        figure = Figure(figsize=(5.4 * number, 6.6), layout="constrained")
        heights = (4.6, 1.6) if asked_width() is None else (4.6,)
        grid = figure.subplots(len(heights), number, height_ratios=heights, squeeze=False)
        for (above, *below), (name, shown) in zip(grid.T, scene.compared.items(), strict=True):
            _draw(above, below, name, shown)
        dims = scene.plane.directions.shape[1]
        words = f"each map is a slice of {dims:,} dimensions; hollow: the loss there is not the map's"
        write_title_of_all(figure, scene, words)
    return figure


def _draw(above: Axes, below: Sequence[Axes], name: str, shown: Scene) -> None:
    """One plane, and what is compared with it in the axes below, if there are any."""
    draw_scene(above, shown, bar=False)
    explained = shown.plane.explained
    share = "" if explained is None else f": {part_of(sum(explained))} of the motion"
    above.set_title(f"{name}{share}", loc="left", fontsize=10, pad=above_rings(shown))
    for axes in below:
        if shown.compares:
            draw_comparison(axes, shown)
            axes.set_title(away(shown), loc="left", fontsize=9)
        else:
            axes.set_axis_off()
