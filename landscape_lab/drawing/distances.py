"""How far a descent is from the nearest known minimum, in the plane."""

import numpy as np
from matplotlib.axes import Axes

from landscape_lab.drawing.rates import lowest_so_far
from landscape_lab.drawing.strokes import Curve, draw_curve, draw_rates
from landscape_lab.drawing.value_axis import ValueAxis, drawn, linear_axis, logarithmic_axis
from landscape_lab.scene import Scene, Trace


def distance_axis(scene: Scene) -> ValueAxis:
    """Logarithmic where distances span a decade."""
    unit = "pixels" if scene.plane.axes.picture else "units of the axes"
    far = any(trace.rates is not None for trace in scene.traces)
    name = f"{'shortest ' * far}distance to the nearest minimum{' so far' * far}\n({unit}"
    curves = [drawn(trace, _distances(trace, scene.minima)) for trace in scene.traces]
    return logarithmic_axis(f"{name}, logarithmic)", curves) or linear_axis(f"{name})", curves)


def draw_distances(
    axes: Axes, trace: Trace, color: str, *, against: str, minima: np.ndarray, axis: ValueAxis
) -> None:
    """How far each point is from the nearest minimum, in the plane."""
    costs, distances = trace.cost(against, trace.path_steps), _distances(trace, minima)
    if trace.rates is None:
        draw_curve(axes, Curve(costs, distances), color, axis)
    else:
        draw_rates(axes, trace, Curve(costs, lowest_so_far(distances)), axis)


def _distances(trace: Trace, minima: np.ndarray) -> np.ndarray:
    """How far each point is from the nearest minimum, `[places, members]`."""
    return np.linalg.norm(trace.places[:, :, None] - minima, axis=-1).min(axis=-1)
