"""Valleys and basins: a few minima, and floors that bend or lie flat."""

import math

import torch

from landscape_lab.landscapes.functions.catalogue import (
    LIBRARY,
    Coordinates,
    Losses,
    Point,
    Points,
    at,
    formula,
)


@formula(
    bounds=(-2.048, 2.048),
    start=(-1.2, 1.0),
    minima=at(1.0),
    source="Rosenbrock, The Computer Journal 3, 1960",
)
def rosenbrock(points: Points) -> Losses:
    r""":math:`\sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`: a bent, flat valley."""
    left, right = points[..., :-1], points[..., 1:]
    terms = 100.0 * (right - left.square()).square() + (1.0 - left).square()
    return (
        terms.squeeze(-1) if terms.shape[-1] == 1 else terms.sum(-1)
    )  # a sum of one costs as much as one of many


@formula(bounds=(-4.5, 4.5), start=(1.0, 1.5), minima=((3.0, 0.5),), source=LIBRARY)
def beale(x: Coordinates, y: Coordinates) -> Losses:
    """`(1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²`: a flat cross, steep corners."""
    return (1.5 - x + x * y).square() + (2.25 - x + x * y**2).square() + (2.625 - x + x * y**3).square()


def _dixon_price_minima(dims: int) -> tuple[Point, ...]:
    """Each coordinate is the root of half of that before it; the last may have either sign."""
    coordinates = [2.0 ** (2.0 ** (1 - i) - 1.0) for i in range(1, dims + 1)]
    return (*coordinates,), (*coordinates[:-1], -coordinates[-1])


@formula(bounds=(-10.0, 10.0), start=(-8.0, 6.0), minima=_dixon_price_minima, source=LIBRARY)
def dixon_price(points: Points) -> Losses:
    r""":math:`(x_1 - 1)^2 + \sum_{i \ge 2} i (2 x_i^2 - x_{i-1})^2`."""
    left, right = points[..., :-1], points[..., 1:]
    weights = torch.arange(2, points.shape[-1] + 1).to(points)
    return (points[..., 0] - 1.0).square() + (weights * (2.0 * right.square() - left).square()).sum(-1)


@formula(bounds=(-2.0, 2.0), start=(-1.9, 1.5), minima=((0.0, 0.0),), source=LIBRARY)
def three_hump_camel(x: Coordinates, y: Coordinates) -> Losses:
    """`2x² - 1.05x⁴ + x⁶/6 + xy + y²`."""
    return 2.0 * x**2 - 1.05 * x**4 + x**6 / 6.0 + x * y + y**2


@formula(
    bounds=((-2.0, 2.0), (-1.0, 1.0)),
    start=(-1.9, -0.9),
    minima=((0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)),
    value=-1.0316284534898774,
    source=LIBRARY,
)
def six_hump_camel(x: Coordinates, y: Coordinates) -> Losses:
    """`(4 - 2.1x² + x⁴/3) x² + xy + (4y² - 4) y²`."""
    return (4.0 - 2.1 * x**2 + x**4 / 3.0) * x**2 + x * y + (4.0 * y**2 - 4.0) * y**2


@formula(
    bounds=((-1.5, 4.0), (-3.0, 4.0)),
    start=(3.5, 1.0),
    minima=((0.5 - math.pi / 3.0, -0.5 - math.pi / 3.0),),
    value=-0.5 * math.sqrt(3.0) - math.pi / 3.0,
    source=LIBRARY,
)
def mccormick(x: Coordinates, y: Coordinates) -> Losses:
    """`sin(x + y) + (x - y)² - 1.5x + 2.5y + 1`."""
    return torch.sin(x + y) + (x - y).square() - 1.5 * x + 2.5 * y + 1.0


@formula(
    bounds=(-2.0, 2.0),
    start=(-1.8, 1.5),
    minima=((0.0, -1.0),),
    value=3.0,
    source="Goldstein & Price, Math. Comp. 25, 1971",
)
def goldstein_price(x: Coordinates, y: Coordinates) -> Losses:
    """`near · far`, two polynomials of degree 4.

    near = `1 + (x + y + 1)² (19 - 14x + 3x² - 14y + 6xy + 3y²)`,
    far = `30 + (2x - 3y)² (18 - 32x + 12x² + 48y - 36xy + 27y²)`.
    """
    near = 1.0 + (x + y + 1.0) ** 2 * (19.0 - 14.0 * x + 3.0 * x**2 - 14.0 * y + 6.0 * x * y + 3.0 * y**2)
    far = 30.0 + (2.0 * x - 3.0 * y) ** 2 * (
        18.0 - 32.0 * x + 12.0 * x**2 + 48.0 * y - 36.0 * x * y + 27.0 * y**2
    )
    return near * far


@formula(
    bounds=((-5.0, 10.0), (0.0, 15.0)),
    start=(-4.0, 1.0),
    minima=((-math.pi, 12.275), (math.pi, 2.275), (3.0 * math.pi, 2.475)),
    value=10.0 / (8.0 * math.pi),
    source=f"Branin, IBM J. Res. Dev. 16, 1972; {LIBRARY}",
)
def branin(x: Coordinates, y: Coordinates) -> Losses:
    """`(y - 5.1/(4π²) x² + 5/π x - 6)² + 10 (1 - 1/(8π)) cos x + 10`."""
    floor = y - 5.1 / (4.0 * math.pi**2) * x.square() + 5.0 / math.pi * x - 6.0
    return floor.square() + 10.0 * (1.0 - 1.0 / (8.0 * math.pi)) * torch.cos(x) + 10.0


@formula(
    bounds=(-5.0, 5.0),
    start=(-0.5, -1.0),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286169),
        (3.584428340330492, -1.848126526964404),
    ),
    source="Himmelblau, Applied Nonlinear Programming, 1972",
)
def himmelblau(x: Coordinates, y: Coordinates) -> Losses:
    """`(x² + y - 11)² + (x + y² - 7)²`: four basins, all as deep."""
    return (x.square() + y - 11.0).square() + (x + y.square() - 7.0).square()


@formula(
    bounds=(-5.0, 5.0),
    start=(0.5, 3.5),
    minima=at(-2.903534027771177),
    value=lambda dims: -39.16616570377142 * dims,
    source=LIBRARY,
)
def styblinski_tang(points: Points) -> Losses:
    r""":math:`\tfrac12 \sum_i x_i^4 - 16 x_i^2 + 5 x_i`."""
    return 0.5 * (points**4 - 16.0 * points.square() + 5.0 * points).sum(-1)
