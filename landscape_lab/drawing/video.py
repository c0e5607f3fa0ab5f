"""A descent as a film: the path grows over its landscape while the loss curve runs beside it.

Axes, labels and legend are drawn once. A frame adds to that background only the few segments that are new, and on a copy of it
the bright tail, the heads and the line of text; a film of a long descent costs no more than that of a short one.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, pairwise, repeat
from os import PathLike
from pathlib import Path as FilePath

import av
import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.path import Path as Outline
from matplotlib.transforms import IdentityTransform
from PIL import Image, ImageDraw, ImageFont

from landscape_lab.drawing.figures import STYLE
from landscape_lab.drawing.maps import MINIMUM_COLOR, PATH_COLORS, draw_landscape
from landscape_lab.files import replacing
from landscape_lab.scene import Path, Scene
from landscape_lab.validation import check_choice, check_count, check_number

Frame = np.ndarray
"""`[height, width, 3]`, bytes."""
DPI = 100
CAPTION = 34
"""Pixels above the map for the line of text."""
TAIL = 0.06
"""The share of the film for which a step stays bright."""
HOLD = 1.0
"""Seconds for which the last frame stays."""


def frames(scene: Scene, number: int = 300, size: tuple[int, int] = (800, 600), clock: str = "linear") -> Iterator[Frame]:
    """At most `number` frames, made as they are asked for: never more than there are steps.

    Args:
        scene: What is filmed.
        number: The most frames.
        size: Width and height, pixels.
        clock: How time passes: `linear` in steps, or `logarithmic`, so that the beginning can be seen.
    """
    last = max(int(path.steps[-1]) for path in scene.paths)
    number = max(2, min(number, last + 1))
    if clock == "linear":
        moments = np.linspace(0, last, number)
    else:
        moments = np.concatenate([[0.0], np.geomspace(1, max(last, 1), number - 1)])
    stage = _Stage(scene, size, clock)
    tail = TAIL * number
    for frame, moment in enumerate(moments):
        since = moments[max(0, int(frame - tail))]
        yield stage.shoot(moment, since)


class _Stage:
    """The background, and what has been drawn on it so far."""

    def __init__(self, scene: Scene, size: tuple[int, int], clock: str) -> None:
        self.scene = scene
        self.size = size
        with rc_context(STYLE | {"font.size": 8}):
            layout = ConstrainedLayoutEngine(rect=(0.0, 0.0, 1.0, 1.0 - CAPTION / size[1]))
            figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, layout=layout)
            map_axes, loss_axes = _lay_out(figure, scene)
            if clock == "logarithmic":
                loss_axes.set_xscale("symlog", linthresh=1.0)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
        self.renderer: RendererAgg = canvas.get_renderer()
        self.background = self.renderer.copy_from_bbox(figure.bbox)
        self.whole = figure.bbox
        self.tracks = [
            track
            for number, path in enumerate(scene.paths)
            for track in _tracks(path, PATH_COLORS[number % len(PATH_COLORS)], map_axes, loss_axes)
        ]
        font = font_manager.findfont("DejaVu Sans")
        self.font = ImageFont.truetype(font, 15)

    def shoot(self, moment: float, since: float) -> Frame:
        """The frame at a step, bright for what happened since another."""
        draw = self.renderer
        draw.restore_region(self.background)
        for track in self.tracks:
            track.draw_new(draw, moment)
        self.background = draw.copy_from_bbox(self.whole)
        for track in self.tracks:
            track.draw_tail(draw, since, moment)
        image = Image.fromarray(np.asarray(draw.buffer_rgba())[..., :3])
        ImageDraw.Draw(image).text((14, 9), self._caption(moment), fill="#202124", font=self.font)
        return np.asarray(image)

    def _caption(self, moment: float) -> str:
        """Which step, and the loss there."""
        if len(self.scene.paths) > 1:
            return f"step {int(moment):,}"
        (path,) = self.scene.paths
        losses = path.losses[path.steps.searchsorted(moment, side="right") - 1]
        losses = losses[np.isfinite(losses)]
        loss = f"loss {np.median(losses):.4g}" if len(losses) else "diverged"
        return f"{path.label} · step {int(moment):,} · {loss}"


def _lay_out(figure: Figure, scene: Scene) -> tuple[Axes, Axes]:
    """The map, and the loss beside it, or below it when the map is wide."""
    left, right, first, last = scene.extent
    wide = scene.plane.axes.picture and (last - first) / (right - left) < 0.75
    if wide:
        map_axes, loss_axes = figure.subplots(2, 1, height_ratios=(3, 1))
    else:
        map_axes, loss_axes = figure.subplots(1, 2, width_ratios=(2.4, 1))
    draw_landscape(map_axes, scene)
    if len(scene.minima):
        map_axes.plot(*scene.minima.T, "x", color=MINIMUM_COLOR, markersize=7, markeredgewidth=1.6)
    map_axes.set_xlabel(scene.plane.axes.labels[0])
    map_axes.set_ylabel(scene.plane.axes.labels[1])
    losses = np.concatenate([path.losses[np.isfinite(path.losses)] for path in scene.paths] or [np.empty(0)])
    losses = losses if len(losses) else np.zeros(1)
    positive = losses[losses > 0]
    logarithmic = len(positive) == len(losses) and positive.max() > 30 * positive.min()
    loss_axes.set_yscale("log" if logarithmic else "linear")
    low, high = losses.min(), losses.max()
    margin = 0.05 * (high - low) or 0.5
    loss_axes.set_ylim(*((low / 1.2, high * 1.2) if logarithmic else (low - margin, high + margin)))
    loss_axes.set_xlim(0, max(1, *(int(path.steps[-1]) for path in scene.paths)))
    loss_axes.set_xlabel("step")
    loss_axes.set_title("loss", loc="left", fontsize=9)
    loss_axes.grid(color="#e8eaed", linewidth=0.8)
    if len(scene.paths) > 1:
        for number, path in enumerate(scene.paths):
            loss_axes.plot([], [], color=PATH_COLORS[number % len(PATH_COLORS)], label=path.label)
        loss_axes.legend(frameon=False, fontsize=7)
    return map_axes, loss_axes


def _tracks(path: Path, color: str, map_axes: Axes, loss_axes: Axes) -> Iterator["_Track"]:
    """The path on the map, and its loss, the median of the members, beside it."""
    yield _Track(path.steps, _on_canvas(map_axes, path.places), color, map_axes, head=True)
    losses = np.where(np.isfinite(path.losses), path.losses, np.nan)
    known = ~np.isnan(losses).all(axis=1)
    curve = np.stack([path.steps[known].astype(float), np.nanmedian(losses[known], axis=1)], axis=-1)
    yield _Track(path.steps[known], _on_canvas(loss_axes, curve[:, None]), color, loss_axes, head=False)


def _on_canvas(axes: Axes, places: np.ndarray) -> np.ndarray:
    """Places `[records, lines, 2]` in pixels of the canvas."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        pixels = axes.transData.transform(places.reshape(-1, 2)).reshape(places.shape)
    return np.where(np.abs(pixels) < 1e5, pixels, np.nan)  # the rasteriser overflows far outside


