"""A figure in light colours on a dark ground, for slides.

Only what lies on the ground changes: maps and pictures keep their colours, and so does what is drawn on them.
"""

from colorsys import hls_to_rgb, rgb_to_hls

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, QuadMesh
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

GROUND = "#16181d"
COLORFUL = 0.15
"""A colour whose channels differ by less is a grey, which turns from dark to light."""
DARKEST, BRIGHTEST = 0.18, 0.93
"""The lightness of what was white, and of what was black."""
CLEAR = 0.62
"""The least lightness of a colour on the ground."""

Color = tuple[float, float, float, float]


def darken(figure: Figure) -> None:
    """Change the colours of a figure in place."""
    figure.draw_without_rendering()  # only then is it known where words are
    maps = [axes for axes in figure.axes if axes.images or _meshes(axes)]
    own = {id(part) for axes in maps for part in _on_map(axes)}
    for patch in (figure.patch, *(part.patch for part in figure.subfigs)):
        patch.set_facecolor(GROUND)
    for axes in figure.axes:
        if axes not in maps:
            axes.set_facecolor(GROUND)
    for part in figure.findobj(lambda one: isinstance(one, Text | Line2D | Patch | Collection)):
        if id(part) not in own and part not in _grounds(figure):
            _turn(part)


def turned(color: Color) -> Color:
    """The same colour for a dark ground: greys from dark to light, others light enough to be seen.

    >>> turned((0.0, 0.0, 0.0, 1.0))[0], turned((1.0, 1.0, 1.0, 1.0))[0]
    (0.93, 0.18)
    """
    *rgb, alpha = color
    hue, light, colorful = rgb_to_hls(*rgb)
    is_grey = max(rgb) - min(rgb) < COLORFUL
    light = BRIGHTEST - light * (BRIGHTEST - DARKEST) if is_grey else max(light, CLEAR)
    red, green, blue = hls_to_rgb(hue, round(light, 9), colorful)
    return red, green, blue, alpha


def _meshes(axes: Axes) -> list[QuadMesh]:
    """Maps that are drawn as cells."""
    return [one for one in axes.collections if isinstance(one, QuadMesh)]


def _on_map(axes: Axes) -> list[Artist]:
    """What lies on a map: all of it but the words outside its frame."""
    inside = [text for text in axes.texts if axes.bbox.overlaps(text.get_window_extent())]
    return [*axes.lines, *axes.collections, *axes.patches, *axes.images, *inside]


def _grounds(figure: Figure) -> list[Patch]:
    """What lies below all else."""
    return [figure.patch, *(part.patch for part in figure.subfigs), *(axes.patch for axes in figure.axes)]


def _turn(part: Artist) -> None:
    """Change the colours of a part, unless they stand for numbers."""
    if isinstance(part, Text | Line2D):
        part.set_color(turned(to_rgba(part.get_color())))
    if isinstance(part, Line2D):
        part.set_markerfacecolor(turned(to_rgba(part.get_markerfacecolor())))
        part.set_markeredgecolor(turned(to_rgba(part.get_markeredgecolor())))
    elif isinstance(part, Patch | Collection) and not (
        isinstance(part, Collection) and part.get_array() is not None
    ):
        for take, give in (
            (part.get_facecolor, part.set_facecolor),
            (part.get_edgecolor, part.set_edgecolor),
        ):
            colors = np.array([turned(tuple(one)) for one in to_rgba_array(take())])
            give(colors[0] if isinstance(part, Patch) and len(colors) else colors)
