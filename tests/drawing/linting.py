"""What is wrong with a figure: texts cut or on each other, empty panels, wrong shapes, weak colours."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, LineCollection, QuadMesh
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

CUT = 1.0
"""Pixels by which a text may leave the canvas, or cover another: boxes are larger than their letters."""
FILLED = 0.5
"""The least share of a panel's width and height that its data take."""
DECADES = 30
CONTRAST = 3.0
"""The least of text and lines to what lies behind them: WCAG 2.1, 1.4.11."""
DIFFERENCE = 15.0
"""The least ΔE (CIE 1976) of two colours for eyes without one kind of cones."""
BLIND = {
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}
"""What is seen of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1."""
ALIKE = 3.0
"""Axes of one unit have equal scales where their spans differ by less than this."""


class Drawn(NamedTuple):
    """A figure as it was drawn.

    Args:
        figure: Itself.
        texts: Those that are visible, with their boxes in pixels.
        behind: The picture without any text, `[height, width, 3]`, from 0 to 1.
    """

    figure: Figure
    texts: list[tuple[Text, Bbox]]
    behind: np.ndarray


def faults(figure: Figure) -> list[str]:
    """All that is wrong, one line each; none: an empty list."""
    drawn = _draw(figure)
    on_texts = (_cut, _overlapping, _covered, _marked, _pale_texts)
    rules = (*on_texts, _empty, _too_long, _stretched, _pale_lines, _alike)
    return [fault for rule in rules for fault in rule(drawn)]


def _draw(figure: Figure) -> Drawn:
    """Draw twice: once to find where texts are, once without them."""
    canvas, found = FigureCanvasAgg(figure), []
    draw = Text.draw

    def note(self: Text, renderer: object) -> None:
        if self.get_visible() and self.get_text().strip():
            found.append((self, self.get_window_extent(renderer)))
        draw(self, renderer)

    with patch.object(Text, "draw", note):
        canvas.draw()
    with patch.object(Text, "draw", lambda self, renderer: None):
        figure.set_layout_engine("none")
        canvas.draw()
    return Drawn(figure, found, np.asarray(canvas.buffer_rgba())[..., :3] / 255.0)


def _cut(drawn: Drawn) -> Iterator[str]:
    """Texts that leave the canvas."""
    width, height = drawn.figure.bbox.size
    for text, box in drawn.texts:
        if min(box.x0, box.y0, width - box.x1, height - box.y1) < -CUT:
            yield f"cut by the canvas: {_named(text)}"


def _overlapping(drawn: Drawn) -> Iterator[str]:
    """Texts on other texts."""
    for (one, first), (two, second) in combinations(drawn.texts, 2):
        if _on(first, second):
            yield f"one on the other: {_named(one)}, {_named(two)}"


def _covered(drawn: Drawn) -> Iterator[str]:
    """Legends on texts or on curves."""
    for legend in drawn.figure.findobj(Legend):
        box, own = legend.get_window_extent(), {id(text) for text in legend.get_texts()}
        own.add(id(legend.get_title()))
        for text, extent in drawn.texts:
            if id(text) not in own and _on(box, extent):
                yield f"below a legend: {_named(text)}"
        if (axes := legend.axes) is not None and any(_on(box, _box(dots)) for dots in _dots(axes)):
            yield "a legend on a curve"


def _marked(drawn: Drawn) -> Iterator[str]:
    """Texts beside panels, below marks that reach out of these."""
    for axes in drawn.figure.axes:
        frame = axes.get_window_extent()
        for line in (each for each in axes.lines if not each.get_clip_on()):
            half = 0.5 * float(line.get_markersize()) * drawn.figure.dpi / 72
            for x, y in line.get_transform().transform(line.get_xydata()):
                mark = Bbox([[x - half, y - half], [x + half, y + half]])
                for text, box in drawn.texts:
                    if _on(mark, box) and not _on(frame, box):
                        yield f"below a mark: {_named(text)}"


def _on(one: Bbox, two: Bbox) -> bool:
    """Whether two boxes overlap by more than letters' air."""
    wide = min(one.x1, two.x1) - max(one.x0, two.x0)
    high = min(one.y1, two.y1) - max(one.y0, two.y0)
    return bool(wide > CUT and high > CUT)


def _empty(drawn: Drawn) -> Iterator[str]:
    """Panels whose data take less than half of the width or of the height."""
    for axes in _panels(drawn.figure):
        points = np.concatenate([np.empty((0, 2)), *_curves(axes)])
        frame = axes.get_window_extent()
        points = points[np.isfinite(points).all(axis=1) & _within(points, frame)]
        if len(points) == 0:
            yield f"nothing in the panel {_panel(axes)}"
            continue
        spans = np.ptp(points, axis=0) / frame.size
        for share, side in zip(spans, ("width", "height"), strict=True):
            if 0 < share < FILLED and not _is_constant(axes, side):
                yield f"data take {share:.0%} of the {side} of {_panel(axes)}"