class _Track:
    """Lines that grow: those of all members together."""

    def __init__(self, steps: np.ndarray, pixels: np.ndarray, color: str, axes: Axes, *, head: bool) -> None:
        self.steps = steps
        self.pixels = pixels
        self.color = color
        self.axes = axes
        self.head = head
        self.crowd = max(0.15, pixels.shape[1] ** -0.4)
        self.drawn = 0

    def draw_new(self, renderer: RendererAgg, moment: float) -> None:
        """Draw for good what happened up to a step."""
        end = int(self.steps.searchsorted(moment, side="right"))
        self._draw(renderer, max(0, self.drawn - 1), end, width=1.4, alpha=(0.55 if self.head else 1.0) * self.crowd)
        self.drawn = end

    def draw_tail(self, renderer: RendererAgg, since: float, moment: float) -> None:
        """Draw for this frame the bright tail, in steps of brightness, and the heads."""
        first, end = (int(self.steps.searchsorted(step, side="right")) for step in (since, moment))
        if not self.head or end == 0:
            return
        cuts = np.linspace(max(0, first - 1), end, 5).astype(int)
        for level, (start, stop) in enumerate(pairwise(cuts), start=1):
            self._draw(renderer, max(0, start - 1), stop, width=1.2 + 0.5 * level, alpha=0.25 * level * self.crowd)
        gc = self._pen(renderer, 1.0, 1.0, "white")
        size = 5.0 if len(self.pixels[0]) < 20 else 2.0
        heads = self.pixels[end - 1]
        circle = Outline.unit_circle()
        marker = Outline(np.asarray(circle.vertices) * size, circle.codes)
        renderer.draw_markers(gc, marker, IdentityTransform(), Outline(heads), IdentityTransform(), _rgb(self.color))
        gc.restore()

    def _draw(self, renderer: RendererAgg, start: int, stop: int, width: float, alpha: float) -> None:
        """The lines from one record to another, as one outline with a gap between the members."""
        part = self.pixels[start:stop]
        if len(part) < 2:
            return
        gap = np.full((1, part.shape[1], 2), np.nan)
        vertices = np.concatenate([part, gap]).transpose(1, 0, 2).reshape(-1, 2)
        gc = self._pen(renderer, width, alpha, self.color)
        renderer.draw_path(gc, Outline(vertices), IdentityTransform())
        gc.restore()

    def _pen(self, renderer: RendererAgg, width: float, alpha: float, color: str) -> GraphicsContextBase:
        gc = renderer.new_gc()
        gc.set_linewidth(width)
        gc.set_foreground((*_rgb(color), min(alpha, 1.0)), isRGBA=True)
        gc.set_clip_rectangle(self.axes.bbox)
        gc.set_joinstyle("round")
        gc.set_capstyle("round")
        return gc


