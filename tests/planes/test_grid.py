"""The losses in a window: in each cell where they are cheap, through a spline where they are dear."""

from dataclasses import replace

import naive_networks as naive
import numpy as np
import pytest
import torch
from torch import nn

from landscape_lab.landscapes import FunctionLandscape, ImageLandscape, NetworkLandscape
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.networks.losses import accuracy
from landscape_lab.planes import Plane, Window, grid, sample


class Bowl(Landscape):
    """Not a point landscape: a loss of three weights, whose cost the test tells."""

    forward = backward = seen = begin = flat_gradient = None  # a grid asks for none of these

    def __init__(self, loss=lambda points: 1.0 + points.square().sum(-1)):
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(1, 3, dtype=torch.float64))
        self.loss, self.evaluated = loss, 0

    def flat(self):
        return self.weights.detach()

    def evaluate(self, points):
        self.evaluated += len(points)
        return self.loss(points)


PLANE = Plane(torch.zeros(3, dtype=torch.float64), torch.eye(2, 3, dtype=torch.float64))
WINDOW = Window(-1.0, 3.0, -2.0, 2.0)


def centres(cells):
    return WINDOW.centres(cells, cells).numpy().reshape(cells, cells, 2)


@pytest.fixture
def cost(monkeypatch):
    """Lets an evaluation seem to take so many seconds."""

    def seems(seconds):
        monkeypatch.setattr(grid, "_seconds", lambda measure: seconds)

    return seems


def test_a_picture_has_a_cell_for_each_pixel():
    landscape = ImageLandscape(torch.rand(7, 12), smoothing=0)
    seen = sample(landscape, Plane.of(landscape), Window(-0.5, 11.5, -0.5, 6.5))
    np.testing.assert_allclose(seen.losses, landscape.pixels, atol=1e-5)
    assert seen.note == ""


def test_a_large_picture_has_fewer_and_a_formula_always_as_many():
    window = Window(-0.5, 2999.5, -0.5, 1499.5)
    assert grid.cells(window, picture=True) == (1024, 512)
    assert grid.cells(window, picture=False) == (512, 512)


def test_cost_tells_how_many_are_evaluated(cost):
    def ripples(points):
        return 2.0 + torch.sin(4 * points[:, 0]) + points[:, 1] ** 2

    for seconds, rows, columns in ((1.0, 15, 15), (0.001, 17, 65)):  # at most 15 × 15 and 65 × 65
        bowl = Bowl(ripples)
        cost(seconds)
        seen = sample(bowl, PLANE, WINDOW)
        assert (seen.nodes, seen.evaluated) == ((rows, columns), rows * columns)
        assert bowl.evaluated == rows * columns + 2  # and the centre, by slice and by itself
        assert seen.note.startswith(f"spline through {columns} × {rows} losses, half of which foretell")
        assert (seen.error > 0.005) == (columns == 15)
    u, v = np.moveaxis(centres(512), -1, 0)
    np.testing.assert_allclose(seen.losses, 2.0 + np.sin(4 * u) + v**2, rtol=5e-3)


def test_cheap_losses_are_all_evaluated(cost):
    cost(1e-6)
    bowl = Bowl()
    seen = sample(bowl, PLANE, WINDOW)
    assert (bowl.evaluated, seen.note) == (512**2 + 2, "")
    np.testing.assert_allclose(seen.losses, 1.0 + (centres(512) ** 2).sum(-1))


def test_losses_that_are_not_positive_are_not_taken_logarithms_of(cost):
    cost(1.0)
    seen = sample(Bowl(lambda points: points[:, 0] - 2 * points[:, 1]), PLANE, WINDOW)
    np.testing.assert_allclose(seen.losses, centres(512) @ [1.0, -2.0], atol=1e-9)


def test_decades_are_followed(cost):
    cost(1.0)
    seen = sample(Bowl(lambda points: torch.exp(5 * points[:, 0])), PLANE, WINDOW)
    np.testing.assert_allclose(seen.losses, np.exp(5 * centres(512)[..., 0]), rtol=1e-6)


def test_cells_near_a_loss_that_is_not_finite_are_not_either(cost):
    cost(1.0)
    seen = sample(
        Bowl(lambda points: torch.where(points[:, 0] > 2, torch.inf, 1 + points[:, 1] ** 2)), PLANE, WINDOW
    )
    right = centres(512)[..., 0] > 2.15
    assert not np.isfinite(seen.losses[right]).any()
    left = centres(512)[..., 0] < 1.85
    np.testing.assert_allclose(seen.losses[left], 1 + centres(512)[left][:, 1] ** 2, rtol=0.05)
    assert np.isnan(sample(Bowl(lambda points: points[:, 0] * torch.nan), PLANE, WINDOW).losses).all()


def test_a_landscape_that_loads_its_weights_in_place_is_asked_for_its_slice(cost):
    cost(1.0)

    class Loading(Bowl):
        def slice(self, origin, directions):
            return lambda places: {"loss": places @ directions[:, 0] + 5.0, "accuracy": places[:, 1]}

    bowl = Loading()
    single = Plane(PLANE.origin.float(), PLANE.directions.float())  # as large planes are
    np.testing.assert_allclose(sample(bowl, single, WINDOW).losses, centres(512)[..., 0] + 5.0, rtol=1e-4)
    assert bowl.evaluated == 1  # its own loss at the centre, which the slice misses


