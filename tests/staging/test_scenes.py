"""Scenes hold what landscapes and trajectories tell, in the coordinates of a plane."""

import numpy as np
import pytest
import torch
from networks import line, linear, path
from scenes import RAMP, recorded, scene, trajectory

from landscape_lab import Trajectory
from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.figures import path_figure
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.planes import Plane, PlaneSettings, Window, principal
from landscape_lab.scene import Scene, Shading
from landscape_lab.staging import SHOWN_MEMBERS, scene_of, start_of, trace_of


def test_scene_of_a_picture_is_the_picture_in_pixels():
    view = scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))
    assert view.window.extent == pytest.approx((-0.5, 59.5, -0.5, 39.5), abs=1e-5)
    np.testing.assert_allclose(view.losses, RAMP.numpy(), atol=1e-5)
    np.testing.assert_allclose(view.traces[0].places[:, 0], [[3, 7], [50, 30]], atol=1e-4)


def test_large_picture_is_drawn_with_fewer_cells():
    landscape = ImageLandscape(torch.linspace(0, 1, 3000).expand(1500, 3000), smoothing=0)
    assert scene_of(landscape, [recorded(np.zeros((1, 1, 2)), [0.0])]).losses.shape == (512, 1024)


def test_window_grows_to_hold_the_path_but_not_without_end():
    inside = scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))
    outside = scene(trajectory([[3, 7], [70, 30]], [0.5, 0.4]))
    lost = scene(trajectory([[3, 7], [1e9, np.nan]], [0.5, np.nan]))
    assert inside.window.extent[1] == pytest.approx(59.5)
    assert 70 < outside.window.extent[1] < 75
    assert outside.window.extent[2:] == pytest.approx(inside.window.extent[2:])
    assert lost.window.extent == pytest.approx(inside.window.extent)
    assert scene(trajectory([[3, 7], [1e9, 5]], [0.5, 1.0])).window.right == pytest.approx(59.5 + 30)


def test_more_dimensions_are_cut_along_the_motion_and_tell_how_far_off_it_is():
    points = np.random.default_rng(0).normal(size=(30, 2, 5)).cumsum(axis=0)
    kept = recorded(points, np.ones((30, 2)))
    view = scene_of(FunctionLandscape.named("sphere", dims=5), [kept])
    (trace,) = view.traces
    assert view.plane.explained == principal([kept.points]).explained
    np.testing.assert_allclose(trace.places, view.plane.project(kept.points))
    np.testing.assert_allclose(trace.off, view.plane.off(kept.points))
    assert trace.off.max() > 0.1
    assert view.window.contains(trace.places).all()
    assert view.losses.shape == (512, 512)


def test_a_plane_and_a_window_can_be_chosen():
    landscape = FunctionLandscape.named("sphere", dims=3)
    plane, window = Plane(torch.zeros(3), torch.eye(3)[1:]), Window(-1.0, 1.0, 0.0, 2.0)
    view = scene_of(landscape, [recorded(np.ones((2, 1, 3)), [3.0, 3.0])], plane, window)
    assert view.window == window
    (u, v) = window.centres(512, 512)[1000].tolist()
    assert view.losses.flat[1000] == pytest.approx(u**2 + v**2, rel=1e-5)
    np.testing.assert_allclose(view.traces[0].off, 1.0)


def test_curves_do_without_a_grid(monkeypatch):
    monkeypatch.setattr("landscape_lab.staging.mapping.sample", None)
    view = scene_of(FunctionLandscape.named("booth"), [recorded([(1.0, 1.0)], [1.0])], grid=False)
    assert view.losses.shape == (0, 0)
    assert len(view.minima) == 1


def test_of_very_many_members_the_same_ones_are_shown_each_time():
    points = np.random.default_rng(0).normal(size=(2, SHOWN_MEMBERS + 50, 2))
    kept, plane = recorded(points, points[..., 0]), Plane.of(FunctionLandscape.named("booth"))
    one, two = trace_of(kept, plane), trace_of(kept, plane)
    assert (one.total, one.places.shape) == (SHOWN_MEMBERS + 50, (2, SHOWN_MEMBERS, 2))
    np.testing.assert_array_equal(one.places, two.places)
    np.testing.assert_allclose(one.places[..., 0], one.losses, rtol=1e-6)  # of the same members


def test_members_have_rates_only_where_these_differ():
    points, plane = np.zeros((1, 3, 2)), Plane.of(FunctionLandscape.named("booth"))
    for rates, expected in (((0.1, 0.2, 0.3), [0.1, 0.2, 0.3]), ((0.1, 0.1, 0.1), None)):
        trace = trace_of(recorded(points, np.zeros((1, 3)), members={"lr": np.array(rates)}), plane)
        assert (None if trace.rates is None else trace.rates.tolist()) == expected
    assert trace.off is None


def test_a_start_is_a_trace_of_one_record():
    landscape = FunctionLandscape.named("booth", start=[(1.0, 2.0), (3.0, 4.0)])
    trace = start_of(landscape, Plane.of(landscape))
    np.testing.assert_allclose(trace.places, [[[1.0, 2.0], [3.0, 4.0]]])
    np.testing.assert_allclose(trace.losses[0], landscape.evaluate(landscape.flat()), rtol=1e-6)
    assert (trace.total, trace.record(9)) == (2, 0)


