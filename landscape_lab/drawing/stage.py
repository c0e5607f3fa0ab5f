"""A frame of a film: the landscape with its traces, the loss curve beside it, and a line of numbers.

Axes, labels and legend are drawn once by matplotlib. A frame adds to that background only the few segments
that are new, and on a copy of it what is there for this frame alone; a film of a long descent costs no more
than that of a short one.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image, ImageDraw, ImageFont

from landscape_lab.drawing.approximation import GrowingPicture
from landscape_lab.drawing.boundary import ChangingRegions
from landscape_lab.drawing.encoding import Frame
from landscape_lab.drawing.growing import GrowingMap
from landscape_lab.drawing.header import FONT, Header
from landscape_lab.drawing.ink import Label
from landscape_lab.drawing.layout import lay_out
from landscape_lab.drawing.loss_panel import loss_axis, loss_curves
from landscape_lab.drawing.pacing import Pacing
from landscape_lab.drawing.strip import Strip
from landscape_lab.drawing.style import STYLE, shortened
from landscape_lab.drawing.successive import SuccessiveDraws
from landscape_lab.drawing.turning import TurningSurface
from landscape_lab.scene import Scene

DPI = 100
INNER = 0.985
"""The share of the width that axes take: half of their last number lies beyond."""
LABEL_COLOR = "#5f6368"


class View(Protocol):
    """How the landscape and the traces are shown."""

    def keep(self, moment: float) -> None:
        """Draw for good what happened up to a step."""

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw for one frame all else."""

    def labels(self) -> list[Label]:
        """The texts of that frame."""


VIEWS: dict[str, Callable[[Scene, Sequence[Axes], RendererAgg], View]] = {
    "map": lambda scene, maps, renderer: GrowingMap(scene, maps[0], renderer),
    "surface": lambda scene, maps, _: TurningSurface(scene, maps[0]),
    "boundary": lambda scene, maps, renderer: ChangingRegions(scene, maps[0], renderer),
    "draws": SuccessiveDraws,
    "approximation": GrowingPicture,
}


class Stage:
    """The background, and what has been drawn on it so far; frames are taken in the order of their steps.

    Args:
        scene: What is filmed.
        size: Width and height, pixels.
        pacing: When its frames are taken.
        view: One of `VIEWS`.

    Raises:
        ValueError: The view is not one of this scene.
    """

    def __init__(self, scene: Scene, size: tuple[int, int], pacing: Pacing, view: str) -> None:
        self.scene = scene
        self.header = Header(scene, pacing, size[0])
        with rc_context(STYLE | {"font.size": 8}):
            layout = ConstrainedLayoutEngine(rect=(0.0, 0.0, INNER, 1.0 - self.header.height / size[1]))
            figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, layout=layout)
            maps, loss, strips = lay_out(figure, scene, view, pacing.end)
            self.strips = [Strip(scene, axes, size[0]) for axes in strips]
            for axes in (loss, *strips):
                axes.set_xlim(0, max(1.0, pacing.end))
                if pacing.early:
                    axes.set_xscale("symlog", linthresh=1.0)
                    axes.xaxis.set_major_formatter(shortened)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
        self.renderer: RendererAgg = canvas.get_renderer()
        self.whole = figure.bbox
        traces, axis = enumerate(scene.traces), loss_axis(scene, pacing.end)
        self.curves = [curve for number, trace in traces for curve in loss_curves(number, trace, loss, axis)]
        self.view = VIEWS[view](scene, maps, self.renderer)
        self.background = self.renderer.copy_from_bbox(self.whole)
        self.small = ImageFont.truetype(FONT, 11)

    def shoot(self, since: float, moment: float, progress: float) -> Frame:
        """The frame at a step.

        Args:
            since: The step since which traces are bright.
            moment: The step.
            progress: The share of the film that is over.
        """
        renderer = self.renderer
        renderer.restore_region(self.background)
        self.view.keep(moment)
        for curve in self.curves:
            curve.grow(renderer, moment)
        self.background = renderer.copy_from_bbox(self.whole)
        self.view.show(renderer, since, moment, progress)
        for strip in self.strips:
            strip.show(renderer, moment)
        image = Image.fromarray(np.asarray(renderer.buffer_rgba())).convert(
            "RGB"
        )  # faster than three of four
        draw = ImageDraw.Draw(image)
        for x, y, text, anchor in self.view.labels():
            draw.text((x, image.height - y), text, fill=LABEL_COLOR, font=self.small, anchor=anchor)
        self.header.write(draw, moment)
        return np.asarray(image)
