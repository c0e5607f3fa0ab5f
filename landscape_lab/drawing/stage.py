"""What a frame of a film consists of: the landscape with its paths, the loss curve beside it, and a line of numbers.

Axes, labels and legend are drawn once by matplotlib. A frame adds to that background only the few segments that are new, and on a
copy of it what is there for this frame alone; a film of a long descent costs no more than that of a short one.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image, ImageDraw, ImageFont

from landscape_lab.drawing.encoding import Frame
from landscape_lab.drawing.figures import STYLE
from landscape_lab.drawing.growing import Curve, GrowingMap, on_canvas
from landscape_lab.drawing.maps import PATH_COLORS, colored, draw_landscape
from landscape_lab.drawing.turning import TurningSurface
from landscape_lab.scene import Path, Scene

DPI = 100
CAPTION = 34
"""Pixels above the map for the line of numbers."""
NAME_COLOR, VALUE_COLOR = "#80868b", "#202124"
FONT = font_manager.findfont("DejaVu Sans")


class Stage:
    """The background, and what has been drawn on it so far; frames are taken in the order of their steps.

    Args:
        scene: What is filmed.
        size: Width and height, pixels.
        clock: `linear` or `logarithmic`: the loss curve's steps are drawn alike.
        view: `map` or `surface`.
    """

    def __init__(self, scene: Scene, size: tuple[int, int], clock: str, view: str) -> None:
        self.scene = scene
        with rc_context(STYLE | {"font.size": 8}):
            layout = ConstrainedLayoutEngine(rect=(0.0, 0.0, 1.0, 1.0 - CAPTION / size[1]))
            figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, layout=layout)
            map_axes, loss_axes = lay_out(figure, scene, view)
            if clock == "logarithmic":
                loss_axes.set_xscale("symlog", linthresh=1.0)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
        self.renderer: RendererAgg = canvas.get_renderer()
        self.whole = figure.bbox
        self.curves = [curve for number, path in enumerate(scene.paths) for curve in _loss_curves(number, path, loss_axes)]
        self.view = GrowingMap(scene, map_axes, self.renderer) if view == "map" else TurningSurface(scene, map_axes)
        self.background = self.renderer.copy_from_bbox(self.whole)
        self.small = ImageFont.truetype(FONT, 11)
        self.font = _fitting(self._caption(np.inf), size[0] - 28)

    def shoot(self, since: float, moment: float, progress: float) -> Frame:
        """The frame at a step.

        Args:
            since: The step since which paths are bright.
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
        image = Image.fromarray(np.asarray(renderer.buffer_rgba())[..., :3])
        draw = ImageDraw.Draw(image)
        for x, y, text, anchor in self.view.labels():
            draw.text((x, image.height - y), text, fill="#5f6368", font=self.small, anchor=anchor)
        self._write(draw, self._caption(moment))
        return np.asarray(image)

    def _write(self, draw: ImageDraw.ImageDraw, words: list[tuple[str, str, str]]) -> None:
        """The line of numbers; each has the room that its longest value needs, so that nothing jumps."""
        place = 14.0
        for text, longest, color in words:
            draw.text((place, CAPTION / 2), text, fill=color, font=self.font, anchor="lm")
            place += self.font.getlength(longest)

    def _caption(self, moment: float) -> list[tuple[str, str, str]]:
        """Texts, the longest that each may become, and their colours: the step, the losses, the learning rate."""
        paths = self.scene.paths
        last = max(int(path.steps[-1]) for path in paths)
        step = f"{int(min(moment, last)):,}"
        words = [("step ", "step ", NAME_COLOR), (step, f"{last:,}    ", VALUE_COLOR)]
        if len(paths) > 1:
            for number, path in enumerate(paths):
                words.append((_loss(path, moment), "-0.0000e+00  ", PATH_COLORS[number % len(PATH_COLORS)]))
            return words
        (path,) = paths
        title = path.label.split(", lr ")[0]
        members = path.losses.shape[1]
        title += f" · {members:,} members" if members > 1 else ""
        name = "loss " if members == 1 else "median loss "
        words = [(title, f"{title}    ", VALUE_COLOR), *words] if title else words
        words += [(name, name, NAME_COLOR), (_loss(path, moment), "-0.0000e+00    ", VALUE_COLOR)]
        if np.isfinite(rate := path.lr[path.record(moment)]):
            words += [("lr ", "lr ", NAME_COLOR), (f"{rate:.4g}", "0.0000e+00", VALUE_COLOR)]
        return words


