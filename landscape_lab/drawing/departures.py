"""The losses of a path and those of the plane below it, over the steps."""

import numpy as np
from matplotlib.axes import Axes

from landscape_lab.drawing.marks import write_marks
from landscape_lab.drawing.palette import GREY, GRID, INK, path_color
from landscape_lab.drawing.style import label_cost
from landscape_lab.drawing.ticks import label_logarithm
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.planes.departure import Departure
from landscape_lab.scene import Scene, Trace

COMPARISON = 1.9
"""The height of the curves below a map, inches."""
PLANE_COLOR, OFF_COLOR = INK, GREY
DECADES = 30
"""Losses whose highest is so many times their lowest are drawn logarithmically."""


def draw_departures(axes: Axes, scene: Scene) -> None:
    """For each trace its own loss and the plane's below it; of one in grey how far it is off the plane.

    The title says in words what this means.
    """
    draw_comparison(axes, scene)
    axes.set_title(what_it_is(scene), loc="left", fontsize=9)


def what_it_is(scene: Scene) -> str:
    """That a map is a slice, and how far it can be trusted, in words."""
    dims = scene.plane.directions.shape[1]
    rings = "; hollow: the loss there is not the map's" if _parts(scene) else ""
    return f"The map is a slice of {dims:,} dimensions: {away(scene)}{rings}."


def draw_comparison(axes: Axes, scene: Scene) -> None:
    """The curves alone."""
    alone = len(scene.traces) == 1
    for number, trace in enumerate(scene.traces):
        if trace.departure is not None:
            own = path_color(number)
            _draw(axes, trace, trace.departure, (own, PLANE_COLOR if alone else own), named=number == 0)
    if alone:
        _draw_distance(axes, scene.traces[0])
    axes.set_yscale("log" if _spans_decades(scene) else "linear")
    label_logarithm(axes.yaxis)
    axes.set(xlabel="step", ylabel="loss")
    axes.tick_params(labelsize=8)
    label_cost(axes.xaxis, whole=True)
    axes.grid(color=GRID, linewidth=0.8)
    write_marks(axes, columns=2)


def _draw_distance(axes: Axes, trace: Trace) -> None:
    """How far a trace is off the plane, behind the curves; those of several would hide each other."""
    if trace.off is None:
        return
    distances = axes.twinx()
    distances.fill_between(trace.path_steps, trace.off.max(axis=1), color=OFF_COLOR, alpha=0.22, linewidth=0)
    distances.set_ylim(bottom=0.0)
    distances.set_ylabel("off the plane", color=OFF_COLOR)
    distances.tick_params(labelsize=8)
    axes.set_zorder(distances.get_zorder() + 1)
    axes.patch.set_visible(False)


def away(scene: Scene) -> str:
    """How far the paths are off the plane, in words."""
    furthest = [float(np.nanmax(trace.off)) for trace in scene.traces if trace.off is not None]
    paths = "the path leaves" if len(furthest) == 1 else "the paths leave"
    return f"{paths} it by up to {max(furthest):.2g}"


def _parts(scene: Scene) -> bool:
    """Whether a path's own losses part from the plane's somewhere."""
    return any(trace.departure is not None and trace.departure.parted.any() for trace in scene.traces)


def _draw(axes: Axes, trace: Trace, departure: Departure, colors: tuple[str, str], *, named: bool) -> None:
    """Two curves in their colours, of several members their medians."""
    steps = trace.path_steps[departure.places]
    own, below = (_middle(losses) for losses in (departure.losses, departure.on_plane))
    axes.plot(steps, own, color=colors[0], linewidth=1.6, label="on the path" if named else None)
    axes.plot(
        steps,
        below,
        color=colors[1],
        linewidth=1.1,
        linestyle=(0, (3, 2)),
        label="on the map below it" if named else None,
    )


def _middle(losses: np.ndarray) -> np.ndarray:
    """The median over members of those losses `[n, members]` that are finite, `[n]`."""
    return typical(np.where(np.isfinite(losses), losses, np.nan))


def _spans_decades(scene: Scene) -> bool:
    """Whether the losses ask for a logarithm."""
    parts = [trace.departure for trace in scene.traces if trace.departure is not None]
    losses = np.concatenate([np.concatenate([part.losses, part.on_plane]).ravel() for part in parts])
    losses = losses[np.isfinite(losses)]
    return len(losses) > 0 and bool(losses.min() > 0 and losses.max() > DECADES * losses.min())
