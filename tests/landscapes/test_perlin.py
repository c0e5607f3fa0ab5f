"""The noise landscape against the noise notebook."""

import math

import numpy as np
import pytest
import torch
from laws import (
    assert_evaluate_agrees_with_forward,
    assert_gradient_matches_finite_differences,
    assert_member_is_independent,
    points_in,
)
from scipy.interpolate import RegularGridInterpolator

from landscape_lab.landscapes import PerlinLandscape

SURFACE = {
    (0, 0): 0.0,
    (1, 2): 0.0185347,
    (2, 1): -0.01586991,
    (29, 31): 0.09082683,
    (14, 18): 0.06214212,
    (49, 0): 0.00125287,
    (0, 49): 0.00717102,
    (49, 49): 0.0595384,
}
"""Grid lines, and the noise there as `pnoise2` of the C library gives it with the notebook's settings."""

NOTEBOOK = """
0.58       0.63       0.09264963
0.58327346 0.6281772  0.09125477
0.58651957 0.62640353 0.08989509
0.58973907 0.62467858 0.08856937
0.59293267 0.62300194 0.08727638
0.59610111 0.62137323 0.08601495
0.59924511 0.61979207 0.0847517
0.6025331  0.61793574 0.08299507
0.60634857 0.61501361 0.08071798
0.61007866 0.61220295 0.07856727
0.61372665 0.60950127 0.07653538
0.6172957  0.60690616 0.07461517
0.62078894 0.60441532 0.07277625
0.62450904 0.60194044 0.07070625
0.62842694 0.59916825 0.06819665
0.632586   0.59489    0.06434913
0.63718788 0.58993997 0.05954535
"""
"""What the noise notebook prints: theta and loss of each step."""


def build(start=(0.58, 0.63), dtype=torch.float64, **settings):
    landscape = PerlinLandscape(start=start, **settings).to(dtype)
    with torch.no_grad():
        landscape.points.copy_(torch.as_tensor(start, dtype=dtype))  # all digits of the start: it was float32
    return landscape


def descend(landscape, steps):
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.01)
    records = []
    for _ in range(steps + 1):
        losses = landscape.backward()
        records.append([*landscape.flat()[0].tolist(), losses.item()])
        optimizer.step()
    return np.array(records)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-8), (torch.float32, 1e-6)])
def test_descent_reproduces_the_notebook(dtype, tolerance):
    expected = np.array([line.split() for line in NOTEBOOK.strip().splitlines()], dtype=float)
    records = descend(build(gradient="forward", h=1e-3, dtype=dtype), len(expected) - 1)
    np.testing.assert_allclose(records, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("start", "steps", "end"),
    [
        ((0.58, 0.63), 40, (0.73077309, 0.52957184)),  # later it bounces about a kink, and rounding grows
        ((0.28, 0.36), 200, (0.40296536, 0.00111845)),  # leaves the domain at step 183
        ((0.50, 0.97), 200, (0.49621305, 0.97966127)),  # a difference reaches outside: no gradient
        ((0.02, 0.02), 200, (0.02814493, 0.01094263)),
    ],
)
def test_descent_ends_where_the_notebook_ends(start, steps, end):
    records = descend(build(start, gradient="forward", h=1e-3), steps)
    np.testing.assert_allclose(records[-1, :2], end, rtol=0, atol=1e-7)


def test_the_surface_is_that_of_the_c_library_first_coordinate_first():
    landscape = build()
    places = torch.tensor(list(SURFACE), dtype=torch.float64)
    expected = torch.tensor(list(SURFACE.values()), dtype=torch.float64)
    torch.testing.assert_close(landscape.evaluate(places / 50), expected, rtol=0, atol=1e-8)
    assert landscape.bounds[1].tolist() == pytest.approx([0.98, 0.98])


def test_between_grid_points_it_is_scipys_interpolation():
    landscape = build(start=(0.2, 0.2), size=(7, 12), scale=5.0)
    lines = [np.linspace(0, 1, size, endpoint=False) for size in (7, 12)]
    reference = RegularGridInterpolator(lines, landscape.surface.numpy(), bounds_error=False, fill_value=None)
    points = points_in(landscape, 500) * (1 - 1e-6)
    np.testing.assert_allclose(landscape.evaluate(points).numpy(), reference(points.numpy()), atol=1e-12)
    assert landscape.bounds[1].tolist() == pytest.approx([1 - 1 / 7, 1 - 1 / 12])


