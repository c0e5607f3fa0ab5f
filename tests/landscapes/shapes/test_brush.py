import numpy as np
import torch
from naive_shapes import some_shapes, through_a_brush

from landscape_lab.landscapes.shapes import brush
from landscape_lab.landscapes.shapes.tiles import Grid, Pairs


def test_the_density_is_linear_between_values_and_constant_beyond():
    shapes, _ = some_shapes(6, texture="brush")
    across = torch.linspace(-1.7, 1.7, 69).double().expand(6, -1)
    found = brush.density(across, shapes.brush).detach()
    numbers = shapes.brush.detach().numpy()
    wanted = [
        [through_a_brush(one, y) for y in row] for one, row in zip(numbers, across.numpy(), strict=True)
    ]
    np.testing.assert_allclose(found, np.array(wanted), atol=1e-14)
    assert (found >= 0).all()
    assert (found <= 1).all()


def some_pairs(shapes, grid):
    """All pairs of two shapes and six tiles."""
    tile = torch.arange(6).repeat(2)
    middle = (torch.stack([tile % 3, tile // 3], 1).double() + 0.5) * grid.pitch
    shape = torch.arange(2).repeat_interleave(6)
    return Pairs(shape, tile, middle - shapes.centre[shape].detach(), torch.zeros(12).bool())


def test_strengths_are_those_of_the_formula_and_so_is_the_way_back(monkeypatch):
    monkeypatch.setattr(brush, "PAIRS_AT_ONCE", 5)
    shapes, _ = some_shapes(2, texture="brush")
    grid = Grid(16, 24)
    pairs, offsets = some_pairs(shapes, grid), grid.offsets(shapes.colour)
    middle = pairs.apart + shapes.centre.detach()[pairs.shape]
    places = middle[:, :, None] + offsets[1:]
    own = shapes.matrix[pairs.shape] @ (places - shapes.centre[pairs.shape, :, None])
    wanted = shapes.strength[pairs.shape, None] * brush.density(own[:, 1], shapes.brush[pairs.shape])
    alone = shapes.map(torch.Tensor.detach)
    strengths = brush.Strengths(alone, offsets)
    torch.testing.assert_close(strengths.of(pairs), wanted.detach())
    given = torch.rand(12, 64, generator=torch.Generator().manual_seed(0)).double()
    strengths.gather(pairs, given)
    found = strengths.gradients(alone.map(torch.zeros_like))
    names = ("strength", "brush", "matrix", "centre")
    gradients = torch.autograd.grad(wanted, [getattr(shapes, name) for name in names], given)
    for name, gradient in zip(names, gradients, strict=True):
        torch.testing.assert_close(getattr(found, name), gradient)


def test_without_a_brush_a_shape_is_equally_strong_everywhere():
    shapes, _ = some_shapes(2)
    grid = Grid(16, 24)
    strengths = brush.Strengths(shapes.map(torch.Tensor.detach), grid.offsets(shapes.colour))
    pairs = some_pairs(shapes, grid)
    assert torch.equal(strengths.of(pairs), shapes.strength.detach()[pairs.shape, None])
    strengths.gather(pairs, torch.arange(12).double())
    assert strengths.gradients(shapes).strength.tolist() == [15, 51]
