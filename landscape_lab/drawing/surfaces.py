"""The landscape in three dimensions, and its gradient."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D

from landscape_lab.drawing.fitting import fit
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import DRAWN_POINTS, draw_scene, evenly, finish_map
from landscape_lab.drawing.palette import SLOPE_COLORS, path_color
from landscape_lab.drawing.proportions import map_size
from landscape_lab.drawing.style import STYLE, add_scale, slope_unit
from landscape_lab.drawing.titles import write_title
from landscape_lab.scene import Scene

AREA = 16.0
"""Of each map of the gradient, square inches."""
SURFACE_CELLS = 120
"""The most cells along each side of a surface in three dimensions."""
SURFACE_MEMBERS = 50
"""The most members of a trace on it."""


def surface_figure(scene: Scene) -> Figure:
    """The landscape as a map and as a surface in three dimensions, with the traces on both."""
    with rc_context(STYLE):
        figure = Figure(figsize=(13.0, 5.8), layout="constrained")
        axes = figure.add_subplot(1, 2, 1)
        draw_scene(axes, scene, bar=False)
        write_title(axes, scene)
        # Without a computed order matplotlib would sort the whole surface before or behind the lines that
        # lie on it.
        relief = figure.add_subplot(1, 2, 2, projection="3d", computed_zorder=False)
        heights = Heights(scene)
        _draw_ground(relief, scene, heights)
        _draw_lines(relief, scene, heights)
        _name_axes(relief, scene, heights)
        relief.view_init(elev=40, azim=-60)
        relief.set_box_aspect((1.0, 1.0, 0.55), zoom=0.95)
        if scene.plane.axes.picture:
            relief.invert_yaxis()
    return figure


def _name_axes(relief: Axes3D, scene: Scene, heights: Heights) -> None:
    """Short names and few numbers, as axes are seen at a slant; what else there is to say, the map says."""
    names = (label.split(" (")[0] for label in scene.plane.axes.labels)
    for axis, name in zip((relief.xaxis, relief.yaxis), names, strict=True):
        axis.set_label_text(name)
        axis.labelpad = 8
    for axis in (relief.xaxis, relief.yaxis, relief.zaxis):
        axis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 5, 10)))
    relief.set_title(f"height: {heights.label}", fontsize=11)


def _draw_ground(relief: Axes3D, scene: Scene, heights: Heights) -> None:
    """The surface through some of the cells."""
    rows, columns = scene.losses.shape
    down, across = evenly(rows, SURFACE_CELLS), evenly(columns, SURFACE_CELLS)
    u, v = scene.window.columns(columns).numpy()[across], scene.window.rows(rows).numpy()[down]
    relief.plot_surface(
        *np.meshgrid(u, v),
        heights(scene.losses[np.ix_(down, across)]),
        cmap=heights.colors,
        rcount=SURFACE_CELLS,
        ccount=SURFACE_CELLS,
        linewidth=0,
        antialiased=True,
        alpha=0.85,
    )


def _draw_lines(relief: Axes3D, scene: Scene, heights: Heights) -> None:
    """A line for each member, with a gap wherever it is outside the window."""
    for number, trace in enumerate(scene.traces):
        shown, losses_of = evenly(len(trace.places), DRAWN_POINTS), trace.path_losses
        for member in range(min(trace.losses.shape[1], SURFACE_MEMBERS)):
            places, losses = trace.places[shown, member], heights(losses_of[shown, member])
            places = np.where(scene.window.contains(places)[:, None], places, np.nan)
            relief.plot(*places.T, losses, color=path_color(number), linewidth=1.6, zorder=10)


def gradient_figure(scene: Scene) -> Figure:
    """The gradient along each axis of the plane, and its size, with the traces.

    It is taken from differences of neighbouring cells.
    """
    rows, columns = scene.losses.shape
    width, height = scene.window.size
    down, across = np.gradient(scene.losses, height / rows, width / columns)
    labels = scene.plane.axes.labels
    parts = (
        (f"gradient along {labels[0]}", across),
        (f"gradient along {labels[1]}", down),
        ("its size", np.hypot(across, down)),
    )
    with rc_context(STYLE):
        width, height = map_size(scene, AREA)
        rows = 3 if width > 2 * height else 1  # wide maps lie below each other
        figure = Figure()
        grid = figure.subplots(rows, 3 // rows, squeeze=False)
        for axes, (title, values) in zip(grid.flat, parts, strict=True):
            _draw_slope(axes, scene, values)
            axes.set_title(title, loc="left", fontsize=11)
        fit(figure, grid.tolist(), [width] * (3 // rows), [height] * rows)
    return figure


def _draw_slope(axes: Axes, scene: Scene, values: np.ndarray) -> None:
    """One part of the gradient, and the traces on it in black."""
    signed = bool((values < 0).any())
    steep = float(np.nanquantile(np.abs(values), 0.99)) or 1.0  # a few cells at a wall would take all colours
    image = axes.imshow(
        values,
        cmap=SLOPE_COLORS if signed else "magma",
        vmin=-steep if signed else 0.0,
        vmax=steep,
        extent=scene.window.image_extent,
    )
    finish_map(axes, scene)
    for trace in scene.traces:
        shown = evenly(len(trace.places), DRAWN_POINTS)
        lines = trace.places[shown].reshape(len(shown), -1, 2).transpose(2, 0, 1)
        axes.plot(*lines, color="black", linewidth=0.8)
    add_scale(axes, image, slope_unit(scene.plane.axes.picture), "both" if signed else "max")
