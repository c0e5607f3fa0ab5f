"""What every landscape has to obey, whichever it is. Give it in float64: `landscape.double()`."""

from collections.abc import Callable

import torch
from torch import Tensor

from landscape_lab.landscapes import PointLandscape


def points_in(landscape: PointLandscape, number: int, seed: int = 0) -> Tensor:
    """Random points inside the bounds, `[number, dims]`."""
    low, high = landscape.bounds.double()
    return low + (high - low) * torch.rand(
        number, len(low), dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    )


def grid_in(landscape: PointLandscape, size: int) -> Tensor:
    """A fine grid over two-dimensional bounds, one line more along the second axis, `[n, 2]`."""
    low, high = landscape.bounds.double().tolist()
    x, y = (
        torch.linspace(a, b, size + i, dtype=torch.float64)
        for i, (a, b) in enumerate(zip(low, high, strict=True))
    )
    return torch.cartesian_prod(x, y)


def gradients_of(landscape: PointLandscape, points: Tensor) -> Tensor:
    """What autograd says, `[n, dims]`."""
    points = points.clone().requires_grad_()
    return torch.autograd.grad(landscape.evaluate(points).sum(), points)[0]


def assert_gradient_matches_finite_differences(
    landscape: PointLandscape, points: Tensor, tolerance: float = 5e-5
) -> None:
    """Autograd equals central differences, up to `tolerance` of the steepest slope and rounding."""
    expected = torch.empty_like(points)
    width = landscape.bounds[1] - landscape.bounds[0]
    for axis, h in enumerate((1e-6 * width).tolist()):
        step = torch.zeros_like(points)
        step[:, axis] = h
        expected[:, axis] = (landscape.evaluate(points + step) - landscape.evaluate(points - step)) / (2 * h)
    rounding = 1e-15 * landscape.evaluate(points).abs().max() / (1e-6 * width.min())
    torch.testing.assert_close(
        gradients_of(landscape, points),
        expected,
        rtol=tolerance,
        atol=float(tolerance * expected.abs().max() + rounding),
    )


def assert_minimum_is_minimum(
    landscape: PointLandscape, minima: Tensor, value: float, smooth: bool = True
) -> None:
    """The losses at the minima are the value, no point is lower, and if smooth the gradient vanishes."""
    low, high = landscape.bounds.double()
    assert ((minima >= low - 1e-6) & (minima <= high + 1e-6)).all()
    torch.testing.assert_close(
        landscape.evaluate(minima), torch.full_like(minima[:, 0], value), rtol=0, atol=1e-6
    )
    torch.testing.assert_close(landscape.minima.double(), minima, rtol=1e-6, atol=1e-6)
    if smooth:
        slopes = gradients_of(landscape, points_in(landscape, 1000)).abs().max()
        assert gradients_of(landscape, minima).abs().max() <= 1e-9 * slopes
    others = points_in(landscape, 10_000)
    if minima.shape[1] == 2:
        others = torch.cat([others, grid_in(landscape, 301)])
    assert landscape.evaluate(others).min() >= value - 1e-9


def assert_evaluate_agrees_with_forward(landscape: PointLandscape, points: Tensor) -> None:
    """A batch gives what its points give, `forward` what `evaluate` gives, and no parameter moves."""
    before = landscape.flat().clone()
    one_by_one = torch.cat([landscape.evaluate(point) for point in points.split(1)])
    torch.testing.assert_close(landscape.evaluate(points), one_by_one)
    torch.testing.assert_close(landscape().detach(), landscape.evaluate(before).detach())
    assert torch.equal(landscape.flat(), before)
    landscape.zero_grad()
    landscape().sum().backward()
    expected = landscape.flat_gradient().clone()
    landscape.zero_grad()
    torch.testing.assert_close(landscape.backward(), landscape().detach())
    torch.testing.assert_close(landscape.flat_gradient(), expected)


def assert_member_is_independent(build: Callable[[Tensor], PointLandscape], starts: Tensor) -> None:
    """The loss and gradient of each member are those it has alone."""
    together = build(starts)
    losses = together.backward()
    for i, start in enumerate(starts):
        alone = build(start)
        torch.testing.assert_close(alone.backward(), losses[i : i + 1])
        torch.testing.assert_close(alone.flat_gradient(), together.flat_gradient()[i : i + 1])
