"""The loss beside a film's map."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scenes import function_scene, recorded, scene, trajectory

from landscape_lab.drawing.loss_panel import loss_axis, loss_curves, prepare_losses


def panel(view, size=(8.0, 6.0)):
    """A map that takes no room, and the prepared axes."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    prepare_losses(axes, view)
    FigureCanvasAgg(figure).draw()
    return figure, axes


def test_negative_losses_have_the_axis_that_figures_have():
    losses = [-0.0, -0.3, -0.9, -0.9999]
    _, view = function_scene("easom", [(2.0 + 0.2 * k, 2.5) for k in range(4)], losses)
    _, axes = panel(view)
    assert axes.get_yscale() == "log"
    assert axes.get_title(loc="left") == "loss above -1, the minimum"
    (curve,) = loss_curves(0, view.traces[0], axes, loss_axis(view))
    heights = curve.pixels[:, 0, 1] if curve.pixels.ndim == 3 else curve.pixels[:, 1]
    expected = axes.transData.transform([(0, loss + 1.0) for loss in losses])[:, 1]
    np.testing.assert_allclose(heights, expected, atol=1.0)


@pytest.mark.parametrize("steps", [2, 3])
def test_steps_are_whole(steps):
    _, axes = panel(scene(trajectory(np.full((steps, 2), 5), np.linspace(0.8, 0.7, steps))))
    assert [tick for tick in axes.get_xticks() if tick != round(tick)] == []


def curves_of(view):
    """Those of the first trace, on a panel of their own."""
    axes = Figure(figsize=(4, 3)).add_subplot()
    prepare_losses(axes, view)
    return list(loss_curves(0, view.traces[0], axes, loss_axis(view)))


def test_swings_that_hide_each_other_are_faint_below_their_running_median():
    """Lion's zig-zag was a solid block."""
    losses = np.where(np.arange(1000) % 2, 0.5, 0.7)
    losses[0] = 1.0
    swings, median = curves_of(scene(trajectory(np.full((1000, 2), 9), losses)))
    assert swings.alpha < 0.5 < median.alpha
    assert np.ptp(median.pixels[20:, 0, 1]) < 0.3 * np.ptp(swings.pixels[20:, 0, 1])
    (alone,) = curves_of(scene(trajectory(np.full((1000, 2), 9), np.linspace(1.0, 0.1, 1000))))
    assert alone.alpha == 1.0


def test_learning_rates_have_what_they_had_reached():
    kept = recorded(
        np.zeros((3, 2, 2)), [[1.0, 1.0], [0.2, 0.9], [0.8, 5.0]], members={"lr": np.array([0.1, 1.0])}
    )
    view = scene(kept)
    heights = np.array([curve.pixels[:, 0, 1] for curve in curves_of(view)])
    assert (np.diff(heights, axis=1) >= 0).all() or (np.diff(heights, axis=1) <= 0).all()
    np.testing.assert_allclose(heights[0, 1], heights[0, 2])


def test_what_a_film_does_not_show_has_no_room():
    losses = [10.0 ** -(step / 10) for step in range(101)]
    view = function_scene("sphere", [(1.0, 1.0)] * 101, losses)[1]
    shown, whole = loss_axis(view, 50), loss_axis(view)
    assert shown.limits[1] == pytest.approx(whole.limits[1], rel=0.5)
    assert 1e-6 < shown.limits[0] <= 1e-5
    assert whole.limits[0] <= 1e-10
    axes = Figure().add_subplot()
    prepare_losses(axes, view, 50)
    assert axes.get_xlim() == (0, 50)
    assert axes.get_ylim() == pytest.approx(shown.limits)


def test_the_name_of_a_narrow_panel_is_broken():
    """It ran off the frame of a film."""
    _, view = function_scene("easom", [(2.0 + 0.2 * k, 2.5) for k in range(4)], [-0.0, -0.3, -0.9, -0.9999])
    figure, axes = panel(view, (1.6, 6.0))
    assert axes.get_title(loc="left") == "loss above -1,\nthe minimum"
    assert axes._left_title.get_window_extent().x1 <= figure.bbox.x1
