"""Which start leads where."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from landscape_lab.basins import LOST, MOVING, Basins
from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import finish_map, name_axes
from landscape_lab.drawing.palette import BASIN_COLORS, DARKEST, GREY, MINIMUM
from landscape_lab.drawing.palette import LOST as LOST_COLOR
from landscape_lab.drawing.palette import MOVING as MOVING_COLOR
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.style import STYLE
from landscape_lab.planes.window import Window
from landscape_lab.scene import Scene


def basins_figure(basins: Basins, scene: Scene, label: str) -> Figure:
    """Each start in the colour of its attractor, the darker the longer its way took.

    White contours show the loss, crosses the known minima.

    Args:
        basins: Of starts.
        scene: The landscape, of which the window is shown; its traces are not.
        label: The title.
    """
    picture = scene.plane.axes.picture
    low, high = _shortest_and_longest(basins)
    width, height = map_size(scene)
    with rc_context(STYLE):
        figure = Figure(figsize=(width + 2.4, height + 1.8), layout="constrained")
        axes = figure.add_subplot()
        axes.imshow(
            _colors(basins, low, high),
            extent=Window.between(*scene.plane.project(basins.bounds)).image_extent,
            interpolation="nearest",
        )
        if not picture or scene.shading.levels is not None:
            draw_contours(axes, scene, Heights(scene)(scene.losses), width=0.5, alpha=0.35, lines=None)
        finish_map(axes, scene)
        if len(scene.minima):
            axes.plot(*scene.minima.T, "x", color=MINIMUM, markersize=9, markeredgewidth=2.0)
        name_axes(axes, scene)
        axes.set_title(label, loc="left", fontsize=11)
        figure.legend(
            handles=_legend(basins, scene), loc="outside lower center", ncols=2, frameon=False, fontsize=9
        )
        _draw_bar(axes, low, high)
    return figure


def _shortest_and_longest(basins: Basins) -> tuple[float, float]:
    """The steps to rest between which the shade changes: without the extremes."""
    at_rest = basins.verdicts >= 0
    return tuple(np.quantile(basins.steps[at_rest], [0.02, 0.98])) if at_rest.any() else (0.0, 1.0)


def _colors(basins: Basins, low: float, high: float) -> np.ndarray:
    """The colour of each cell, `[rows, columns, 3]`."""
    at_rest = basins.verdicts >= 0
    colors = np.array([to_rgb(color) for color in (*BASIN_COLORS, MOVING_COLOR, LOST_COLOR)])
    last_two = np.where(basins.verdicts == MOVING, len(BASIN_COLORS), len(BASIN_COLORS) + 1)
    which = np.where(at_rest, basins.verdicts % len(BASIN_COLORS), last_two)
    late = np.clip((basins.steps - low) / max(high - low, 1.0), 0, 1)
    shade = np.where(at_rest, 1.0 - (1.0 - DARKEST) * late, 1.0)
    return colors[which] * shade[..., None]


def _draw_bar(axes: Axes, low: float, high: float) -> None:
    """What the shades mean, beside the map."""
    steps = np.linspace(low, high, 5).round().astype(int)
    bar = axes.inset_axes((1.03, 0.0, 0.025, 1.0))
    bar.imshow(np.linspace(1.0, DARKEST, 256)[:, None], cmap="gray", vmin=0, vmax=1, aspect="auto")
    bar.set(xticks=[], yticks=np.linspace(0, 255, 5), yticklabels=[f"{step:,}" for step in steps])
    bar.yaxis.tick_right()
    bar.yaxis.set_label_position("right")
    bar.set_ylabel("steps to rest, the darker the later", fontsize=9)


def _legend(basins: Basins, scene: Scene) -> list[Patch]:
    """A line for each attractor that has a colour of its own, and for what else is on the map."""
    shares = basins.shares
    digits = max(0, 3 - int(np.floor(np.log10(scene.window.size[0]))))
    attractors = scene.plane.project(basins.points).round(digits) + 0.0  # no minus before a zero
    shown = len(BASIN_COLORS)
    handles = [
        Patch(color=color, label=f"({x:.{digits}f}, {y:.{digits}f}), loss {loss:.3g}: {share:.1%}")
        for color, (x, y), loss, share in zip(BASIN_COLORS, attractors, basins.losses, shares, strict=False)
    ]
    rest = (
        (GREY, f"{len(shares) - shown} others, colours repeated", shares[shown:].sum()),
        (MOVING_COLOR, "still moving", (basins.verdicts == MOVING).mean()),
        (LOST_COLOR, "diverged or left", (basins.verdicts == LOST).mean()),
    )
    return handles + [
        Patch(facecolor=color, edgecolor=GREY, label=f"{name}: {share:.1%}")
        for color, name, share in rest
        if share > 0
    ]
