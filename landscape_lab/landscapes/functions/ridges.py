"""Steep ridges and drops: nearly everywhere the gradient says little of where the minimum is."""

import math

import torch

from landscape_lab.landscapes.functions.catalogue import (
    LIBRARY,
    TINY,
    Coordinates,
    Losses,
    Point,
    Points,
    formula,
)


@formula(bounds=(-10.0, 10.0), start=(2.0, 1.8), minima=((math.pi, math.pi),), value=-1.0, source=LIBRARY)
def easom(x: Coordinates, y: Coordinates) -> Losses:
    """`-cos x cos y exp(-(x - π)² - (y - π)²)`: one hole in a plain."""
    return -torch.cos(x) * torch.cos(y) * torch.exp(-(x - math.pi).square() - (y - math.pi).square())


MICHALEWICZ = (
    2.2029055201726093,
    1.5707963267948966,
    1.2849915705529245,
    1.9230584698663629,
    1.7204697725658413,
    1.5707963267948966,
    1.4544139713623790,
    1.7560865209450263,
    1.6557174168210291,
    1.5707963267948966,
)
"""The minimiser along each axis: the function is a sum of functions of one coordinate."""


def _michalewicz_minima(dims: int) -> tuple[Point, ...] | None:
    return (MICHALEWICZ[:dims],) if dims <= len(MICHALEWICZ) else None


@formula(
    bounds=(0.0, math.pi),
    start=(2.5, 1.9),
    minima=_michalewicz_minima,
    value=lambda dims: sum(
        -math.sin(x) * math.sin(i * x * x / math.pi) ** 20 for i, x in enumerate(MICHALEWICZ[:dims], start=1)
    ),
    source=LIBRARY,
)
def michalewicz(points: Points) -> Losses:
    r""":math:`-\sum_i \sin x_i \sin^{20}(i x_i^2 / \pi)`: narrow channels in a plain."""
    axis = torch.arange(1, points.shape[-1] + 1).to(points)
    return -(torch.sin(points) * torch.sin(axis * points.square() / math.pi) ** 20).sum(-1)


@formula(
    bounds=((-15.0, -5.0), (-3.0, 3.0)),
    start=(-6.0, 2.0),
    minima=((-10.0, 1.0),),
    source=LIBRARY,
    smooth=False,
)
def bukin_n6(x: Coordinates, y: Coordinates) -> Losses:
    """`100 √|y - 0.01x²| + 0.01 |x + 10|`: a bent valley with a kink all along its floor."""
    return 100.0 * ((y - 0.01 * x.square()).abs() + TINY).sqrt() + 0.01 * (x + 10.0).abs()
