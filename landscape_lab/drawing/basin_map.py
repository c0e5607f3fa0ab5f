"""Which start leads where."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from landscape_lab.drawing.color_scale import ROUND_OFF, ColorScale, color_scale
from landscape_lab.drawing.contours import draw_contours
from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.legend import write_row
from landscape_lab.drawing.maps import finish_map, name_axes
from landscape_lab.drawing.marks import above_rings, mark_minima, write_marks
from landscape_lab.drawing.palette import BASIN_COLORS, DARKEST, GREY, INK, LOSS_COLORS
from landscape_lab.drawing.palette import LOST as LOST_COLOR
from landscape_lab.drawing.palette import MOVING as MOVING_COLOR
from landscape_lab.drawing.proportions import map_size, path_size
from landscape_lab.drawing.style import STYLE, add_scale, in_full
from landscape_lab.outcomes.basins import LOST, MOVING, Basins
from landscape_lab.planes.window import Window
from landscape_lab.scene import Scene

STEP_COLORS = colormaps["viridis_r"]
WIDE = 1.5
"""A map that is so many times as wide as it is high has that of the steps below it."""
BORDER = 0.6
"""Of lines between attractors that may have one colour, points."""


def basins_figure(basins: Basins, scene: Scene, label: str) -> Figure:
    """Each start in the colour of its attractor, the darker the longer its way took.

    More attractors than there are colours have those of their losses, with lines between them and all
    equally bright; a second map has the steps then. White contours show the loss, rings the known minima.

    Args:
        basins: Of starts.
        scene: The landscape, of which the window is shown; its traces are not.
        label: The title.
    """
    colors, scale = attractor_colors(basins, scene)
    width, height = map_size(scene)
    with rc_context(STYLE):
        figure = Figure(figsize=path_size(scene))
        axes, *beside = figure.subplots(1 if scale is None else 2, squeeze=False)[:, 0]
        _draw_starts(axes, basins, scene, colors, shaded=scale is None)
        mark_minima(axes, scene)
        name_axes(axes, scene)
        axes.set_title(label, loc="left", fontsize=11, pad=above_rings(scene))
        if scale is None:
            _add_steps(axes, basins, colors)
        else:
            add_scale(axes, scale.mappable(LOSS_COLORS), "final loss", scale.extend, scale.ticks)
        for steps in beside:
            _draw_steps(steps, basins, scene)
        write_marks(axes, columns=1)
        write_row(figure, _legend(basins, scene, colors), size=9)
        row = [[axes, *beside]] if width < WIDE * height else [[each] for each in (axes, *beside)]
        fit(figure, row, [width] * len(row[0]), [height] * len(row))
    return figure


def listed(basins: Basins, scene: Scene) -> list[int]:
    """The numbers of the attractors: the lowest one first, then those of most members.

    Of attractors as low as the lowest but for round-off, the one of most members is first.
    """
    if not len(basins.losses):
        return []
    finite = scene.losses[np.isfinite(scene.losses)]
    least = ROUND_OFF * (float(np.ptp(finite)) if len(finite) else 0.0)
    first = int(np.flatnonzero(basins.losses <= basins.losses.min() + least)[0])
    return [first, *(number for number in range(len(basins.losses)) if number != first)]


def attractor_colors(
    basins: Basins, scene: Scene
) -> tuple[Float[np.ndarray, "attractors 3"], ColorScale | None]:
    """The colour of each attractor, and the scale of these colours where they are those of losses."""
    number = len(basins.losses)
    if number > len(BASIN_COLORS):
        scale = color_scale(basins.losses, scene.losses)
        return LOSS_COLORS(scale.norm(basins.losses))[:, :3], scale
    colors = np.empty((number, 3))
    colors[listed(basins, scene)] = np.array([to_rgb(color) for color in BASIN_COLORS[:number]]).reshape(
        -1, 3
    )
    return colors, None


def _draw_starts(
    axes: Axes, basins: Basins, scene: Scene, colors: Float[np.ndarray, "attractors 3"], *, shaded: bool
) -> None:
    """The colour of each start, and contours of the landscape."""
    every = np.concatenate([colors, [to_rgb(LOST_COLOR), to_rgb(MOVING_COLOR)]])  # -2 and -1, from the end
    shade = shades(basins.steps, *_shortest_and_longest(basins))
    window = Window.between(*scene.plane.project(basins.bounds))
    axes.imshow(
        every[basins.verdicts] * np.where(shaded & (basins.verdicts >= 0), shade, 1.0)[..., None],
        extent=window.image_extent,
        interpolation="nearest",
    )
    if not shaded:
        lines = LineCollection(list(borders(basins.verdicts, window)), colors=INK, linewidths=BORDER)
        axes.add_collection(lines, autolim=False)
    if not scene.plane.axes.picture or scene.shading.levels is not None:
        draw_contours(axes, scene, Heights(scene)(scene.losses), width=0.5, alpha=0.35, lines=None)
    finish_map(axes, scene)


def _draw_steps(axes: Axes, basins: Basins, scene: Scene) -> None:
    """How many steps each start took to rest, where colours of attractors leave no room for shades."""
    norm = Normalize(*_shortest_and_longest(basins))
    every = STEP_COLORS(norm(basins.steps))[..., :3]
    for verdict, color in ((MOVING, MOVING_COLOR), (LOST, LOST_COLOR)):
        every[basins.verdicts == verdict] = to_rgb(color)
    window = Window.between(*scene.plane.project(basins.bounds))
    axes.imshow(every, extent=window.image_extent, interpolation="nearest")
    finish_map(axes, scene)
    add_scale(axes, ScalarMappable(norm, STEP_COLORS), "steps to rest, the darker the later")
    axes.set_title("steps to rest", loc="left", fontsize=11, pad=above_rings(scene))


def borders(verdicts: Int[np.ndarray, "rows columns"], window: Window) -> Float[np.ndarray, "lines 2 2"]:
    """The edges between cells of a window whose verdicts differ, from end to end.

    >>> borders(np.array([[0, 1]]), Window(0.0, 2.0, 0.0, 1.0)).tolist()
    [[[1.0, 0.0], [1.0, 1.0]]]
    """
    rows, columns = np.nonzero(verdicts[:, 1:] != verdicts[:, :-1])
    upright = np.stack([np.stack([columns + 1, rows + end], axis=1) for end in (0, 1)], axis=1)
    rows, columns = np.nonzero(verdicts[1:] != verdicts[:-1])
    level = np.stack([np.stack([columns + end, rows + 1], axis=1) for end in (0, 1)], axis=1)
    cell = np.array(window.size) / verdicts.shape[::-1]
    return window.corners[0] + np.concatenate([upright, level]) * cell


def shades(steps: np.ndarray, low: float, high: float) -> np.ndarray:
    """How bright a start is that took so many steps: from 1 down to `DARKEST`."""
    return 1.0 - (1.0 - DARKEST) * np.clip((steps - low) / max(high - low, 1.0), 0, 1)


def _shortest_and_longest(basins: Basins) -> tuple[float, float]:
    """The steps to rest between which the shade changes: without the extremes."""
    at_rest = basins.verdicts >= 0
    return tuple(np.quantile(basins.steps[at_rest], [0.02, 0.98])) if at_rest.any() else (0.0, 1.0)


def _add_steps(axes: Axes, basins: Basins, colors: Float[np.ndarray, "n 3"]) -> None:
    """What the shades of some colours mean, beside the map: each of them along one stripe of a bar."""
    low, high = _shortest_and_longest(basins)
    high = max(high, low + 1.0)
    bar = add_scale(axes, ScalarMappable(Normalize(low, high), "gray"), "steps to rest, the darker the later")
    shade = shades(np.linspace(low, high, 256), low, high)
    stripes = shade[:, None, None] * (colors if len(colors) else np.ones((1, 3)))
    upright = bar.orientation == "vertical"
    bar.ax.imshow(
        stripes if upright else stripes.swapaxes(0, 1),
        extent=(0.0, 1.0, low, high) if upright else (low, high, 0.0, 1.0),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        zorder=3,  # above the greys of the bar
    )


def _legend(basins: Basins, scene: Scene, colors: np.ndarray) -> list[Patch]:
    """A patch for each attractor that has a colour of its own, else for the lowest, and for the rest."""
    shares, order = basins.shares, listed(basins, scene)
    named = order if len(order) <= len(BASIN_COLORS) else order[:1]
    handles = [
        Patch(color=colors[number], label=f"{name}: {shares[number]:.1%}")
        for number, name in zip(named, _names(basins, scene, named), strict=True)
    ]
    others = order[len(named) :]
    rest = (
        *([_others(basins, others, colors)] if others else []),
        (MOVING_COLOR, "still moving", (basins.verdicts == MOVING).mean()),
        (LOST_COLOR, "diverged or left", (basins.verdicts == LOST).mean()),
    )
    return handles + [
        Patch(facecolor=color, edgecolor=GREY, label=f"{name}: {share:.1%}")
        for color, name, share in rest
        if share > 0
    ]


def _names(basins: Basins, scene: Scene, numbers: Sequence[int]) -> list[str]:
    """The place and the loss of some attractors."""
    digits = max(0, 3 - int(np.floor(np.log10(scene.window.size[0]))))
    places = scene.plane.project(basins.points).round(digits) + 0.0  # no minus before a zero
    return [
        f"({places[number, 0]:.{digits}f}, {places[number, 1]:.{digits}f}), loss {basins.losses[number]:.3g}"
        for number in numbers
    ]


def _others(basins: Basins, numbers: Sequence[int], colors: np.ndarray) -> tuple[np.ndarray, str, float]:
    """The colour of the middle one of some attractors, how many there are, and their share."""
    losses = basins.losses[numbers]
    span = f"{in_full(float(losses.min()))} to {in_full(float(losses.max()))}"
    middle = numbers[int(np.argsort(losses)[len(losses) // 2])]
    return colors[middle], f"{len(numbers)} others, losses from {span}", basins.shares[numbers].sum()
