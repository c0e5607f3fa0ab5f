import pytest
import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes.shapes import plain, render
from landscape_lab.landscapes.shapes.tiles import Grid

SIZE = (5, 7)


def places(size):
    row, column = torch.meshgrid(*(torch.arange(n).double() + 0.5 for n in size), indexing="ij")
    return torch.stack([column, row]).flatten(1) / max(size)


def test_parts_are_all_pixels_once_whatever_their_size(monkeypatch):
    monkeypatch.setattr(plain, "VALUES_AT_ONCE", 23)
    found = list(plain.parts(Grid(*SIZE), torch.zeros((), dtype=torch.float64), 4))
    assert [part.start for part, _ in found] == list(range(0, 35, 5))
    torch.testing.assert_close(torch.cat([place for _, place in found], 1), places(SIZE))


def test_a_third_derivative_is_refused():
    shapes, background = some_shapes(1, 1)
    loss = render(shapes, SIZE, "over", background, plain=True).square().sum()
    (first,) = torch.autograd.grad(loss, shapes.centre, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), shapes.centre, create_graph=True)
    with pytest.raises(RuntimeError, match="twice"):
        torch.autograd.grad(second.sum(), shapes.centre)
