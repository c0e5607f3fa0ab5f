"""Directions from ends, gradients, points and vectors, against loops over weight vectors."""

import numpy as np
import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import components, custom, gradient, plane, start_to_end, three_points
from landscape_lab.planes.directions import check_independent, finite_end

SPHERE = FunctionLandscape.named("sphere", dims=4)


def walk(records=12, members=1, dims=30, seed=0):
    """A random walk."""
    return np.random.default_rng(seed).normal(size=(records, members, dims)).cumsum(axis=0) + 5.0


def most_across(points, unit):
    """The first principal component of points without their part along a direction, and its share."""
    points = points.reshape(-1, points.shape[-1])
    left = np.stack([point - (point @ unit) * unit for point in points - points.mean(axis=0)])
    return np.linalg.svd(left, full_matrices=False)[2][0]


@pytest.mark.parametrize(("records", "dims", "block"), [(12, 30, 2**22), (12, 30, 60), (40, 7, 2**22)])
def test_from_start_to_end_and_most_of_the_rest(records, dims, block, monkeypatch):
    monkeypatch.setattr(plane, "BLOCK", block)
    path = walk(records, 2, dims)
    first, second = start_to_end([path]).numpy()
    forward = path[-1, 0] - path[0, 0]
    np.testing.assert_allclose(first, forward / np.linalg.norm(forward))
    expected = most_across(path, first)
    np.testing.assert_allclose(second * np.sign(second @ expected), expected, atol=1e-9)
    assert abs(first @ second) < 1e-12


def test_a_random_second_direction_lies_across_the_first():
    one, two = (start_to_end([walk()], "random", seed=seed) for seed in (0, 1))
    torch.testing.assert_close(one @ one.T, torch.eye(2).double(), atol=1e-12, rtol=0)
    assert not torch.equal(one[1], two[1])


def test_only_kept_numbers_make_a_direction():
    kept = torch.arange(30) % 3 > 0
    for second in ("principal", "random"):
        found = start_to_end([walk()], second, kept=kept)
        assert not found[:, ~kept].any()
        torch.testing.assert_close(found @ found.T, torch.eye(2).double(), atol=1e-12, rtol=0)
    found = components.principal([walk()], kept=kept)
    assert not found.directions[:, ~kept].any()
    masked = walk() * kept.numpy()
    np.testing.assert_allclose(found.directions, components.principal([masked]).directions, atol=1e-9)
    straight = np.linspace(0, 1, 5)[:, None, None] * kept.numpy()
    assert not components.principal([straight], kept=kept).directions[:, ~kept].any()


def test_the_gradient_is_that_of_the_clean_loss():
    point = torch.tensor([1.0, -2.0, 0.5, 0.0])
    first, second = gradient(SPHERE, point)
    torch.testing.assert_close(first, point.double() / point.double().norm())
    assert abs(float(first @ second)) < 1e-12
    path = walk(dims=4)
    second = gradient(SPHERE, point, [path], "principal")[1].numpy()
    expected = most_across(path, first.numpy())
    np.testing.assert_allclose(second * np.sign(second @ expected), expected, atol=1e-6)


def test_no_gradient_is_told():
    with pytest.raises(ValueError, match=r"gradient at the centre .* Found zero"):
        gradient(SPHERE, torch.zeros(4))
    with pytest.raises(ValueError, match=r"gradient at the centre .* Found NaN or infinity"):
        gradient(SPHERE, torch.full((4,), torch.nan))


def test_three_points_lie_in_their_plane():
    points = torch.from_numpy(walk(3)[:, 0])
    found = three_points(*points)
    torch.testing.assert_close(found @ found.T, torch.eye(2).double(), atol=1e-12, rtol=0)
    through = plane.Plane(points[0], found)
    np.testing.assert_allclose(through.off(points.numpy()), 0.0, atol=1e-10)
    assert through.project(points.numpy())[1] == pytest.approx((np.linalg.norm(points[1] - points[0]), 0.0))


def test_three_points_on_a_line_or_at_one_place_are_told():
    first, step = torch.ones(5), torch.arange(5.0)
    with pytest.raises(ValueError, match="should not lie on a line"):
        three_points(first, first + step, first + 3 * step)
    with pytest.raises(ValueError, match="should differ"):
        three_points(first, first, first + step)


def test_given_directions_stay_as_they_are():
    given = [torch.tensor([1.0, 2.0, 0.0, 0.0]), torch.tensor([0.0, 3.0, 0.0, 1.0])]
    assert torch.equal(custom(SPHERE, given), torch.stack(given).double())


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([torch.ones(4)], "should hold two directions. Found 1"),
        ([torch.ones(4), torch.ones(5)], "Direction 2 should have 4 numbers, .* Found 5 numbers"),
        (
            [torch.ones(2, 2), torch.ones(4)],
            r"Direction 1 should have 4 numbers, .* Found the shape \(2, 2\)",
        ),
        ([torch.ones(4), torch.tensor([1.0, torch.nan, 0, 0])], "Direction 2 should be finite"),
        ([torch.arange(4.0), -3 * torch.arange(4.0)], "should not be parallel"),
        ([torch.arange(4.0), torch.zeros(4)], "should not be zero. Found direction 2"),
    ],
)
def test_directions_that_span_no_plane_are_told(vectors, message):
    with pytest.raises(ValueError, match=message):
        custom(SPHERE, vectors)


def test_nearly_parallel_directions_span_a_plane():
    check_independent(torch.tensor([[1.0, 0.0], [1.0, 1e-5]], dtype=torch.float64))


def test_a_path_that_goes_nowhere_is_told():
    with pytest.raises(ValueError, match=r"should start and end at different points: .* Found one record"):
        start_to_end([np.ones((1, 1, 9))])
    with pytest.raises(ValueError, match=r"different points: .* Found the same point at both"):
        start_to_end([np.ones((5, 1, 9))])
    with pytest.raises(ValueError, match=r"should have a finite point .* Found only NaN"):
        start_to_end([np.full((5, 1, 9), np.nan)])


def test_ends_are_finite():
    path = walk(5)
    path[0], path[-1] = np.nan, np.inf
    np.testing.assert_array_equal(finite_end(path), path[3, 0])
    np.testing.assert_array_equal(finite_end(path, first=True), path[1, 0])
