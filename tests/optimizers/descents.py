"""Descents of our own optimizers, in float64."""

import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import adapt, build_optimizer, probe
from landscape_lab.optimizers.closures import Unrecorded

STARTS = [[-1.2, 1.0], [0.4, -0.3], [2.0, 0.5]]
MINIMUM = torch.tensor([[0.25, -0.25]], dtype=torch.float64)


def landscape_at(start, name="rosenbrock"):
    return FunctionLandscape.named(name, start=start).double()


def descend(factory, landscape, steps):
    """The points of a descent, `[steps + 1, members, dims]`, and its optimizer."""
    optimizer = build_optimizer(factory, landscape, steps)
    traits = probe(factory, steps)
    adapted = adapt(optimizer, landscape, traits)
    closure = Unrecorded(adapted.backward, traits.rows)
    points = [landscape.flat().clone()]
    for _ in range(steps):
        adapted.step(closure)
        points.append(landscape.flat().clone())
    return torch.stack(points), optimizer


def quadratic(start):
    return FunctionLandscape(
        lambda x, y: 3 * x**2 + 2 * x * y + y**2 - x + 4, start=start, bounds=(-5, 5)
    ).double()
