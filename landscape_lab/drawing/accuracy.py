"""The accuracy of a network on a map: a staircase, so it is drawn without contours."""

import numpy as np
from matplotlib.axes import Axes

from landscape_lab.drawing.style import add_scale
from landscape_lab.scene import Scene

COLORS = "bone"
"""As of losses, dark is low: here bright is good, and the scale says so."""


def shows_accuracy(scene: Scene) -> bool:
    """Whether a map of the scene is to show the accuracy, and can."""
    return scene.shading.show == "accuracy" and scene.accuracy is not None


def draw_accuracy(axes: Axes, scene: Scene) -> None:
    """The accuracy in the window, between its nodes along straight lines, and a scale beside it."""
    assert scene.accuracy is not None
    image = axes.imshow(
        np.clip(scene.accuracy, 0.0, 1.0),
        cmap=scene.shading.colormap or COLORS,
        extent=scene.window.image_extent,
        interpolation="bilinear",
    )
    add_scale(axes, image, "accuracy on the map")
