"""A frame of a film: the landscape with its traces, the loss curve beside it, and a line of numbers.

Axes, labels and legend are drawn once by matplotlib. A frame adds to that background only the few segments
that are new, and on a copy of it what is there for this frame alone; a film of a long descent costs no more
than that of a short one.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image, ImageDraw, ImageFont

from landscape_lab.drawing.approximation import GrowingPicture
from landscape_lab.drawing.boundary import ChangingRegions
from landscape_lab.drawing.encoding import Frame
from landscape_lab.drawing.growing import GrowingMap
from landscape_lab.drawing.ink import Label
from landscape_lab.drawing.layout import CAPTION, lay_out
from landscape_lab.drawing.loss_panel import loss_axis, loss_curves
from landscape_lab.drawing.palette import path_color
from landscape_lab.drawing.strip import Strip
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.successive import SuccessiveDraws
from landscape_lab.drawing.turning import TurningSurface
from landscape_lab.scene import Scene, Trace, last_before

DPI = 100
INNER = 0.985
"""The share of the width that axes take: half of their last number lies beyond."""
NAME_COLOR, VALUE_COLOR, LABEL_COLOR = "#80868b", "#202124", "#5f6368"
FONT = font_manager.findfont("DejaVu Sans")


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


class Word(NamedTuple):
    """A part of the line of numbers; it has the room that its longest value needs, so that nothing jumps."""

    text: str
    longest: str
    color: str


class Stage:
    """The background, and what has been drawn on it so far; frames are taken in the order of their steps.

    Args:
        scene: What is filmed.
        size: Width and height, pixels.
        clock: `linear` or `logarithmic`: the loss curve's steps are drawn alike.
        view: One of `VIEWS`.

    Raises:
        ValueError: The view is not one of this scene.
    """

    def __init__(self, scene: Scene, size: tuple[int, int], clock: str, view: str) -> None:
        self.scene = scene
        with rc_context(STYLE | {"font.size": 8}):
            layout = ConstrainedLayoutEngine(rect=(0.0, 0.0, INNER, 1.0 - CAPTION / size[1]))
            figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, layout=layout)
            maps, loss, strips = lay_out(figure, scene, view)
            self.strips = [Strip(scene, axes, size[0]) for axes in strips]
            if clock == "logarithmic":
                for axes in (loss, *strips):
                    axes.set_xscale("symlog", linthresh=1.0)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
        self.renderer: RendererAgg = canvas.get_renderer()
        self.whole = figure.bbox
        traces, axis = enumerate(scene.traces), loss_axis(scene)
        self.curves = [curve for number, trace in traces for curve in loss_curves(number, trace, loss, axis)]
        self.view = VIEWS[view](scene, maps, self.renderer)
        self.background = self.renderer.copy_from_bbox(self.whole)
        self.small = ImageFont.truetype(FONT, 11)
        self.font = _fitting(caption(scene.traces, np.inf), size[0] - 28)

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
        image = Image.fromarray(np.asarray(renderer.buffer_rgba())[..., :3])
        draw = ImageDraw.Draw(image)
        for x, y, text, anchor in self.view.labels():
            draw.text((x, image.height - y), text, fill=LABEL_COLOR, font=self.small, anchor=anchor)
        self._write(draw, caption(self.scene.traces, moment))
        return np.asarray(image)

    def _write(self, draw: ImageDraw.ImageDraw, words: list[Word]) -> None:
        """The line of numbers."""
        x = 14.0
        for word in words:
            draw.text((x, CAPTION / 2), word.text, fill=word.color, font=self.font, anchor="lm")
            x += self.font.getlength(word.longest)


def caption(traces: tuple[Trace, ...], moment: float) -> list[Word]:
    """The line of numbers: the step, the losses, and of a single trace its label and learning rate."""
    last = max(int(trace.steps[-1]) for trace in traces)
    step = [
        Word("step ", "step ", NAME_COLOR),
        Word(f"{int(min(moment, last)):,}", f"{last:,}    ", VALUE_COLOR),
    ]
    if len(traces) == 1:
        return _caption_of_one(traces[0], moment, step)
    colors = [path_color(number) for number in range(len(traces))]
    losses = zip(traces, colors, strict=True)
    return step + [Word(_loss(trace, moment), "-0.0000e+00  ", color) for trace, color in losses]


def _caption_of_one(trace: Trace, moment: float, step: list[Word]) -> list[Word]:
    members = trace.losses.shape[1]
    title = trace.label.split(", lr ")[0] + (f" · {members:,} members" if members > 1 else "")
    name = "loss " if members == 1 else "median loss "
    words = [Word(title, f"{title}    ", VALUE_COLOR), *step] if title else list(step)
    words += [Word(name, name, NAME_COLOR), Word(_loss(trace, moment), "-0.0000e+00    ", VALUE_COLOR)]
    if "measured_accuracy" in trace.measured:
        accuracy = np.nanmedian(_measured(trace, "measured_accuracy", moment))
        words += [
            Word("accuracy ", "accuracy ", NAME_COLOR),
            Word(f"{accuracy:.3f}", "0.000    ", VALUE_COLOR),
        ]
    if np.isfinite(rate := trace.lr[trace.record(moment)]):
        words += [Word("lr ", "lr ", NAME_COLOR), Word(f"{rate:.4g}", "0.0000e+00", VALUE_COLOR)]
    return words


def _loss(trace: Trace, moment: float) -> str:
    """The loss at a step, the median of the members; of a network that last measured on all data."""
    known = "measured_losses" in trace.measured
    losses = _measured(trace, "measured_losses", moment) if known else trace.losses[trace.record(moment)]
    losses = losses[np.isfinite(losses)]
    return f"{np.median(losses):.4g}" if len(losses) else "diverged"


def _measured(trace: Trace, name: str, moment: float) -> np.ndarray:
    """What was last measured up to a step, `[members]`."""
    return trace.measured[name][last_before(trace.measured["measured_steps"], moment)]


def _fitting(words: list[Word], width: int) -> ImageFont.FreeTypeFont:
    """The largest font, up to 15 pixels, in which a line is no wider than a frame; none is below 7."""
    text = "".join(word.longest for word in words)
    return next(
        (
            font
            for size in range(15, 7, -1)
            if (font := ImageFont.truetype(FONT, size)).getlength(text) <= width
        ),
        ImageFont.truetype(FONT, 7),
    )
