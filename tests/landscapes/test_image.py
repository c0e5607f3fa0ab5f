"""A picture as a landscape, against naive NumPy and SciPy."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from landscape_lab.landscapes import ImageLandscape
from landscape_lab.landscapes.image import interpolate, smooth

SIZES = st.tuples(st.integers(2, 9), st.integers(2, 13)).filter(lambda size: size[0] != size[1])
INTERPOLATIONS = st.sampled_from(["bicubic", "bilinear"])


def picture(size, seed):
    return torch.rand(size, generator=torch.Generator().manual_seed(seed))


def places(number, seed, reach=1.0):
    return (2 * torch.rand(number, 2, generator=torch.Generator().manual_seed(seed)) - 1) * reach


def pixel_centre(column, row, width, height):
    return [(2 * column + 1) / width - 1, (2 * row + 1) / height - 1]


def kernel(t, interpolation):
    """Keys' cubic with a = -0.75, or the tent."""
    t = abs(t)
    if interpolation == "bilinear":
        return max(0.0, 1 - t)
    if t <= 1:
        return 1.25 * t**3 - 2.25 * t**2 + 1
    return -0.75 * (t**3 - 5 * t**2 + 8 * t - 4) if t < 2 else 0.0


def naive(values, column, row, interpolation):
    """Interpolate at fractional pixels, edges repeated: the definition, written out."""
    height, width = values.shape
    total = 0.0
    for j in range(int(np.floor(row)) - 2, int(np.floor(row)) + 4):
        for i in range(int(np.floor(column)) - 2, int(np.floor(column)) + 4):
            value = float(values[min(max(j, 0), height - 1), min(max(i, 0), width - 1)])
            total += value * kernel(column - i, interpolation) * kernel(row - j, interpolation)
    return total


def naive_gradient(values, column, row, interpolation):
    """Forward differences of the picture with repeated edges, interpolated halfway between pixels."""
    padded = np.pad(values, 4, mode="edge")
    across, down = np.diff(padded, axis=1), np.diff(padded, axis=0)
    return [
        100 * naive(across, column + 4 - 0.5, row + 4, interpolation),
        100 * naive(down, column + 4, row + 4 - 0.5, interpolation),
    ]


@settings(deadline=None, max_examples=40)
@given(SIZES, st.integers(0, 3), INTERPOLATIONS)
def test_loss_and_pixel_gradient_are_those_of_the_definition(size, seed, interpolation):
    values, start = picture(size, seed), places(4, seed)
    landscape = ImageLandscape(values, start, smoothing=0, interpolation=interpolation, normalize=False)
    losses = landscape()
    losses.sum().backward()
    height, width = size
    for member, (x, y) in enumerate(start.tolist()):
        column, row = ((x + 1) * width - 1) / 2, ((y + 1) * height - 1) / 2
        assert losses[member].item() == pytest.approx(
            naive(values.numpy(), column, row, interpolation), abs=2e-5
        )
        expected = naive_gradient(values.double().numpy(), column, row, interpolation)
        assert landscape.points.grad[member].tolist() == pytest.approx(expected, abs=2e-3)


@settings(deadline=None, max_examples=40)
@given(SIZES, st.integers(0, 3), st.sampled_from(["hard", "soft", "reflect", "none"]))
def test_exact_gradient_equals_finite_differences_twice(size, seed, boundary):
    landscape = ImageLandscape(picture(size, seed), gradient="exact", smoothing=1, boundary=boundary).double()
    points = places(5, seed, reach=1.4).double().requires_grad_()
    assert torch.autograd.gradcheck(landscape.evaluate, points)
    assert torch.autograd.gradgradcheck(landscape.evaluate, points, atol=1e-3, eps=1e-7)


@pytest.mark.parametrize(("gradient", "order"), [("forward", 1), ("central", 2)])
def test_finite_differences_approach_the_exact_gradient(gradient, order):
    values, start = picture((5, 7), 0), places(6, 1)
    exact = ImageLandscape(values, start, gradient="exact", boundary="none").double()
    exact.backward()
    errors = []
    for h in (1e-2, 1e-3):
        differences = ImageLandscape(values, start, gradient=gradient, h=h, boundary="none").double()
        differences.backward()
        errors.append((differences.points.grad - exact.points.grad).abs().max())
    assert errors[1] < 1.5 * errors[0] * 10.0**-order