def _loss(path: Path, moment: float) -> str:
    """The loss at a step, the median of the members."""
    losses = path.losses[path.record(moment)]
    losses = losses[np.isfinite(losses)]
    return f"{np.median(losses):.4g}" if len(losses) else "diverged"


def _fitting(words: list[tuple[str, str, str]], width: int) -> ImageFont.FreeTypeFont:
    """The largest font, up to 15 pixels, in which a line is no wider than a frame; none is below 7."""
    text = "".join(longest for _, longest, _ in words)
    return next(
        (font for size in range(15, 7, -1) if (font := ImageFont.truetype(FONT, size)).getlength(text) <= width),
        ImageFont.truetype(FONT, 7),
    )


def lay_out(figure: Figure, scene: Scene, view: str = "map") -> tuple[Axes, Axes]:
    """The map, and the loss beside it, or below it when the map is wide; a surface only gets its place."""
    left, right, first, last = scene.extent
    wide = view == "map" and scene.plane.axes.picture and (last - first) / (right - left) < 0.75
    if wide:
        map_axes, loss_axes = figure.subplots(2, 1, height_ratios=(3, 1))
    else:
        map_axes, loss_axes = figure.subplots(1, 2, width_ratios=(2.4 if view == "map" else 4.0, 1))
    if view == "map":
        draw_landscape(map_axes, scene)
        map_axes.set_xlabel(scene.plane.axes.labels[0])
        map_axes.set_ylabel(scene.plane.axes.labels[1])
    else:
        map_axes.set_axis_off()
    _prepare_loss(loss_axes, scene)
    return map_axes, loss_axes


def _prepare_loss(axes: Axes, scene: Scene) -> None:
    """The window of the loss curve, linear or logarithmic as the losses ask for, and the legend of several paths."""
    losses = np.concatenate([path.losses[np.isfinite(path.losses)] for path in scene.paths] or [np.empty(0)])
    losses = losses if len(losses) else np.zeros(1)
    positive = losses[losses > 0]
    logarithmic = len(positive) == len(losses) and positive.max() > 30 * positive.min()
    axes.set_yscale("log" if logarithmic else "linear")
    low, high = losses.min(), losses.max()
    begins = np.concatenate([path.losses[0] for path in scene.paths])
    if len(begins) > len(scene.paths) and np.isfinite(begins).all():  # what diverges among many members leaves the window
        high = min(high, 100 * begins.max() if logarithmic else begins.max() + 0.3 * (begins.max() - low))
    margin = 0.05 * (high - low) or 0.5
    axes.set_ylim(*((low / 1.2, high * 1.2) if logarithmic else (low - margin, high + margin)))
    axes.set_xlim(0, max(1, *(int(path.steps[-1]) for path in scene.paths)))
    axes.set_xlabel("step")
    axes.set_title("loss", loc="left", fontsize=9)
    axes.grid(color="#e8eaed", linewidth=0.8)
    if len(scene.paths) > 1:
        for number, path in enumerate(scene.paths):
            axes.plot([], [], color=PATH_COLORS[number % len(PATH_COLORS)], label=path.label)
        axes.legend(frameon=False, fontsize=7)
    elif scene.paths and (rates := scene.paths[0].rates) is not None:
        parts = colored(0, scene.paths[0])
        for place in (0, len(parts) // 2, len(parts) - 1):
            axes.plot([], [], color=parts[place][0], label=f"lr {np.unique(rates)[place]:g}")
        axes.legend(frameon=False, fontsize=7, loc="upper right")


def _loss_curves(number: int, path: Path, axes: Axes) -> Iterator[Curve]:
    """The loss of a path, or of each learning rate; of many members the median, and the quartiles faintly."""
    for color, part in colored(number, path):
        yield from _colored_curves(color, part, axes)


def _colored_curves(color: str, path: Path, axes: Axes) -> Iterator[Curve]:
    losses = np.where(np.isfinite(path.losses), path.losses, np.nan)
    known = ~np.isnan(losses).all(axis=1)
    steps = path.steps[known]
    shares = ((0.25, 0.75), (0.5,)) if losses.shape[1] > 1 else ((0.5,),)
    for share in shares if known.any() else ():
        heights = np.nanquantile(losses[known], share, axis=1).T
        places = np.stack([np.broadcast_to(steps[:, None], heights.shape), heights], axis=-1)
        yield Curve(steps, on_canvas(axes, places), color, axes, alpha=1.0 if len(share) == 1 else 0.35)
