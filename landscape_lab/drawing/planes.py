"""The same paths on several planes, side by side: what the choice of a plane shows, and what it hides."""

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from landscape_lab.drawing.departures import away, draw_comparison
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.titles import write_title_of_all
from landscape_lab.drawing.traces import draw_scene
from landscape_lab.planes.components import part_of
from landscape_lab.scene import Scene


def planes_figure(scene: Scene) -> Figure:
    """A map for each plane with its share of the motion, and below it the losses of path and plane.

    Raises:
        ValueError: The scene has no other planes.
    """
    if not scene.compared:
        raise ValueError("A scene should have other planes to be drawn on: figures=[planes]. Found none.")
    number = len(scene.compared)
    with rc_context(STYLE | {"font.size": 9}):
        figure = Figure(figsize=(5.4 * number, 6.6), layout="constrained")
        grid = figure.subplots(2, number, height_ratios=(4.6, 1.6), squeeze=False)
        for (above, below), (name, shown) in zip(grid.T, scene.compared.items(), strict=True):
            _draw(above, below, name, shown)
        dims = scene.plane.directions.shape[1]
        words = f"each map is a slice of {dims:,} dimensions; hollow: the loss there is not the map's"
        write_title_of_all(figure, scene, words)
    return figure


def _draw(above: Axes, below: Axes, name: str, shown: Scene) -> None:
    """One plane."""
    draw_scene(above, shown, bar=False)
    explained = shown.plane.explained
    share = "" if explained is None else f": {part_of(sum(explained))} of the motion"
    above.set_title(f"{name}{share}", loc="left", fontsize=10)
    if shown.compares:
        draw_comparison(below, shown)
        below.set_title(away(shown), loc="left", fontsize=9)
    else:
        below.set_axis_off()