@settings(deadline=None, max_examples=30)
@given(SIZES, st.integers(0, 3), INTERPOLATIONS)
def test_both_interpolations_agree_with_grid_sample(size, seed, interpolation):
    values, points = picture(size, seed), places(20, seed, reach=1.5)
    expected = F.grid_sample(
        values[None, None], points[None, None], mode=interpolation, padding_mode="border", align_corners=False
    ).view(-1)
    torch.testing.assert_close(interpolate(values, points, interpolation), expected, atol=1e-5, rtol=0)
    landscape = ImageLandscape(values, smoothing=0, interpolation=interpolation, normalize=False)
    torch.testing.assert_close(landscape.evaluate(points), expected, atol=1e-6, rtol=0)


@settings(deadline=None, max_examples=20)
@given(SIZES, st.floats(0.0, 4.0))
def test_smoothing_is_scipys_gaussian_filter(size, sigma):
    values = picture(size, 0)
    expected = (
        gaussian_filter(values.numpy(), sigma, mode="nearest", truncate=4.0)
        if sigma >= 0.125
        else values.numpy()
    )
    np.testing.assert_allclose(smooth(values, sigma).numpy(), expected, atol=1e-5)


def test_integer_starts_are_pixels_and_pixel_centres_hold_the_pixels_values():
    values = picture((5, 7), 0)
    landscape = ImageLandscape(values, [[3, 1], [6, 4], [0, 0]], smoothing=0, normalize=False)
    assert landscape().tolist() == pytest.approx(
        [values[1, 3].item(), values[4, 6].item(), values[0, 0].item()], abs=1e-6
    )
    torch.testing.assert_close(landscape.flat()[0], torch.tensor(pixel_centre(3, 1, 7, 5)))


def test_darkest_pixel_is_0_and_brightest_1_before_smoothing_and_before_the_users_function():
    values = 20 + 3 * picture((5, 7), 0)
    expected = (values - values.min()) / (values.max() - values.min())
    for smoothing in (0.0, 1.5):
        pixels = ImageLandscape(values, smoothing=smoothing).pixels
        torch.testing.assert_close(pixels, smooth(expected, smoothing), atol=1e-5, rtol=0)
        kept = ImageLandscape(values, smoothing=smoothing, normalize=False).pixels
        torch.testing.assert_close(kept, smooth(values, smoothing))
    halved = ImageLandscape(values, smoothing=0, image_init=lambda seen: seen / 2).pixels
    torch.testing.assert_close(halved, expected / 2, atol=1e-5, rtol=0)


def test_float_starts_are_coordinates():
    assert ImageLandscape(picture((5, 7), 0), (1.0, 0.5)).flat().tolist() == [[1.0, 0.5]]


@pytest.mark.parametrize("gradient", ["pixel", "exact", "forward", "central"])
@pytest.mark.parametrize("boundary", ["hard", "soft", "freeze", "reflect", "none"])
def test_backward_is_forward_and_autograd_in_one(gradient, boundary):
    landscape = ImageLandscape(picture((5, 7), 0), places(6, 0), gradient=gradient, boundary=boundary)
    with torch.no_grad():
        landscape.points *= 1.3
    losses = landscape()
    losses.sum().backward()
    by_autograd = landscape.points.grad.clone()
    landscape.points.grad.fill_(7.0)
    torch.testing.assert_close(landscape.backward(), losses.detach())
    torch.testing.assert_close(landscape.points.grad, by_autograd)


def test_flat_picture_has_exactly_no_gradient():
    values = torch.ones(9, 14)
    values[:, :2] = 0.0
    landscape = ImageLandscape(values, [(11, 4)], smoothing=0)
    landscape.backward()
    assert landscape.points.grad.tolist() == [[0.0, 0.0]]


