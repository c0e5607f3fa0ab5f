"""Products with Hessians: against derivatives by hand, finite differences, and torch's own."""

import copy

import naive_networks as naive
import numpy as np
import pytest
import torch
from matrices import Known, bent, bent_hessian
from torch import nn

from landscape_lab.curvature import HessianProducts, Scaled, dense, hessians, layers
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape, NetworkLandscape


def network(build=naive.mlp, make=naive.classes, samples=30, **settings):
    inputs, targets = make(samples)
    return NetworkLandscape(build().double(), (inputs.double(), targets), **settings)


def naive_hessian(landscape, data, point):
    """Of the mean loss of a loaded copy in evaluation mode."""
    model = copy.deepcopy(landscape.model).eval()
    names = [name for name, _ in model.named_parameters()]

    def loss(flat):
        shapes = [parameter.shape for parameter in model.parameters()]
        parts = flat.split([shape.numel() for shape in shapes])
        state = {name: part.view(shape) for name, part, shape in zip(names, parts, shapes, strict=True)}
        prediction = torch.func.functional_call(model, state, (data[0],))
        return nn.functional.cross_entropy(prediction, data[1])

    return torch.autograd.functional.hessian(loss, point)


def test_a_formula_against_derivatives_by_hand():
    points = torch.tensor([[1.0, 3.0, 0.5], [-2.0, 0.5, 1.5]], dtype=torch.float64)
    landscape = bent().double()
    found = hessians(landscape, points)
    expected = np.stack([bent_hessian(*point) for point in points.tolist()])
    np.testing.assert_allclose(found, expected, atol=1e-12)
    products = HessianProducts(landscape, points)
    vectors = torch.tensor([[1.0, -1.0, 2.0], [0.0, 3.0, 1.0]], dtype=torch.float64)
    np.testing.assert_allclose(products(vectors), np.einsum("nij,nj->ni", expected, vectors), atol=1e-12)
    np.testing.assert_allclose(products.losses, landscape.evaluate(points))
    assert (products.made, products.shape) == (1, (2, 3))


def test_a_network_against_a_naive_hessian():
    landscape = network(lambda: naive.mlp(dropout=0.5))
    inputs, targets = naive.classes(30)
    points = landscape.flat() + torch.tensor([[0.0], [0.3]])
    found = hessians(landscape, points.double())
    for hessian, point in zip(found, points.double(), strict=True):
        expected = naive_hessian(landscape, (inputs.double(), targets), point)
        torch.testing.assert_close(hessian, expected, rtol=1e-9, atol=1e-12)


def test_convolutions_and_batchnorm_against_differences_of_gradients():
    for landscape in (
        network(naive.Convolutions, naive.images),
        network(lambda: naive.mlp(norm=True), batchnorm="frozen"),
    ):
        point = landscape.flat()
        vector = torch.randn(point.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        h = 1e-5
        ahead, behind = (HessianProducts(landscape, point + step * vector).gradients for step in (h, -h))
        found = HessianProducts(landscape)(vector)
        torch.testing.assert_close(found, (ahead - behind) / (2 * h), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("mode", ["recalibrate", "frozen"])
def test_a_landscape_stays_as_it_is_to_the_bit(mode):
    landscape = network(lambda: naive.mlp(norm=True, dropout=0.5), batchnorm=mode)
    landscape.backward()
    before = copy.deepcopy(landscape.state_dict())
    gradients = landscape.flat_gradient().clone()
    random = torch.get_rng_state()
    products = HessianProducts(landscape, landscape.flat() + 0.5)
    first = products(torch.ones(products.shape))
    assert torch.equal(products(torch.ones(products.shape)), first)
    after = landscape.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert torch.equal(landscape.flat_gradient(), gradients)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(module.training for module in landscape.model.modules())


def test_recalibrated_statistics_count_as_constants():
    landscape = network(lambda: naive.mlp(norm=True))
    found = dense(HessianProducts(landscape))[0]
    products = HessianProducts(landscape)
    one_sided = torch.stack([products(axis[None])[0] for axis in torch.eye(landscape.dims)])
    torch.testing.assert_close(found, one_sided, rtol=1e-9, atol=1e-12)  # as a Hessian, it is symmetric


def test_attention_has_second_derivatives():
    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.project = nn.Linear(4, 4)

        def forward(self, inputs):
            query = self.project(inputs)
            return nn.functional.scaled_dot_product_attention(query, query, query).mean(1)

    inputs = torch.randn(6, 5, 4, generator=torch.Generator().manual_seed(0))
    landscape = NetworkLandscape(Attention(), (inputs, torch.arange(6) % 4))
    assert hessians(landscape).abs().sum() > 0


def test_a_picture_and_a_linear_loss():
    picture = ImageLandscape(torch.rand(7, 12), smoothing=0, start=(0.1, -0.2))
    h = 1e-2
    point = picture.flat()
    ahead, behind = (HessianProducts(picture, point + step * torch.eye(2)[0]).gradients for step in (h, -h))
    torch.testing.assert_close(hessians(picture)[:, 0], (ahead - behind) / (2 * h), rtol=5e-2, atol=5e-2)
    plain = FunctionLandscape(lambda x, y: x - 2 * y, start=(1.0, 1.0))
    assert hessians(plain).tolist() == [[[0.0, 0.0], [0.0, 0.0]]]


def test_layers_are_blocks():
    landscape = network()
    parts = layers(landscape)
    whole = hessians(landscape)[0]
    assert [part.stop for part in parts.values()][-1] == landscape.dims
    assert [part.start for part in parts.values()][1:] == [part.stop for part in parts.values()][:-1]
    for part in parts.values():
        torch.testing.assert_close(
            hessians(landscape, part=part)[0], whole[part, part], rtol=1e-9, atol=1e-12
        )
    assert list(layers(bent())) == ["points"]


def test_scaled_products():
    matrix = torch.tensor([[[2.0, 1.0], [1.0, -3.0]]])
    scale = torch.tensor([[0.5, 4.0]])
    found = dense(Scaled(Known(matrix), scale))
    torch.testing.assert_close(found, scale[..., None] * matrix * scale[:, None])


def test_what_has_no_curvature_is_one_line():
    landscape = bent()
    with pytest.raises(ValueError, match=r"`points` should be \[n, 3\].*Found \[1, 4\]"):
        HessianProducts(landscape, torch.zeros(1, 4))
    with pytest.raises(ValueError, match=r"`part` should be a range of coordinates"):
        HessianProducts(landscape, part=slice(2, 2))
    numbers = FunctionLandscape(
        lambda x, y: torch.from_numpy(np.abs((x + y).detach().numpy())),
        start=(1.0, 1.0),
        gradient="central",
    )
    with pytest.raises(ValueError, match="differentiable by autograd to have a curvature"):
        HessianProducts(numbers)

    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            ctx.save_for_backward(value)
            return value**2

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, upstream):
            return 2 * ctx.saved_tensors[0] * upstream

    once = FunctionLandscape(lambda points: Once.apply(points).sum(-1), start=(1.0, 1.0))
    with pytest.raises(ValueError, match="twice differentiable"):
        hessians(once)