def test_of_large_points_fewer_places_are_kept_than_losses_and_the_curve_stays_whole(monkeypatch):
    monkeypatch.setattr("landscape_lab.records.large_points.MEMORY", 4 * 1200 * 10)  # room for ten points
    kept = Trajectory(steps=100)
    for step in range(100):
        if kept.wants_point(step) or step == 0:
            kept.append(step, torch.full((1, 1200), float(step)), torch.tensor([200.0 - step]), step)
        else:
            nothing = torch.empty(0, 1, 1200)
            steps, losses = torch.tensor([step]), torch.tensor([[200.0 - step]])
            kept.extend(steps, nothing, losses, steps, point_steps=torch.empty(0, dtype=torch.int64))
    trace = trace_of(kept, Plane(torch.zeros(1200), torch.eye(2, 1200)), off=True)
    assert len(trace.losses) == len(trace.steps) == len(trace.evaluations) == len(trace.lr) == 100
    assert trace.path_steps.tolist() == kept.point_steps.tolist() == list(range(0, 100, 10))
    np.testing.assert_allclose(trace.places[:, 0, 0], trace.path_steps)
    np.testing.assert_allclose(trace.path_losses[:, 0], 200.0 - trace.path_steps)
    assert len(trace.off) == 10
    for figure in (path_figure, loss_figure):
        drawn = figure(scene_of_trace(trace))
        assert drawn.axes[0].lines or drawn.axes[0].collections
    (curve,) = loss_figure(scene_of_trace(trace)).axes[0].lines[:1]
    assert len(curve.get_xdata()) == 100


def scene_of_trace(trace):
    """A trace alone, on a landscape that is level."""
    window = Window.around(trace.places)
    return Scene(Plane(torch.zeros(2), torch.eye(2)), window, np.zeros((4, 4)), (trace,), np.empty((0, 2)))


def test_a_network_lies_on_the_plane_of_its_path_and_has_answers():
    view = scene_of(linear(), [path(-line(), 0.5 * line(), line())], grid=False)
    assert view.plane.explained[0] == pytest.approx(1.0)
    assert view.answers.samples(5).classes == ("left", "right")
    assert view.losses.size == 0


def test_a_slice_that_misses_its_centre_is_told_in_the_scene(monkeypatch):
    landscape = linear()
    assert scene_of(landscape, [path(-line(), line())]).miss == 0.0
    monkeypatch.setattr(type(landscape), "evaluate", lambda self, points: torch.full((len(points),), 9.0))
    view = scene_of(landscape, [path(-line(), line())])
    assert view.miss > 1.0
    assert "the centre misses the landscape by" in view.note


def test_settings_choose_plane_window_resolution_and_shading():
    wanted = PlaneSettings(
        "start_to_end", window=[[-1, 1], [-2, 2]], resolution=20, levels=[1.0, 2.0], colormap="magma"
    )
    view = scene_of(linear(), [path(-line(), 0.5 * line() + 0.1, line())], settings=wanted)
    assert view.plane.axes.labels[0].startswith("from start to end (")
    assert (view.window, view.losses.shape) == (Window(-1.0, 1.0, -2.0, 2.0), (20, 20))
    assert view.shading == Shading("magma", (1.0, 2.0))


def test_resolution_of_a_picture_is_that_of_its_longer_side():
    wanted = PlaneSettings(resolution=30)
    view = scene_of(ImageLandscape(RAMP, smoothing=0), [], settings=wanted)
    assert view.losses.shape == (20, 30)


def test_a_two_dimensional_landscape_can_be_turned():
    booth = FunctionLandscape.named("booth")
    kept = recorded([(1.0, 1.0), (3.0, 2.0)], [1.0, 2.0])
    view = scene_of(booth, [kept], settings=PlaneSettings("start_to_end", resolution=8))
    np.testing.assert_allclose(view.traces[0].places[:, 0], [[-(5**0.5), 0.0], [0.0, 0.0]], atol=1e-6)
    assert view.traces[0].departure is None
    places = view.window.centres(8, 8)
    np.testing.assert_allclose(
        view.losses.ravel(), booth.evaluate(view.plane.points(places).float()), rtol=1e-4
    )


def test_a_window_of_rise_grows_from_the_centre_of_the_path():
    sphere = FunctionLandscape.named("sphere")
    kept = recorded([(1.0, 1.0), (3.0, 2.0)], [2.0, 13.0])
    view = scene_of(sphere, [kept], settings=PlaneSettings(window="rise", rise=2.0, resolution=8))
    assert (view.window.left + view.window.right) / 2 == pytest.approx(3.0)
    assert (view.window.first + view.window.last) / 2 == pytest.approx(2.0)


def test_a_line_joins_the_ends_of_a_run_of_two_runs_or_of_two_files(tmp_path):
    runs = [path(-line(), line()), path(line(), 2 * line() + 0.5)]
    alone = scene_of(linear(), runs[:1], grid=False, extras=["line"]).line
    both = scene_of(linear(), runs, grid=False, extras=["line"]).line
    files = [str(tmp_path / name) for name in ("a.npy", "b.npy")]
    for file, point in zip(files, (-line(), line()), strict=True):
        np.save(file, point)
    given = scene_of(linear(), runs, settings=PlaneSettings(vectors=files), grid=False, extras=["line"]).line
    np.testing.assert_allclose(alone.measures["loss"], given.measures["loss"], rtol=1e-6)
    assert both.measures["loss"][0] == pytest.approx(alone.measures["loss"][-1])
    assert both.names == ("end of the first run", "end of the second")
    with pytest.raises(ValueError, match="A line should join two points"):
        scene_of(linear(), [], grid=False, extras=["line"])