def test_edges_are_repeated():
    landscape = build(boundary="none")
    outside = torch.tensor([[-3.0, 0.4], [0.3, 7.0], [2.0, -2.0]], dtype=torch.float64)
    low, high = landscape.bounds
    torch.testing.assert_close(landscape.evaluate(outside), landscape.evaluate(outside.clamp(low, high)))


def test_without_interpolation_it_agrees_on_the_grid_and_is_smooth_between():
    raster, exact = build(scale=10.0), build(scale=10.0, interpolation="none")
    grid = torch.cartesian_prod(torch.arange(49), torch.arange(49)) / 50
    torch.testing.assert_close(
        exact.evaluate(grid.double()), raster.evaluate(grid.double()), rtol=0, atol=2e-6
    )
    assert exact.surface is None
    points = points_in(exact, 50)
    assert_gradient_matches_finite_differences(exact, points, tolerance=1e-4)
    assert torch.autograd.gradgradcheck(exact.evaluate, points[:5].requires_grad_(), eps=1e-7, atol=1e-2)


@pytest.mark.parametrize("interpolation", ["bilinear", "none"])
@pytest.mark.parametrize("gradient", ["exact", "forward", "central"])
def test_laws(interpolation, gradient):
    settings = {"interpolation": interpolation, "gradient": gradient, "size": (20, 31), "scale": 8.0}
    landscape = build(**settings)
    assert_evaluate_agrees_with_forward(landscape, points_in(landscape, 20))
    if gradient == "exact":
        assert_gradient_matches_finite_differences(landscape, points_in(landscape, 100), tolerance=1e-4)
    starts = torch.tensor([[0.2, 0.9], [0.5, 0.25], [0.9, 0.1]])
    assert_member_is_independent(lambda start: build(start=start, **settings), starts)


@pytest.mark.parametrize("gradient", ["forward", "central"])
def test_differences_in_float32_are_right_to_five_digits(gradient):
    single, double = (
        build(interpolation="none", gradient=gradient, dtype=dtype)
        for dtype in (torch.float32, torch.float64)
    )
    with torch.no_grad():
        double.points.copy_(single.points)
    single.backward()
    double.backward()
    torch.testing.assert_close(single.flat_gradient().double(), double.flat_gradient(), rtol=1e-5, atol=0)


def test_a_difference_that_reaches_outside_gives_no_gradient_at_all():
    inside, outside = (build(start=(0.5, at), gradient="forward", h=1e-3) for at in (0.9789, 0.9791))
    inside.backward()
    outside.backward()
    assert (inside.flat_gradient() != 0).all()
    assert (outside.flat_gradient() == 0).all()
    assert outside().item() != 0


def test_a_point_that_is_not_finite_has_no_loss():
    landscape = build(boundary="none")
    assert landscape.evaluate(torch.tensor([[math.nan, 0.5]], dtype=torch.float64)).isnan().all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 1}, r"`size` should be one or two whole numbers of at least 2. Found `size = 1`"),
        ({"size": (50, 50, 50)}, r"`size` should be"),
        ({"size": 2.5}, r"`size` should be"),
        ({"scale": 0.0}, r"`scale` should be positive. Found `scale = 0.0`"),
        ({"octaves": 0}, r"`octaves` should be a whole number from 1 to 1000"),
        ({"persistence": -0.5}, r"`persistence` should be positive"),
        ({"lacunarity": 0.0}, r"`lacunarity` should be positive"),
        ({"repeat": math.inf}, r"`repeat` should be positive"),
        ({"interpolation": "cubic"}, r"`interpolation` should be one of bilinear, none"),
        ({"gradient": "pixel"}, r"`gradient` should be one of exact, forward, central"),
        ({"h": -0.1}, r"`h` should be positive. Found `h = -0.1`"),
        ({"start": (0.5, 0.99)}, r"`start` should lie inside 0…0.98 × 0…0.98"),
        ({"start": (0.5, 0.5, 0.5)}, r"`start` should be 2 numbers"),
        ({"boundary": "walls"}, r"`boundary` should be one of"),
        ({"wall": 0}, r"`wall` should be positive"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        PerlinLandscape(**settings)


def test_noise_that_is_read_where_it_is_0_is_told():
    with pytest.warns(UserWarning, match=r"The noise is constant.* Found `scale = 1`"):
        PerlinLandscape(scale=1)
