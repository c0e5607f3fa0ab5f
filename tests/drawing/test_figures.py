"""Pictures show what happened, where it happened."""

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from landscape_lab import Trajectory
from landscape_lab.drawing.figures import FIGURES, gallery_figure, gradient_figure, loss_figure, path_figure
from landscape_lab.drawing.maps import Heights
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.planes import Plane
from landscape_lab.staging import scene_of

RAMP = torch.linspace(0.2, 0.9, 60).expand(40, 60)


def trajectory(pixels, losses, landscape=None, label="sgd, lr 0.1"):
    """A path through pixels (column, row), one for each step; several members if there is another dimension."""
    kept = Trajectory(label=label)
    pixels = np.asarray(pixels, dtype=float).reshape(len(losses), -1, 2)
    points = (2 * pixels + 1) / np.array([60, 40]) - 1
    for step, (point, loss) in enumerate(zip(points, np.asarray(losses, dtype=float).reshape(len(losses), -1), strict=True)):
        kept.append(step, torch.tensor(point), torch.tensor(loss), step)
    return kept


def scene(*trajectories):
    return scene_of(ImageLandscape(RAMP, smoothing=0), trajectories)


def pixels_of(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int), figure.axes[0]


def at(image, axes, column, row):
    x, y = axes.transData.transform((column, row))
    return image[image.shape[0] - 1 - int(y), int(x)]


def test_scene_of_a_picture_is_the_picture_in_pixels():
    view = scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))
    assert view.extent == pytest.approx((-0.5, 59.5, -0.5, 39.5), abs=1e-5)
    np.testing.assert_allclose(view.losses, RAMP.numpy(), atol=1e-5)
    np.testing.assert_allclose(view.traces[0].places[:, 0], [[3, 7], [50, 30]], atol=1e-4)


def test_large_picture_is_drawn_with_fewer_cells():
    landscape = ImageLandscape(torch.linspace(0, 1, 3000).expand(1500, 3000), smoothing=0)
    kept = Trajectory()
    kept.append(0, torch.zeros(1, 2), torch.zeros(1), 0)
    assert scene_of(landscape, [kept]).losses.shape == (512, 1024)


def test_window_grows_to_hold_the_path_but_not_without_end():
    inside = scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))
    outside = scene(trajectory([[3, 7], [70, 30]], [0.5, 0.4]))
    lost = scene(trajectory([[3, 7], [1e9, np.nan]], [0.5, np.nan]))
    assert inside.extent[1] == pytest.approx(59.5)
    assert 70 < outside.extent[1] < 75
    assert outside.extent[2:] == pytest.approx(inside.extent[2:])
    assert lost.extent == pytest.approx(inside.extent)
    assert scene(trajectory([[3, 7], [1e9, 5]], [0.5, 1.0])).extent[1] == pytest.approx(59.5 + 30)


