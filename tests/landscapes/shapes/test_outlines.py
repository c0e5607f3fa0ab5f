import math

import pytest
import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes.shapes import Shapes, render
from landscape_lab.landscapes.shapes.boundary import Boundary
from landscape_lab.landscapes.shapes.outlines import OUTLINES

ANGLES = 2 * math.pi * (torch.arange(997).double() + 0.3) / 997


def inside_triangle(x, y):
    corners = [(math.cos(a), math.sin(a)) for a in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6)]
    turns = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    return (torch.stack(turns) > 0).all(0)


def inside_stroke(x, y):
    return torch.hypot((x.abs() - 0.75).clamp(min=0), y) < 0.25


INSIDE = {
    "blob": lambda x, y: torch.hypot(x, y) < 1,
    "triangle": inside_triangle,
    "rectangle": lambda x, y: torch.maximum(x.abs(), y.abs()) < 1,
    "stroke": inside_stroke,
}


@pytest.mark.parametrize("name", OUTLINES)
def test_the_radius_is_where_the_figure_ends(name):
    x, y = ANGLES.cos(), ANGLES.sin()
    radius = OUTLINES[name].radius(x, y)
    assert INSIDE[name](0.9999 * radius * x, 0.9999 * radius * y).all()
    assert not INSIDE[name](1.0001 * radius * x, 1.0001 * radius * y).any()


@pytest.mark.parametrize("name", ["triangle", "rectangle", "stroke"])
def test_turning_is_the_derivative_and_never_steeper_than_said(name):
    outline = OUTLINES[name]
    angles = ANGLES.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(outline.radius(angles.cos(), angles.sin()).sum(), angles)
    torch.testing.assert_close(outline.turning(ANGLES.cos(), ANGLES.sin()), wanted)
    assert 0.9 * outline.steepest < float(wanted.abs().max()) <= outline.steepest


@pytest.mark.parametrize("name", ["triangle", "rectangle", "stroke"])
def test_boxes_hold_them(name):
    shapes, _ = some_shapes(10, 2)
    shapes = shapes.map(torch.Tensor.detach)
    low, high = Boundary(shapes, OUTLINES[name]).boxes(shapes, torch.zeros(10).double())
    turns = torch.stack([ANGLES, 2 * ANGLES])
    own = (
        OUTLINES[name].radius(ANGLES.cos(), ANGLES.sin())
        + shapes.cosines @ turns.cos()
        + shapes.sines @ turns.sin()
    )
    curve = torch.linalg.inv(shapes.matrix) @ (own[:, None] * torch.stack([ANGLES.cos(), ANGLES.sin()]))
    curve = curve + shapes.centre[:, :, None]
    assert (low <= curve.amin(2)).all()
    assert (high >= curve.amax(2)).all()


def test_a_drawn_triangle_is_the_triangle():
    one = torch.ones(1).double()
    matrix, centre = 2.5 * torch.eye(2).double()[None], torch.full((1, 2), 0.5).double()
    empty = torch.zeros(1, 0).double()
    shape = Shapes(centre, matrix, empty, empty, 1e4 * one, one, one[:, None])
    drawn = render(shape, (64, 64), primitive="triangle")[0] > 0.5
    steps = 2.5 * ((torch.arange(64).double() + 0.5) / 64 - 0.5)
    assert torch.equal(drawn, inside_triangle(steps[None, :], steps[:, None]))


def test_an_unknown_primitive_names_the_nearest():
    shapes, _ = some_shapes()
    with pytest.raises(ValueError, match="triangle"):
        render(shapes, (4, 4), primitive="triangel")
