"""Bowls, and saddles: one minimum at most, and nothing in the way but the shape."""

import math
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.functions.catalogue import (
    LIBRARY,
    TINY,
    Coordinates,
    Losses,
    Points,
    at,
    formula,
)


@formula(bounds=(-5.12, 5.12), start=(-4.0, 3.0), minima=at(0.0), source=LIBRARY)
def sphere(points: Points) -> Losses:
    r""":math:`\sum_i x_i^2`."""
    return points.square().sum(-1)


@formula(
    bounds=(-10.0, 10.0),
    start=(8.0, 8.0),
    minima=at(0.0),
    source="the notebook's exercise on gradient descent",
)
def parabola(points: Points) -> Losses:
    r""":math:`10 \sum_i x_i^2`."""
    return 10.0 * points.square().sum(-1)


@formula(
    bounds=(-10.0, 10.0),
    start=(8.0, 8.0),
    minima=((0.0, 0.0),),
    source="the notebook's exercise on gradient descent",
)
def skewed(x: Coordinates, y: Coordinates) -> Losses:
    r""":math:`10\, v^T G v` with G = [[1, -1], [1, 1]] · diag(1, 4) = [[1, -4], [1, 4]]."""
    return 10.0 * (x * (x - 4.0 * y) + y * (x + 4.0 * y))


@formula(
    bounds=(-5.0, 5.0),
    start=(-4.0, 3.0),
    minima=at(0.0),
    source="the standard ill-conditioned example: Nocedal & Wright, Numerical Optimization, 2006, §3.3",
    positive=("condition",),
)
def quadratic(points: Points, *, condition: float = 100.0, angle: float = 30.0) -> Losses:
    r""":math:`\tfrac12 \sum_i \lambda_i (Rx)_i^2`, with λ from 1 to `condition` in equal ratios.

    R turns each pair of neighbouring axes by `angle` degrees, so that no axis is a direction of the
    valley.
    """
    matrix = _turned(points.shape[-1], condition, angle).to(points)
    return 0.5 * ((points @ matrix) * points).sum(-1)


@lru_cache(maxsize=32)
@torch.inference_mode(False)  # a matrix made in inference mode could not serve autograd in a later call
def _turned(dims: int, condition: float, angle: float) -> Float[Tensor, "dims dims"]:
    """The matrix of `quadratic`."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    rotation = torch.eye(dims, dtype=torch.float64)
    for i in range(dims - 1):
        turn = torch.eye(dims, dtype=torch.float64)
        turn[i : i + 2, i : i + 2] = torch.tensor([[cos, sin], [-sin, cos]], dtype=torch.float64)
        rotation = turn @ rotation
    return (
        rotation.T
        @ torch.diag(torch.logspace(0.0, math.log10(condition), dims, dtype=torch.float64))
        @ rotation
    )


@formula(bounds=(-10.0, 10.0), start=(-8.0, -7.0), minima=((1.0, 3.0),), source=LIBRARY)
def booth(x: Coordinates, y: Coordinates) -> Losses:
    """`(x + 2y - 7)² + (2x + y - 5)²`."""
    return (x + 2.0 * y - 7.0).square() + (2.0 * x + y - 5.0).square()


@formula(bounds=(-10.0, 10.0), start=(-8.0, 4.0), minima=((0.0, 0.0),), source=LIBRARY)
def matyas(x: Coordinates, y: Coordinates) -> Losses:
    """`0.26 (x² + y²) - 0.48 xy`."""
    return 0.26 * (x.square() + y.square()) - 0.48 * x * y


@formula(
    bounds=(-2.0, 2.0),
    start=(-1.5, 0.01),
    minima=None,
    source="the standard example: no minimum, the gradient vanishes at 0",
)
def saddle(x: Coordinates, y: Coordinates) -> Losses:
    """`x² - y²`."""
    return x.square() - y.square()


@formula(
    bounds=(-1.5, 1.5),
    start=(1.2, 0.3),
    minima=None,
    source="Hilbert & Cohn-Vossen, Geometry and the Imagination: for two legs and a tail; no minimum",
)
def monkey_saddle(x: Coordinates, y: Coordinates) -> Losses:
    """`x³ - 3xy²`."""
    return x * (x.square() - 3.0 * y.square())


def _powers(x: Coordinates, y: Coordinates, p: float, q: float) -> Losses:
    return (x.abs() + TINY).pow(p) + (y.abs() + TINY).pow(q)


@formula(
    bounds=(-1.0, 1.0),
    start=(-0.8, 0.6),
    minima=((0.0, 0.0),),
    source="the family |x|^p + |y|^q at p = q = 1/4: a cross, all slopes point along its arms",
    smooth=False,
    positive=("p", "q"),
)
def cross(x: Coordinates, y: Coordinates, *, p: float = 0.25, q: float = 0.25) -> Losses:
    """`|x|^p + |y|^q`."""
    return _powers(x, y, p, q)


@formula(
    bounds=(-1.0, 1.0),
    start=(-0.8, 0.6),
    minima=((0.0, 0.0),),
    source="the family |x|^p + |y|^q at p = q = 1/2: level sets are four-pointed stars",
    smooth=False,
    positive=("p", "q"),
)
def star(x: Coordinates, y: Coordinates, *, p: float = 0.5, q: float = 0.5) -> Losses:
    """`|x|^p + |y|^q`."""
    return _powers(x, y, p, q)


@formula(
    bounds=(-1.0, 1.0),
    start=(-0.8, 0.6),
    minima=((0.0, 0.0),),
    source="the family |x|^p + |y|^q at p = 3/2, q = 2: convex, of unbounded curvature along x = 0",
    positive=("p", "q"),
)
def convex(x: Coordinates, y: Coordinates, *, p: float = 1.5, q: float = 2.0) -> Losses:
    """`|x|^p + |y|^q`."""
    return _powers(x, y, p, q)
