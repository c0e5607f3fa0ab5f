"""Shapes as they come to resemble a picture, beside it: the pictures of a film."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image

from landscape_lab.drawing.ink import Label, inside
from landscape_lab.scene import Scene

NAMES = ("the picture", "its approximation")


def approximation_in(scene: Scene) -> Callable[[float], np.ndarray]:
    """The target and its approximation at a step, `[2, rows, columns, 3]`, bytes.

    Raises:
        ValueError: The scene is not that of one path through shapes.
    """
    if scene.approximation is None:
        raise ValueError(
            "Parameter `view` may be approximation only of one run with landscape=shapes. Found none."
        )
    return scene.approximation


def prepare_pictures(axes: Sequence[Axes], scene: Scene) -> None:
    """Frames for two pictures, in their shape."""
    rows, columns = approximation_in(scene)(0.0).shape[1:3]
    for each in axes:
        each.set(xticks=[], yticks=[], xlim=(0, columns), ylim=(rows, 0), aspect="equal")


class GrowingPicture:
    """The target, and beside it the shapes at each moment.

    Args:
        scene: What is filmed.
        maps: The left and the right frame.
        renderer: The canvas.
    """

    def __init__(self, scene: Scene, maps: Sequence[Axes], renderer: RendererAgg) -> None:
        self.pictures = approximation_in(scene)
        self.axes = tuple(maps)
        self.places = [inside(renderer, axes.bbox) for axes in maps]

    def keep(self, moment: float) -> None:
        """Nothing stays from one frame to the next."""

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw both for one frame."""
        canvas = np.asarray(renderer.buffer_rgba())
        for place, pixels in zip(self.places, self.pictures(moment), strict=True):
            rows, columns = canvas[place].shape[:2]
            image = Image.fromarray(pixels).resize((columns, rows), Image.Resampling.BICUBIC)
            canvas[(*place, slice(3))] = np.asarray(image)

    def labels(self) -> list[Label]:
        """Which is which."""
        boxes = [axes.bbox for axes in self.axes]
        return [Label(box.x0, box.y1 + 5.0, text, "lb") for box, text in zip(boxes, NAMES, strict=True)]