def _is_constant(axes: Axes, side: str) -> bool:
    """Whether curves do not change but for round-off; an accuracy is always drawn from 0 to 1."""
    if side == "height" and "accuracy" in axes.get_ylabel():
        return True
    number = 0 if side == "width" else 1
    values = [np.asarray(line.get_xydata(), dtype=float)[:, number] for line in axes.lines]
    together = np.concatenate([np.empty(0), *values])
    together = together[np.isfinite(together)]
    return len(together) == 0 or np.ptp(together) <= 1e-6 * np.abs(together).max()


def _too_long(drawn: Drawn) -> Iterator[str]:
    """Logarithmic axes over more decades than anybody reads."""
    for axes in drawn.figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            if axis.get_scale() == "log" and abs(np.diff(np.log10(limits))[0]) >= DECADES:
                yield f"{abs(np.diff(np.log10(limits))[0]):.0f} decades along {_panel(axes)}"


def _stretched(drawn: Drawn) -> Iterator[str]:
    """Maps whose two axes have one unit, but not one scale."""
    for axes in drawn.figure.axes:
        if not _is_map(axes) or _is_table(axes) or _unit(axes.xaxis) != _unit(axes.yaxis):
            continue
        spans = np.abs([np.diff(axes.get_xlim())[0], np.diff(axes.get_ylim())[0]])
        scales = axes.get_window_extent().size / spans
        if spans.max() < ALIKE * spans.min() and abs(scales[0] / scales[1] - 1) > 0.02:
            yield f"stretched {scales[0] / scales[1]:.2f} : 1: {_panel(axes)}"


def _is_table(axes: Axes) -> bool:
    """Whether its cells have names instead of numbers."""
    return any(re.search("[A-Za-z]", text.get_text()) for text in axes.get_yticklabels())


def _unit(axis: Axis) -> str:
    """The unit in which an axis is read; directions, coordinates, columns and rows have one each."""
    words = axis.get_label_text().split(" (")
    kinds = {"x": "x", "y": "x", "column": "pixel", "row": "pixel", "": "x"}
    return kinds.get(words[0], words[0].split(" ")[0])


def _pale_texts(drawn: Drawn) -> Iterator[str]:
    """Texts that hardly differ from what lies behind them."""
    height, width = drawn.behind.shape[:2]
    for text, box in drawn.texts:
        left, right = np.clip([int(box.x0), int(np.ceil(box.x1))], 0, width)
        low, high = np.clip([int(box.y0), int(np.ceil(box.y1))], 0, height)
        pixels = drawn.behind[height - high : height - low, left:right].reshape(-1, 3)
        if len(pixels) == 0:
            continue
        behind = _behind(text, pixels)
        inks = [text.get_color(), *_edges(text)]
        if max(_contrast(_over(ink, text.get_alpha(), behind), behind) for ink in inks) < CONTRAST:
            yield f"pale: {_named(text)}"


def _behind(text: Text, pixels: np.ndarray) -> np.ndarray:
    """What its letters stand on: the figure, covered by a box of its own."""
    behind = np.median(pixels, axis=0)
    box = text.get_bbox_patch()
    return behind if box is None else _over(box.get_facecolor(), None, behind)


def _edges(text: Text) -> list[object]:
    """The colours of lines around its letters."""
    strokes = [getattr(effect, "_gc", {}).get("foreground") for effect in text.get_path_effects() or ()]
    return [one for one in strokes if one is not None]


def _pale_lines(drawn: Drawn) -> Iterator[str]:
    """Curves on an empty panel that hardly differ from it."""
    for axes in _panels(drawn.figure):
        ground = np.array(to_rgba(axes.get_facecolor())[:3])
        for color, dash in _inks(axes):
            if _contrast(np.array(color), ground) < CONTRAST:
                yield f"a pale line {_hex(color)} ({dash}) in {_panel(axes)}"


def _alike(drawn: Drawn) -> Iterator[str]:
    """Curves of two colours that some eyes cannot tell apart, and of the same dash."""
    for axes in _panels(drawn.figure):
        for (one, dash), (two, other) in combinations(_inks(axes), 2):
            if dash != other or max(np.ptp(one), np.ptp(two)) < 0.1:
                continue
            for name, matrix in BLIND.items():
                if (far := _difference(one, two, np.array(matrix))) < DIFFERENCE:
                    yield f"{_hex(one)} and {_hex(two)} alike in {name} (ΔE {far:.0f}): {_panel(axes)}"