def test_plane_projects_onto_oblique_directions():
    plane = Plane(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    places = torch.tensor([[0.5, -1.0], [2.0, 0.25]])
    np.testing.assert_allclose(plane.project(plane.points(places).numpy()), places, atol=1e-6)
    normal = np.array([1.0, -1.0, 1.0])
    np.testing.assert_allclose(plane.project(plane.points(places).numpy() + 5 * normal), places, atol=1e-6)


def test_background_path_and_marks_are_where_they_belong():
    path = trajectory([[5, 5], [30, 5], [30, 35], [55, 35]], [0.8, 0.6, 0.4, 0.2])
    image, axes = pixels_of(path_figure(scene(path)))
    for column in (12, 45):
        expected = 255 * (0.2 + 0.7 * column / 59)
        assert at(image, axes, column, 20) == pytest.approx([expected] * 3, abs=6)
    assert np.ptp(at(image, axes, 17, 5)) > 60  # the path is coloured, the landscape is grey
    assert np.ptp(at(image, axes, 30, 20)) > 60
    assert at(image, axes, 5, 5).min() > 240  # the start is white
    red, green, blue = at(image, axes, 55, 35)
    assert green > red + 80
    assert green > blue + 40
    assert axes.get_xlabel() == "column"
    assert axes.yaxis.get_inverted()


def test_title_tells_optimizer_steps_and_final_loss():
    path = trajectory([[5, 5], [30, 5], [30, 35]], [0.8, 0.6, 0.25], label="spiral · lion, lr 0.03")
    title = path_figure(scene(path)).axes[0].get_title(loc="left")
    assert title == "spiral · lion, lr 0.03 · 2 steps · final loss 0.25"
    diverged = trajectory([[5, 5], [30, np.nan]], [0.8, np.nan])
    assert "diverged, best loss 0.8" in path_figure(scene(diverged)).axes[0].get_title(loc="left")


def test_loss_figure_has_a_linear_and_a_logarithmic_side():
    view = scene(trajectory(np.full((4, 2), 5), [0.8, 0.0, np.nan, 0.1]))
    figure = loss_figure(view)
    linear, logarithmic = figure.axes
    assert (linear.get_yscale(), logarithmic.get_yscale()) == ("linear", "log")
    curve = linear.lines[0].get_xydata()
    np.testing.assert_allclose(curve, [[0, 0.8], [1, 0.0], [3, 0.1]], atol=1e-6)
    assert np.isfinite(logarithmic.lines[0].get_ydata()).all()
    FigureCanvasAgg(figure).draw()


@pytest.mark.parametrize("members", [1, 2, 1000])
def test_any_number_of_members_and_a_single_record_can_be_drawn(members):
    rng = np.random.default_rng(0)
    for records in (1, 3):
        view = scene(trajectory(rng.uniform(0, 39, (records, members, 2)), rng.uniform(size=(records, members))))
        for draw in (path_figure, loss_figure):
            image, axes = pixels_of(draw(view))
            assert np.ptp(image) > 200
            drawn = len(axes.lines) + sum(len(each.get_segments()) for each in axes.collections if hasattr(each, "get_segments"))
            assert drawn >= members if draw is path_figure else len(axes.lines) >= 1


def test_two_optimizers_share_one_landscape():
    one, two = (trajectory([[5, 5], [5 + 40 * k, 30]], [0.5, 0.1], label=f"optimizer {k}") for k in (0, 1))
    figure = loss_figure(scene(one, two))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["optimizer 0", "optimizer 1"]
    FigureCanvasAgg(path_figure(scene(one, two))).draw()


def function_scene(name, points=((-1.5, 1.0), (0.5, 0.4)), losses=(20.0, 1.0), **settings):
    landscape = FunctionLandscape.named(name, **settings)
    kept = Trajectory(label="sgd")
    for step, (point, loss) in enumerate(zip(points, losses, strict=True)):
        kept.append(step, torch.tensor([point]), torch.tensor([loss]), step)
    return landscape, scene_of(landscape, [kept])


def test_formula_is_drawn_the_right_way_up_with_its_minimum():
    landscape, view = function_scene("booth", points=((-5.0, -2.0), (2.0, 4.0)))
    image, axes = pixels_of(path_figure(view))
    assert not axes.get_yaxis().get_inverted()
    dark, light = at(image, axes, 2.5, 2.0).sum(), at(image, axes, 8.0, 8.0).sum()
    assert landscape.evaluate(torch.tensor([[2.5, 2.0], [8.0, 8.0]])).diff() > 0
    assert light > dark + 100
    red, green, blue = at(image, axes, 1.0, 3.0)
    assert min(green, blue) > red + 80  # the minimum's cross
    rows, columns = view.losses.shape
    low = np.unravel_index(view.losses.argmin(), view.losses.shape)
    assert view.extent[0] + (low[1] + 0.5) * (view.extent[1] - view.extent[0]) / columns == pytest.approx(1.0, abs=0.05)
    assert view.extent[2] + (low[0] + 0.5) * (view.extent[3] - view.extent[2]) / rows == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "logarithmic"), [("sphere", False), ("rastrigin", False), ("rosenbrock", True), ("beale", True)]
)
def test_contours_are_logarithmic_where_the_losses_ask_for_it(name, logarithmic):
    assert Heights(function_scene(name)[1]).logarithmic == logarithmic


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("name", ["rosenbrock", "easom", "saddle"])
def test_every_figure_of_a_formula_can_be_drawn(figure, name):
    for view in (function_scene(name)[1], function_scene(name, points=((-1.5, 1.0), (9e9, np.nan)), losses=(1.0, np.nan))[1]):
        image, axes = pixels_of(FIGURES[figure](view))
        assert np.ptp(image) > 200
        assert axes.lines


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_of_a_picture_can_be_drawn(figure):
    image, axes = pixels_of(FIGURES[figure](scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))))
    assert np.ptp(image) > 200
    assert axes.lines