def test_hard_wall_pushes_back_with_a_constant_gradient():
    landscape = ImageLandscape(
        torch.full((5, 7), 0.5).index_fill(0, torch.tensor([0]), 0.4),
        smoothing=0,
        scale=50,
        normalize=False,
    )
    for point, expected in [
        ((1.2, 0.9), (0.15, 0.0)),
        ((-3.0, 0.9), (-0.15, 0.0)),
        ((1.7, 4.0), (0.15, 0.15)),
    ]:
        with torch.no_grad():
            landscape.points.copy_(torch.tensor([point]))
        assert landscape.backward().item() == pytest.approx(0.5)
        assert landscape.points.grad[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_soft_wall_grows_with_the_cube_of_the_distance():
    landscape = ImageLandscape(picture((5, 7), 0), boundary="soft", scale=10)
    gradients = []
    for x in (3.0, 5.0):
        with torch.no_grad():
            landscape.points.copy_(torch.tensor([[x, 0.0]]))
        landscape.backward()
        gradients.append(landscape.points.grad[0, 0].item())
    assert gradients == pytest.approx([10 * 2**3, 10 * 4**3])


def test_frozen_member_stays_for_good_where_it_left_and_the_other_goes_on():
    values = torch.linspace(1, 0, 13).expand(6, 13)
    landscape = ImageLandscape(values, [(10, 3), (1, 3)], boundary="freeze")
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.004, momentum=0.9)
    seen = []
    for _ in range(12):
        optimizer.zero_grad()
        landscape().sum().backward()
        optimizer.step()
        seen.append(landscape.flat().clone())
    path = torch.stack(seen)
    assert landscape.boundary.frozen.flatten().tolist() == [True, False]
    left = int((path[:, 0, 0].diff() == 0).nonzero()[0])
    assert (path[left:, 0] == path[left, 0]).all()
    assert 0.7 < path[left, 0, 0] <= 1
    assert (path[1:, 1, 0] > path[:-1, 1, 0]).all()


def test_reflected_landscape_is_mirrored():
    landscape = ImageLandscape(picture((5, 7), 0), boundary="reflect", smoothing=0)
    inside = places(20, 0)
    mirrored = inside * torch.tensor([-1.0, 1.0]) + torch.tensor([2.0, 4.0])
    torch.testing.assert_close(landscape.evaluate(mirrored), landscape.evaluate(inside), atol=1e-5, rtol=1e-4)


def test_members_are_independent():
    values, start = picture((5, 7), 0), places(5, 0)
    together = ImageLandscape(values, start)
    together.backward()
    for member in range(5):
        alone = ImageLandscape(values, start[member])
        alone.backward()
        torch.testing.assert_close(alone.points.grad[0], together.points.grad[member])


def test_darkest_pixel_is_the_known_minimum():
    values = picture((5, 7), 0)
    values[3, 5] = -1.0
    values = values - values.min()
    landscape = ImageLandscape(values / values.max(), smoothing=0)
    assert landscape.minima[0].tolist() == pytest.approx(pixel_centre(5, 3, 7, 5))
    values[1, 1] = 0.0
    assert ImageLandscape(values / values.max(), smoothing=0).minima is None


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"smoothing": -1}, "Parameter `smoothing` should be zero or positive. Found `smoothing = -1`"),
        ({"scale": 0}, "`scale` should be positive"),
        ({"gradient": "pixels"}, "Nearest: pixel"),
        ({"boundary": "hrad"}, "Nearest: hard"),
        ({"interpolation": "cubic"}, "Nearest: bicubic"),
        ({"gradient": "central", "h": 0}, "`h` should be positive"),
        ({"start": (7, 2)}, "inside 0…6 × 0…4 \\(column, row\\). Found `start = \\[7, 2\\]`"),
        ({"start": (0.0, 1.1)}, "inside -1…1 × -1…1"),
        ({"start": (0.0, float("nan"))}, "finite"),
        ({"start": (1, 2, 3)}, "2 numbers"),
        ({"start": "here"}, "2 numbers"),
    ],
)
def test_bad_parameters_are_told_in_one_line(parameters, message):
    with pytest.raises(ValueError, match=message) as error:
        ImageLandscape(picture((5, 7), 0), **parameters)
    assert "\n" not in str(error.value)


def test_start_on_the_border_and_a_tiny_picture_work():
    landscape = ImageLandscape([[0.0, 0.2, 0.4], [0.1, 0.3, 0.5]], [(2, 1), (0, 0)])
    landscape.backward()
    assert landscape.points.grad.isfinite().all()
