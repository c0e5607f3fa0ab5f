"""The truth below a film's map: the losses of the paths and those of the plane, as time passes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg

from landscape_lab.drawing.departures import draw_departures
from landscape_lab.drawing.growing import on_canvas
from landscape_lab.drawing.ink import draw_veil
from landscape_lab.scene import Scene

STRIP = 150
"""Its height in pixels."""
LEAST = 360
"""A frame less high has no room for it."""
FULL_WIDTH = 760
"""In a narrower frame its words are smaller."""


class Strip:
    """The curves of a figure's comparison; those of later steps are veiled.

    Args:
        scene: Whose paths have been compared.
        axes: Where the curves are drawn, once.
        width: Of the frame, in pixels.
    """

    def __init__(self, scene: Scene, axes: Axes, width: int) -> None:
        draw_departures(axes, scene)
        axes.set_title(axes.get_title("left"), loc="left", fontsize=8.0 * min(1.0, width / FULL_WIDTH))
        self.axes = axes

    @staticmethod
    def fits(scene: Scene, height: float) -> bool:
        """Whether a scene has something to compare, and a frame room for it."""
        return scene.compares and height >= LEAST

    def show(self, renderer: RendererAgg, moment: float) -> None:
        """Veil what is still to come."""
        now = np.array([moment, self.axes.get_ylim()[1]])
        draw_veil(renderer, float(on_canvas(self.axes, now)[0]), self.axes.bbox)
