"""Where a slice hides a saddle: the negative curvature of the whole landscape beside the positive."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import finish_map, name_axes, write_note
from landscape_lab.drawing.marks import mark_ends
from landscape_lab.drawing.palette import path_color
from landscape_lab.drawing.proportions import map_size, path_size
from landscape_lab.drawing.style import STYLE, add_scale
from landscape_lab.drawing.titles import write_title
from landscape_lab.planes.ratios import RatioMap
from landscape_lab.scene import Scene

RATIO_COLORS = "viridis"
LARGEST = 1.0
"""A ratio above has the highest colour: there it bends down more than up."""
LABEL = "negative curvature beside positive, |min(λmin, 0)| / λmax"


def ratio_figure(scene: Scene) -> Figure:
    """The ratio at each place in colour, contours of the loss, and the traces.

    Raises:
        ValueError: The scene has no ratios.
    """
    if (found := scene.ratios) is None:
        raise ValueError("A scene should have curvatures to be drawn: figures=[ratio]. Found none.")
    with rc_context(STYLE):
        figure = Figure(figsize=path_size(scene))
        axes = figure.add_subplot()
        _draw_ratios(axes, scene, found)
        draw_contours(axes, scene, Heights(scene)(scene.losses), width=0.6, alpha=0.55)
        finish_map(axes, scene)
        for number, trace in enumerate(scene.traces):
            color = "white" if len(scene.traces) == 1 else path_color(number)
            fade = max(0.15, trace.places.shape[1] ** -0.5)
            axes.plot(trace.places[..., 0], trace.places[..., 1], color=color, linewidth=1.2, alpha=fade)
        mark_ends(axes, scene)
        name_axes(axes, scene)
        write_title(axes, scene, told(found))
        width, height = map_size(scene)
        fit(figure, [[axes]], [width], [height])
    return figure


def told(found: RatioMap) -> str:
    """How much of the map bends down, in words."""
    known = found.ratio[~np.isnan(found.ratio)]
    if not len(known):
        return "the curvature is not finite anywhere here"
    if not (known > 0).any():
        return "convex in all dimensions at every place of the map"
    down = np.mean(known > LARGEST)
    if down > 0:
        return f"on {down:.0%} of the map the landscape bends down more than up"
    half = f"above {np.median(known):.2g} on half of the map"
    return f"negative curvature up to {known.max():.2g} of the positive; {half}"


def _draw_ratios(axes: Axes, scene: Scene, found: RatioMap) -> None:
    """A colour for each ratio; holes are grey."""
    ratio, finite = found.ratio, found.ratio[np.isfinite(found.ratio)]
    highest = float(finite.max()) if len(finite) else 0.0
    above = bool((ratio > LARGEST).any())  # infinite ones among them
    scale = Normalize(0.0, LARGEST if above or highest <= 0 else highest)
    axes.set_facecolor("0.75")
    axes.pcolormesh(
        found.u, found.v, np.ma.masked_invalid(np.where(np.isinf(ratio), LARGEST, ratio)),
        cmap=RATIO_COLORS, norm=scale, shading="gouraud",
    )  # fmt: skip
    add_scale(axes, ScalarMappable(scale, RATIO_COLORS), LABEL, "max" if above else "neither")
    rows, columns = ratio.shape
    write_note(axes, f"{columns} × {rows} places, {found.products:.0f} Hessian products each")
