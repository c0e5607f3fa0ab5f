import pytest
import torch
from naive_shapes import leaves, some_shapes

from landscape_lab.landscapes.shapes import Shapes, render

TILED = ["sum", "weighted", "over"]


def gradients(shapes, background, size, model, plain=False):
    aim = torch.rand(len(background), *size, generator=torch.Generator().manual_seed(5)).to(background)
    loss = (render(shapes, size, model, background, plain=plain) - aim).square().sum()
    return torch.autograd.grad(loss, leaves(shapes, background))


def worst(found, wanted):
    return max(
        float((one.double() - other).norm() / other.norm().clamp(min=1e-12))
        for one, other in zip(found, wanted, strict=True)
        if other.numel()
    )


@pytest.mark.parametrize("model", TILED)
@pytest.mark.parametrize("harmonics", [0, 1, 2, 8])
def test_gradients_are_those_of_the_formula_with_any_harmonics(model, harmonics):
    shapes, background = some_shapes(9, harmonics)
    found, wanted = (gradients(shapes, background, (33, 21), model, plain) for plain in (False, True))
    assert worst(found, wanted) < 1e-10


@pytest.mark.parametrize("model", TILED)
def test_gradients_are_finite_differences(model):
    shapes, background = some_shapes(4, 3, texture="gradient", seed=2)
    inputs = leaves(shapes, background)

    def draw(*values):
        return render(Shapes(*values[:-1]), (9, 13), model, values[-1])

    assert torch.autograd.gradcheck(draw, inputs, eps=1e-6, atol=1e-8, rtol=1e-6, fast_mode=True)


@pytest.mark.parametrize("model", TILED)
def test_single_precision_loses_little(model):
    double, ground = some_shapes(40, texture="gradient", seed=1)
    single, shade = some_shapes(40, texture="gradient", seed=1, dtype=torch.float32)
    with torch.no_grad():
        for one, other in zip(leaves(double, ground), leaves(single, shade), strict=True):
            one.copy_(other)
    found, wanted = gradients(single, shade, (64, 48), model), gradients(double, ground, (64, 48), model)
    assert found[0].dtype == torch.float32
    # The weighted mean divides by the little that the rim of a single shape covers.
    assert worst(found, wanted) < (1e-4 if model == "weighted" else 2e-6)


def test_a_graph_can_be_gone_back_twice():
    shapes, background = some_shapes()
    total = render(shapes, (20, 20), "over", background).square().sum()
    first, again = (
        torch.autograd.grad(total, leaves(shapes, background), retain_graph=True) for _ in range(2)
    )
    assert all(torch.equal(*pair) for pair in zip(first, again, strict=True))


def test_only_what_is_asked_for_gets_a_gradient():
    shapes, background = some_shapes()
    fixed = shapes.map(torch.Tensor.detach)._replace(colour=shapes.colour)
    render(fixed, (9, 9), "over", background.detach()).sum().backward()
    assert shapes.colour.grad is not None


def test_a_second_derivative_is_the_plain_formulas_and_says_so():
    shapes, background = some_shapes(3, 2)
    inputs = leaves(shapes, background)
    with pytest.warns(UserWarning, match="second derivative"):
        first = torch.autograd.grad(
            render(shapes, (6, 5), "over", background).square().sum(), inputs, create_graph=True
        )
    assert worst([one.detach() for one in first], gradients_of_squares(shapes, background)) < 1e-10
    assert all(one.requires_grad for one in first)


def gradients_of_squares(shapes, background):
    total = render(shapes, (6, 5), "over", background, plain=True).square().sum()
    return torch.autograd.grad(total, leaves(shapes, background))
