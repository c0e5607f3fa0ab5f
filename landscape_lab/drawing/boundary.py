"""Decision regions: which class a network answers with, everywhere on the plane of two features."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from PIL import Image

from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.growing import on_canvas
from landscape_lab.drawing.ink import Label, draw_heads, inside
from landscape_lab.drawing.palette import FRAME
from landscape_lab.drawing.proportions import size_of
from landscape_lab.drawing.regions import (
    class_color,
    draw_classes,
    region_colors,
    right_share,
    write_classes,
)
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.titles import write_title
from landscape_lab.scene import Answers, Scene

CELLS = 200
"""Cells along each side of a picture."""
FILM_CELLS = 112
"""And of a frame, which there are hundreds of."""
SAMPLES = 2000
"""The most samples that are drawn."""


def answers_in(scene: Scene) -> Answers:
    """What the network of a scene answers.

    Raises:
        ValueError: There is none, or several.
    """
    if scene.answers is None:
        raise ValueError(
            "Parameter `view` may be boundary only for one run of a network. "
            f"Found {len(scene.traces)} of another landscape, or several."
        )
    return scene.answers


def prepare_regions(axes: Axes, answers: Answers) -> None:
    """The window of two features, and its frame."""
    left, right, first, last = answers.window.extent
    axes.set(xlim=(left, right), ylim=(first, last), aspect="equal", xlabel="feature 1", ylabel="feature 2")
    for spine in axes.spines.values():
        spine.set(visible=True, color=FRAME)
    axes.set_autoscale_on(False)


def boundary_figure(scene: Scene) -> Figure:
    """The regions at the end of a descent, with the samples over them."""
    answers = answers_in(scene)
    samples = answers.samples(SAMPLES)
    with rc_context(STYLE):
        width, height = size_of(answers.window.ratio)
        figure = Figure(figsize=(width + 2.0, height + 2.0))
        axes = figure.add_subplot()
        shares = answers.shares(float(scene.traces[0].steps[-1]), (CELLS, CELLS))
        image = region_colors(shares, (4 * CELLS, 4 * CELLS))
        axes.imshow(image, origin="lower", extent=answers.window.extent, interpolation="bilinear")
        prepare_regions(axes, answers)
        draw_classes(axes, samples.inputs, samples)
        write_classes(axes, samples)
        write_title(axes, scene, right_share(samples), answers.member)
        fit(figure, [[axes]], [width], [height])
    return figure


class ChangingRegions:
    """The map of a film: the regions at each moment, with the samples over them.

    Args:
        scene: What is filmed.
        axes: Where, with the window of the features.
        renderer: The canvas.
    """

    def __init__(self, scene: Scene, axes: Axes, renderer: RendererAgg) -> None:
        self.answers = answers_in(scene)
        self.box = axes.bbox
        samples = self.answers.samples(SAMPLES)
        ink = RendererAgg(renderer.width, renderer.height, renderer.dpi)
        pixels, size = on_canvas(axes, samples.inputs), 3.6 if len(samples.inputs) < SAMPLES / 4 else 2.8
        for number in range(len(samples.classes)):
            draw_heads(ink, pixels[samples.targets == number], class_color(number), size, self.box)
        self.ink = Image.fromarray(np.asarray(ink.buffer_rgba())[inside(renderer, self.box)])

    def keep(self, moment: float) -> None:
        """Nothing stays from one frame to the next."""

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw the regions of a moment, and the samples."""
        shares = self.answers.shares(moment, (FILM_CELLS, FILM_CELLS))[::-1]  # the first row at the top
        image = Image.fromarray(region_colors(shares, self.ink.size[::-1]))
        image.paste(self.ink.convert("RGB"), mask=self.ink.getchannel("A"))
        np.asarray(renderer.buffer_rgba())[(*inside(renderer, self.box), slice(3))] = np.asarray(image)

    def labels(self) -> list[Label]:
        """The axes have their own."""
        return []