def test_points_are_made_in_batches_that_fit(monkeypatch):
    monkeypatch.setattr(grid, "BATCH", 3 * 1000)
    sizes = []
    landscape = FunctionLandscape.named("sphere", dims=3)
    evaluate = landscape.evaluate
    monkeypatch.setattr(landscape, "evaluate", lambda points: sizes.append(len(points)) or evaluate(points))
    sample(landscape, PLANE, WINDOW)
    assert max(sizes) == 1000
    assert sum(sizes) == 512**2 + 2


def test_the_first_evaluation_is_not_timed(monkeypatch):
    moments = iter([10.0, 10.25])
    monkeypatch.setattr(grid.time, "perf_counter", lambda: next(moments))
    asked = []
    assert grid._seconds(lambda places: asked.append(places.tolist())) == 0.25
    assert asked == [[[0.0, 0.0]]] * 2


def test_a_slice_that_misses_the_landscape_at_its_centre_is_told(cost):
    cost(1.0)

    class Shifted(Bowl):
        def slice(self, origin, directions):
            return lambda places: {"loss": 1.25 + places.square().sum(-1)}

    assert sample(Bowl(), PLANE, WINDOW).miss == 0.0
    seen = sample(Shifted(), PLANE, WINDOW)
    assert seen.miss == pytest.approx(0.25)
    assert seen.note.startswith("spline through 15 × 15 losses, half of which foretell the others to ")
    assert seen.note.endswith(" of the range · the centre misses the landscape by 2.5e-01")
    rounding = grid.Grid(np.array([[0.0, 10.0]]), centre=(1.0, 1.0 + 9e-6))
    assert (rounding.miss, rounding.note) == (0.0, "")


def network(dropout=0.0, samples=30, **settings):
    inputs, targets = naive.classes(samples)
    return NetworkLandscape(naive.mlp(dropout).double(), (inputs.double(), targets), **settings)


def plane_of(landscape):
    return Plane(landscape.flat()[0].clone(), naive.points_of(landscape, 2))


def test_a_grid_is_a_loop_over_weight_vectors_and_not_constant_along_a_half(cost):
    cost(0.0)  # each cell
    landscape = network()
    plane, window = plane_of(landscape), Window(-1.0, 1.0, -2.0, 1.5)
    seen = sample(landscape, plane, window, resolution=7)
    points = plane.points(window.centres(7, 7))
    data = landscape.batches.data
    expected = naive.naive_losses(landscape.model, data, points).reshape(7, 7)
    np.testing.assert_allclose(seen.losses, expected, rtol=1e-12)
    right = [accuracy(naive.loaded(landscape.model, point)(data[0]), data[1]) for point in points]
    np.testing.assert_allclose(seen.accuracy, torch.stack(right).reshape(7, 7), rtol=1e-12)
    for half in (seen.losses[:3], seen.losses[4:], seen.losses[:, :3], seen.losses[:, 4:]):
        assert (half.std(axis=0) > 0).all()
        assert (half.std(axis=1) > 0).all()


def test_a_resolution_is_met_by_a_spline_and_accuracy_by_straight_lines(cost):
    cost(1.0)
    landscape = network()
    plane, window = plane_of(landscape), Window(-1.0, 1.0, -1.0, 1.0)
    seen = sample(landscape, plane, window, resolution=20)
    assert seen.losses.shape == seen.accuracy.shape == (20, 20)
    exact = landscape.slice(plane.origin, plane.directions)(window.centres(20, 20))["loss"].reshape(20, 20)
    assert np.abs(np.log(seen.losses / exact.numpy())).max() < 0.005 * np.ptp(np.log(exact.numpy()))
    assert 0.0 <= seen.accuracy.min() <= seen.accuracy.max() <= 1.0


def test_a_grid_of_a_stochastic_network_is_deterministic(cost):
    cost(1.0)
    first, second = (
        sample(landscape, plane_of(landscape), WINDOW, resolution=20)
        for landscape in (network(dropout=0.5, batch_size=7), network(dropout=0.5, batch_size=7, seed=3))
    )
    np.testing.assert_array_equal(first.losses, second.losses)


def test_a_grid_is_kept_by_its_content(cost, tmp_path, monkeypatch):
    cost(1.0)
    landscape = network()
    plane = plane_of(landscape)
    first = sample(landscape, plane, WINDOW, resolution=20, folder=tmp_path)

    def forbidden(*_):
        raise AssertionError("evaluated")

    with monkeypatch.context() as patch:
        patch.setattr(grid, "measure_at", lambda *_: forbidden)
        patch.setattr(grid, "_centre", forbidden)
        again = sample(landscape, plane, WINDOW, resolution=20, folder=tmp_path)
        np.testing.assert_array_equal(again.losses, first.losses)
        np.testing.assert_array_equal(again.accuracy, first.accuracy)
        assert (again.note, again.centre) == (first.note, first.centre)
        for changed in (
            replace(plane, origin=plane.origin + 1),
            replace(plane, directions=2 * plane.directions),
        ):
            with pytest.raises(AssertionError, match="evaluated"):
                sample(landscape, changed, WINDOW, resolution=20, folder=tmp_path)
        with pytest.raises(AssertionError, match="evaluated"):
            sample(network(samples=31), plane, WINDOW, resolution=20, folder=tmp_path)


def test_a_preview_says_so(cost):
    cost(1.0)
    landscape = network()
    seen = sample(landscape, plane_of(landscape), WINDOW, resolution=5, samples=8)
    assert seen.note == "a preview: 8 of 30 samples"
    with pytest.raises(ValueError, match="samples"):
        sample(landscape, plane_of(landscape), WINDOW, samples=0)