def test_gradient_pictures_are_the_gradient():
    _, view = function_scene("parabola")
    across, down, size = (axes.images[0].get_array() for axes in gradient_figure(view).axes[:3])
    left, right, first, last = view.extent
    rows, columns = view.losses.shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = first + (np.arange(rows) + 0.5) * (last - first) / rows
    inner = slice(1, -1)
    np.testing.assert_allclose(across[inner, inner], np.broadcast_to(20 * x, across.shape)[inner, inner], atol=0.05)
    np.testing.assert_allclose(down[inner, inner], np.broadcast_to(20 * y[:, None], down.shape)[inner, inner], atol=0.05)
    np.testing.assert_allclose(size, np.hypot(across, down))


def test_loss_can_be_drawn_against_evaluations():
    kept = Trajectory(label="lbfgs")
    for step, (loss, evaluations) in enumerate([(0.8, 0), (0.5, 4), (0.6, 9)]):
        kept.append(step, torch.zeros(1, 2), torch.tensor([loss]), evaluations)
    axes = FIGURES["evaluations"](scene(kept)).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0, 0.8], [4, 0.5], [9, 0.6]], atol=1e-6)
    np.testing.assert_allclose(axes.lines[1].get_xydata(), [[4, 0.5]], atol=1e-6)
    assert axes.get_xlabel() == "evaluation"


def test_distance_to_the_nearest_minimum_is_drawn():
    landscape, view = function_scene("himmelblau", points=((3.0, 3.0), (-2.8, 3.1)))
    curve = loss_figure(view).axes[2].lines[0].get_ydata()
    expected = [(landscape.minima - torch.tensor(place)).norm(dim=1).min().item() for place in ((3.0, 3.0), (-2.8, 3.1))]
    assert curve == pytest.approx(expected, rel=1e-5)


def test_principal_plane_holds_the_motion_and_tells_its_share():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(12, 2)))[0].T
    places = rng.normal(size=(40, 2)) * [5.0, 1.0]
    path = (places @ basis + 3.0)[:, None]
    plane = Plane.principal([path])
    rebuilt = plane.points(torch.from_numpy(plane.project(path).reshape(-1, 2))).numpy()
    np.testing.assert_allclose(rebuilt, path[:, 0], atol=1e-9)
    centred = path[:, 0] - path[:, 0].mean(axis=0)
    shares = np.linalg.eigvalsh(centred.T @ centred)[::-1][:2] / (centred**2).sum()
    assert plane.axes.labels[0] == f"direction 1 ({shares[0]:.1%} of the motion)"
    assert Plane.principal([path[:1]]).project(path).shape == (40, 1, 2)


def test_gallery_shows_each_landscape():
    named = [(name, function_scene(name, points=((0.5, 0.4),), losses=(1.0,))[1]) for name in ("booth", "beale", "branin")]
    figure = gallery_figure(named)
    FigureCanvasAgg(figure).draw()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["booth", "beale", "branin"]


def test_trajectory_plots_itself(tmp_path):
    path = trajectory([[5, 5], [30, 5]], [0.5, 0.1])
    with pytest.raises(ValueError, match="`landscape` should be given"):
        path.plot(tmp_path / "path.png")
    path.plot(tmp_path / "path.png", landscape=ImageLandscape(RAMP))
    assert [file.name for file in tmp_path.iterdir()] == ["path.png"]