def _inks(axes: Axes) -> list[tuple[tuple[float, ...], str]]:
    """The colours of curves, each once, with what else tells them apart; scales of colours are none."""
    lines = [line for line in axes.get_lines() if _is_drawn(line)]
    kinds = {(_ink(line), f"{_dash(line)}{line.get_marker()}") for line in lines}
    return sorted(kinds)


def _dash(line: Line2D) -> str:
    """Its style; all that are made of a pattern are called "--", and differ by it."""
    dash = line.get_linestyle()
    return f"{dash}{line._unscaled_dash_pattern[1]}" if dash == "--" else dash  # type: ignore[attr-defined]


def _ink(line: Line2D) -> tuple[float, ...]:
    """The colour in which it is seen; of marks alone, of their faces, or of the edges of white ones."""
    if line.get_linestyle() not in ("None", "none", " ", ""):
        return to_rgba(line.get_color())[:3]
    face = to_rgba(line.get_markerfacecolor())[:3]
    return to_rgba(line.get_markeredgecolor())[:3] if min(face) > 0.99 else face


def _is_drawn(line: Line2D) -> bool:
    """Whether it is a curve to be read: no band, no thin line behind another."""
    alpha = 1.0 if line.get_alpha() is None else float(line.get_alpha() or 0.0)
    return bool(line.get_visible() and alpha >= 0.6 and len(np.atleast_1d(line.get_xdata())))


def _panels(figure: Figure) -> list[Axes]:
    """Axes of curves: neither maps nor scales of colours."""
    return [
        axes
        for axes in figure.axes
        if axes.get_visible()
        and axes.axison
        and not _is_map(axes)
        and not hasattr(axes, "_colorbar")
        and axes.name == "rectilinear"
    ]


def _is_map(axes: Axes) -> bool:
    """Whether a picture or a mesh fills it."""
    return bool(axes.images) or any(isinstance(one, QuadMesh) for one in axes.collections)


def _curves(axes: Axes) -> list[np.ndarray]:
    """All that is drawn of data, as points in pixels."""
    to_pixels = axes.transData.transform
    boxes = [patch.get_window_extent().get_points() for patch in axes.patches if isinstance(patch, Rectangle)]
    return [*boxes, *_dots(axes), *[to_pixels(points) for one in axes.collections for points in _places(one)]]


def _dots(axes: Axes) -> list[np.ndarray]:
    """The points of curves in pixels; lines across the whole panel are no data."""
    lines = [line for line in axes.lines if line.get_transform() == axes.transData]
    return [axes.transData.transform(np.asarray(line.get_xydata(), dtype=float)) for line in lines]


def _places(collection: Collection) -> list[np.ndarray]:
    """The points of a collection in data's coordinates."""
    if isinstance(collection, LineCollection):
        return [np.asarray(points, dtype=float) for points in collection.get_segments()]
    offsets = np.asarray(collection.get_offsets(), dtype=float)
    if len(offsets) and np.any(offsets):
        return [offsets]
    return [np.asarray(path.vertices, dtype=float) for path in collection.get_paths()]


def _box(points: np.ndarray) -> Bbox:
    """Around the middle half of a curve's points: where one certainly looks."""
    points = points[np.isfinite(points).all(axis=1)]
    return Bbox(np.quantile(points, [0.25, 0.75], axis=0)) if len(points) else Bbox.null()


def _within(points: np.ndarray, frame: Bbox) -> np.ndarray:
    low, high = frame.get_points()
    return ((points >= low - 1) & (points <= high + 1)).all(axis=1)


def _over(ink: object, alpha: float | None, behind: np.ndarray) -> np.ndarray:
    """What is seen of a colour that covers another in part."""
    *color, own = to_rgba(ink, alpha)  # type: ignore[arg-type] # a colour of matplotlib
    return own * np.array(color) + (1 - own) * behind


def _linear(color: np.ndarray) -> np.ndarray:
    """Light, from what is stored of it: sRGB."""
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def _contrast(one: np.ndarray, two: np.ndarray) -> float:
    """(L₁ + 0.05) / (L₂ + 0.05), L the relative luminance of the lighter and of the darker: WCAG 2.1."""
    lights = sorted(float(_linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, two))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _difference(one: tuple[float, ...], two: tuple[float, ...], seen: np.ndarray) -> float:
    """The distance of two colours in CIE L*a*b*, as some eyes see them."""
    return float(np.linalg.norm(_lab(seen @ _linear(np.array(one))) - _lab(seen @ _linear(np.array(two)))))


def _lab(light: np.ndarray) -> np.ndarray:
    """L*a*b* of linear sRGB under D65."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(matrix) @ np.clip(light, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _hex(color: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in color)


def _named(text: Text) -> str:
    return repr(text.get_text().replace("\n", " ")[:40])


def _panel(axes: Axes) -> str:
    return repr(axes.get_ylabel() or axes.get_title(loc="left") or axes.get_xlabel() or "without a name")
