import math

import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes.shapes.boundary import Boundary
from landscape_lab.landscapes.shapes.outlines import OUTLINES

DISC = OUTLINES["blob"]


def wild(count=20):
    shapes, _ = some_shapes(count, 8, wobble=0.3)
    return shapes.map(torch.Tensor.detach)


def radii(shapes, angles):
    orders = torch.arange(1, 9)
    turns = orders[:, None] * angles[:, None]
    both = shapes.cosines[:, :, None] * turns.cos() + shapes.sines[:, :, None] * turns.sin()
    return 1 + both.sum(1)


def test_arcs_hold_the_boundary_and_little_more():
    shapes = wild()
    draw = torch.Generator().manual_seed(0)
    middle = 6.3 * torch.rand(20, generator=draw, dtype=torch.float64) - 3.15
    for half in (0.0, 0.01, 0.3, 1.5, 3.2):
        low, high = Boundary(shapes, DISC).over_arcs(torch.arange(20), middle, torch.full_like(middle, half))
        found = radii(shapes, middle[:, None] + torch.linspace(-half, half, 301).double())
        assert (low <= found.amin(1)).all()
        assert (high >= found.amax(1)).all()
        # An arc is bounded by the samples around it: at most two steps of 2π / 128 wider.
        wider = radii(shapes, middle[:, None] + torch.linspace(-half - 0.1, half + 0.1, 301).double())
        assert (high <= wider.amax(1) + 0.05).all()


def test_boxes_hold_the_boundary_and_little_more():
    shapes = wild()
    angles = torch.linspace(0, 2 * math.pi, 2000).double().expand(20, -1)
    margin = torch.linspace(0, 0.3, 20).double()
    low, high = Boundary(shapes, DISC).boxes(shapes, margin)
    own = (radii(shapes, angles) + margin[:, None]).clamp(min=0)[:, None] * torch.stack(
        [angles.cos(), angles.sin()], 1
    )
    curve = torch.linalg.inv(shapes.matrix) @ own + shapes.centre[:, :, None]
    assert (low <= curve.amin(2)).all()
    assert (high >= curve.amax(2)).all()
    grown = (high - low) / (curve.amax(2) - curve.amin(2))
    assert float(grown.median()) < 1.06
