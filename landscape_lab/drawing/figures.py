"""Figures of a scene, by name: the traces on their landscape, the loss over the steps, and more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from landscape_lab.drawing.boundary import boundary_figure
from landscape_lab.drawing.curvature import curvature_figure
from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.departures import COMPARISON, draw_departures
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.legend import write_legend
from landscape_lab.drawing.lines import line_figure
from landscape_lab.drawing.maps import draw_landscape
from landscape_lab.drawing.marks import mark_ends
from landscape_lab.drawing.palette import PATH_COLORS
from landscape_lab.drawing.planes import planes_figure
from landscape_lab.drawing.proportions import map_size, path_size
from landscape_lab.drawing.ratios import ratio_figure
from landscape_lab.drawing.samples import data_figure
from landscape_lab.drawing.slopes import gradient_figure
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.surfaces import surface_figure
from landscape_lab.drawing.titles import explain, write_title
from landscape_lab.drawing.topology import topology_figure
from landscape_lab.drawing.traces import draw_scene, ranked
from landscape_lab.files.writing import replacing
from landscape_lab.scene import Scene


def save_figure(figure: Figure, path: str | PathLike[str], dpi: int = 120) -> None:
    """Write a figure; the suffix tells the format."""
    with replacing(path) as unfinished:
        figure.savefig(unfinished, dpi=dpi)


def path_figure(scene: Scene) -> Figure:
    """The landscape with the traces on it, their points coloured by loss.

    Starts, ends and known minima are marked. On a slice, the losses of the traces and those of the
    plane below them are compared underneath.
    """
    width, height = map_size(scene)
    with rc_context(STYLE):
        figure = Figure(figsize=path_size(scene))
        if scene.compares:
            axes, below = figure.subplots(2, 1)
            draw_departures(below, scene)
            grid, heights = [[axes], [below]], [height, COMPARISON]
        else:
            axes = figure.add_subplot()
            grid, heights = [[axes]], [height]
        draw_scene(axes, scene)
        if len(scene.traces) > 1:
            colors = dict(zip([trace.label for trace in scene.traces], PATH_COLORS, strict=False))
            ranks = np.argsort(ranked(scene.traces)) + 1
            write_legend(figure, colors, scene.traces, len(scene.traces) - len(colors), ranks.tolist())
            explain(axes, scene)
        else:
            write_title(axes, scene)
        fit(figure, grid, [width], heights)
    return figure


@dataclass(frozen=True)
class Kind:
    """A figure that can be asked for.

    Args:
        draw: Makes it.
        grid: Whether it shows the losses in the window, which take a while.
        extra: What of a scene it shows that is made only where it is asked for: `line`, `planes`,
            `curvature`, `ratio`, or `cropped`, which most scenes do without.
    """

    draw: Callable[[Scene], Figure]
    grid: bool = True
    extra: str | None = None

    def __call__(self, scene: Scene) -> Figure:
        return self.draw(scene)

    def lacks(self, scene: Scene) -> bool:
        """Whether the scene has not what it shows."""
        has = {"line": scene.line, "planes": scene.compared, "curvature": scene.bend, "ratio": scene.ratios}
        return self.extra in has and not has[self.extra]


FIGURES: Mapping[str, Kind] = {
    "path": Kind(path_figure),
    "loss": Kind(loss_figure, grid=False),
    "evaluations": Kind(partial(loss_figure, against="evaluations"), grid=False),
    "surface": Kind(surface_figure),
    "gradient": Kind(gradient_figure, extra="cropped"),
    "topology": Kind(topology_figure),
    "data": Kind(data_figure, grid=False),
    "boundary": Kind(boundary_figure, grid=False),
    "line": Kind(line_figure, grid=False, extra="line"),
    "planes": Kind(planes_figure, grid=False, extra="planes"),
    "curvature": Kind(curvature_figure, grid=False, extra="curvature"),
    "ratio": Kind(ratio_figure, extra="ratio"),
}
"""The figures of a scene, by name."""


def gallery_figure(scenes: Sequence[tuple[str, Scene]]) -> Figure:
    """Many landscapes on one page, each with where descents start on it and its known minima."""
    columns = min(6, len(scenes))
    rows = -(-len(scenes) // columns)
    with rc_context(STYLE | {"font.size": 7, "axes.titlesize": 9}):
        figure = Figure(figsize=(2.9 * columns, 2.8 * rows), layout="constrained")
        for axes, (name, scene) in zip(
            figure.subplots(rows, columns, squeeze=False).flat, scenes, strict=False
        ):
            draw_landscape(axes, scene)
            mark_ends(axes, scene, small=True)
            axes.set_title(name, loc="left")
        for axes in figure.axes[len(scenes) :]:
            axes.set_visible(False)
    return figure
