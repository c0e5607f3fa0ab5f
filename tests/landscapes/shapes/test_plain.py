import pytest
import torch
from naive_shapes import leaves, some_shapes

from landscape_lab.landscapes.shapes import MODELS, Shapes, plain, render
from landscape_lab.landscapes.shapes.formulas import picture
from landscape_lab.landscapes.shapes.tiles import Grid

SIZE = (5, 7)


def places(size):
    row, column = torch.meshgrid(*(torch.arange(n).double() + 0.5 for n in size), indexing="ij")
    return torch.stack([column, row]).flatten(1) / max(size)


@pytest.mark.filterwarnings("ignore:A second derivative")
@pytest.mark.parametrize("model", ["over", "sum", "uncut"])
@pytest.mark.parametrize("textured", [False, True])
def test_hessian_products_are_those_of_the_dense_hessian(model, textured, monkeypatch):
    monkeypatch.setattr(plain, "VALUES_AT_ONCE", 20)
    shapes, background = some_shapes(2, 2, textured=textured)
    inputs = leaves(shapes, background)
    aim = torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(1)).double()

    def directly(flat):
        values = [
            part.view_as(one)
            for part, one in zip(flat.split([i.numel() for i in inputs]), inputs, strict=True)
        ]
        shapes = Shapes(*values[:-1])
        return (
            (picture(MODELS[model], places(SIZE), values[-1], shapes).view(3, *SIZE) - aim)
            .square()
            .mean()
            .sqrt()
        )

    flat = torch.cat([one.detach().flatten() for one in inputs])
    dense = torch.autograd.functional.hessian(directly, flat)
    loss = (render(shapes, SIZE, model, background) - aim).square().mean().sqrt()
    first = torch.autograd.grad(loss, inputs, create_graph=True)
    vector = torch.randn(len(flat), generator=torch.Generator().manual_seed(2)).double()
    product = torch.autograd.grad(torch.cat([one.flatten() for one in first]), inputs, vector)
    torch.testing.assert_close(
        torch.cat([one.flatten() for one in product]), dense @ vector, atol=1e-9, rtol=1e-7
    )


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
