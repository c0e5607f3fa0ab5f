import pytest
import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes.shapes import Shapes
from landscape_lab.landscapes.shapes.formulas import levels
from landscape_lab.landscapes.shapes.levels import Frames
from landscape_lab.landscapes.shapes.outlines import OUTLINES
from landscape_lab.landscapes.shapes.tiles import Grid, Pairs

DISC = OUTLINES["blob"]


GRID = Grid(16, 24)


@pytest.fixture
def shapes():
    found, _ = some_shapes(3, 5)
    return found.map(torch.Tensor.detach)


@pytest.fixture
def pairs(shapes):
    """All pairs of three shapes and six tiles; the first is said to be solid."""
    shape = torch.arange(3).repeat_interleave(6)
    tile = torch.arange(6).repeat(3)
    middle = (torch.stack([tile % 3, tile // 3], 1).double() + 0.5) * GRID.pitch
    return Pairs(shape, tile, middle - shapes.centre[shape], torch.arange(18) == 0)


def places(pairs, shapes):
    middle = pairs.apart + shapes.centre[pairs.shape]
    return middle[:, :, None] + GRID.offsets(middle)[1:]


def test_levels_are_those_of_the_formula(shapes, pairs):
    found = Frames(shapes, GRID.offsets(shapes.colour), DISC).levels(pairs)
    assert (found[0] == torch.inf).all()
    for number in range(1, 18):
        wanted, _ = levels(shapes, places(pairs, shapes)[number], DISC)
        torch.testing.assert_close(found[number], wanted[pairs.shape[number]])


def test_gradients_are_autograds(shapes, pairs):
    frames = Frames(shapes, GRID.offsets(shapes.colour), DISC)
    slopes = torch.rand(18, 64, generator=torch.Generator().manual_seed(0)).double()
    sums = torch.zeros(3, frames.numbers).double()
    frames.gather(pairs, frames.levels(pairs), slopes, sums)
    found = frames.gradients(sums, shapes)
    free = [t.clone().requires_grad_() for t in shapes[:5]]
    moved = Shapes(*free, *shapes[5:])
    at = places(pairs, shapes)
    total = sum((levels(moved, at[n], DISC)[0][pairs.shape[n]] * slopes[n]).sum() for n in range(1, 18))
    for one, wanted in zip(found[:5], torch.autograd.grad(total, free), strict=True):
        torch.testing.assert_close(one, wanted)