def _rgb(color: str) -> tuple[float, float, float]:
    """A colour's red, green and blue in 0…1."""
    red, green, blue = (
        (int(part * 2, 16) for part in "fff") if color == "white" else (int(color[k : k + 2], 16) for k in (1, 3, 5))
    )
    return red / 255, green / 255, blue / 255


def _held(pictures: Iterator[Frame], fps: int) -> Iterator[Frame]:
    """The frames, the last of them for a while."""
    last = None
    for last in pictures:
        yield last
    if last is not None:
        yield from repeat(last, round(HOLD * fps))


def write_mp4(pictures: Iterator[Frame], path: str | PathLike[str], fps: int) -> None:
    """Write frames as they come, H.264 in the form that browsers play: yuv420p, even sizes, the index first."""
    pictures = _held(pictures, fps)
    first = next(pictures)
    height, width = (side - side % 2 for side in first.shape[:2])
    with replacing(path) as unfinished, av.open(str(unfinished), "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=Fraction(fps), options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in chain([first], pictures):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")))
        film.mux(stream.encode(None))


def write_gif(pictures: Iterator[Frame], path: str | PathLike[str], fps: int, width: int = 560) -> None:
    """Write frames as an animation that runs for ever, in 256 colours chosen from some of them."""
    shrunk = []
    for picture in pictures:
        image = Image.fromarray(picture)
        shrunk.append(image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS))
    palette = _palette([shrunk[0], shrunk[len(shrunk) // 2], shrunk[-1]])
    coded = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in shrunk]
    times = [round(1000 / fps)] * (len(coded) - 1) + [1500]
    with replacing(path) as unfinished:
        coded[0].save(unfinished, format="GIF", save_all=True, append_images=coded[1:], duration=times, loop=0)


def _palette(pictures: Sequence[Image.Image]) -> Image.Image:
    """256 colours of some frames; white and the colours of the paths have a place of their own, however thin their lines."""
    width, height = pictures[0].size
    sheet = Image.new("RGB", (width, height * len(pictures) + 40 * len(PATH_COLORS)), "white")
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (0, number * height))
    for number, color in enumerate(PATH_COLORS):
        top = height * len(pictures) + 40 * number
        sheet.paste(color, (0, top, width // 2, top + 40))
        sheet.paste(MINIMUM_COLOR, (width // 2, top, width * 3 // 4, top + 40))
    return sheet.quantize(256, method=Image.Quantize.MAXCOVERAGE)


WRITERS = {"mp4": write_mp4, "gif": write_gif}
"""The formats of a film."""


def film(
    scene: Scene,
    path: str | PathLike[str],
    number: int = 300,
    clock: str = "linear",
    size: Sequence[int] = (800, 600),
    fps: int = 30,
) -> None:
    """Film a scene into a file.

    Args:
        scene: What is filmed.
        path: An `.mp4`, or a `.gif`, which has at most 80 frames and half as many a second.
        number: The most frames.
        clock: `linear` or `logarithmic`.
        size: Width and height, pixels.
        fps: Frames a second; a descent of few steps is shown more slowly, so that it lasts two seconds.

    Raises:
        ValueError: There is no such format or clock, or the size or a number is too small.
    """
    kind = FilePath(path).suffix.lstrip(".")
    check_choice("video", kind, WRITERS)
    check_choice("clock", clock, ("linear", "logarithmic"))
    check_count("frames", number)
    check_count("fps", fps)
    width, height = size
    check_number("width", width, low=200)
    check_number("height", height, low=150)
    if kind == "gif":
        number, fps = min(number, 80), -(-fps // 2)
    steps = max(int(trail.steps[-1]) for trail in scene.paths)
    pace = min(fps, max(1, min(number, steps + 1) // 2))
    WRITERS[kind](frames(scene, number, (int(width), int(height)), clock), path, pace)
