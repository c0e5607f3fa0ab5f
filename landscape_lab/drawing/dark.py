"""A figure in light colours on a dark ground, for slides.

Only what lies on the ground changes: maps and pictures keep their colours, and so does what is drawn on them.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from itertools import chain

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.colors import ListedColormap, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

GROUND = "#16181d"
COLORFUL = 0.15
"""A colour whose channels differ by less is a grey, which turns from dark to light."""
DARKEST, BRIGHTEST = 0.18, 0.93
"""The lightness of what was white, and of what was black."""
EDGE = "#5f6368"
"""Of scales of colours."""
GAP = "ground"
"""The `gid` of what has the colour of the ground, as a gap in a map."""
CLEAR = 0.62
"""The least lightness of a colour on the ground."""

Color = tuple[float, float, float, float]


def darken(figure: Figure) -> None:
    """Change the colours of a figure in place."""
    figure.draw_without_rendering()  # only then is it known where words are
    panels = _panels(figure)
    grounds = [figure.patch, *(part.patch for part in figure.subfigs), *(axes.patch for axes in panels)]
    for ground in grounds:
        ground.set_facecolor(GROUND)
    bars = [axes for axes in panels if hasattr(axes, "_colorbar")]
    maps = [axes for axes in panels if axes not in bars and _is_map(axes)]
    swatches = _swatches(figure) if len(maps) + len(bars) == len(panels) else []
    kept = {id(part) for part in chain(grounds, swatches, *map(_on_map, (*maps, *bars)))}
    for part in figure.findobj(lambda one: id(one) not in kept):
        _turn(part)
    for axes in bars:
        _turn_bar(axes, of_curves=not maps)
    for gap in figure.findobj(lambda one: one.get_gid() == GAP):
        gap.set(color=GROUND)


def _turn_bar(axes: Axes, *, of_curves: bool) -> None:
    """Give a scale an edge, for its dark end; and where there are only curves the colours that these have."""
    bar: Colorbar = axes._colorbar  # type: ignore[attr-defined] # which no public name leads to
    bar.outline.set(visible=True, edgecolor=EDGE, linewidth=0.6)
    if of_curves:
        colors = bar.cmap(np.linspace(0.0, 1.0, bar.cmap.N))
        bar.mappable.set_cmap(ListedColormap(_all_turned(colors)))


def _swatches(figure: Figure) -> list[Artist]:
    """The marks in legends of a figure that has maps only, whose colours they tell."""
    marks = chain.from_iterable(legend.legend_handles for legend in figure.legends)
    return [mark for mark in marks if isinstance(mark, Patch)]


def _panels(figure: Figure) -> list[Axes]:
    """All axes, those of bars beside maps, too."""
    return [one for one in figure.findobj(Axes) if isinstance(one, Axes)]


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


def _on_map(axes: Axes) -> list[Artist]:
    """What lies on a map: all of it but the words outside its frame; and the marks in its legend.

    One without a frame is a picture of a surface: all its words stand around that.
    """
    legend = axes.get_legend()
    marks = [] if legend is None else [mark for mark in legend.legend_handles if mark and not _is_dark(mark)]
    words = axes.texts if axes.axison else ()
    inside = [text for text in words if axes.bbox.overlaps(text.get_window_extent())]
    return [*axes.lines, *axes.collections, *axes.patches, *axes.images, *inside, *marks]


def _is_map(axes: Axes) -> bool:
    """Whether colours stand for numbers there."""
    return bool(axes.images or axes.findobj(QuadMesh))


def _is_dark(mark: Artist) -> bool:
    """Whether it is a hollow mark whose edge would not be seen on the ground."""
    if not isinstance(mark, Line2D) or mark.get_markerfacecolor() != "none":
        return False
    return max(to_rgba(mark.get_markeredgecolor())[:3]) < CLEAR


def _turn(part: Artist) -> None:
    """Change the colours of a part, unless they stand for numbers."""
    if isinstance(part, Text):
        part.set_color(turned(to_rgba(part.get_color())))
    elif isinstance(part, Line2D):
        part.set_color(turned(to_rgba(part.get_color())))
        part.set_markerfacecolor(turned(to_rgba(part.get_markerfacecolor())))
        part.set_markeredgecolor(turned(to_rgba(part.get_markeredgecolor())))
    elif isinstance(part, Patch):
        part.set_edgecolor(turned(to_rgba(part.get_edgecolor())))
        part.set_facecolor(turned(to_rgba(part.get_facecolor())))
    elif isinstance(part, Collection) and part.get_array() is None:
        part.set_edgecolor(_all_turned(part.get_edgecolor()))
        part.set_facecolor(_all_turned(part.get_facecolor()))


def _all_turned(colors: object) -> list[Color]:
    """Those of a collection."""
    return [turned((red, green, blue, alpha)) for red, green, blue, alpha in to_rgba_array(colors).tolist()]
