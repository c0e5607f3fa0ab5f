"""Networks whose layers follow one another, against products written out."""

import numpy as np
import pytest
import torch
from torch import nn

from landscape_lab.data import spirals
from landscape_lab.models import build_model, lenet, mlp, tanh_classifier


def test_mlp_learns_the_spirals():
    model, data = build_model(mlp, spirals())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(100):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(data.inputs), data.targets)
        loss.backward()
        optimizer.step()
    assert loss < 0.45


ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_between_two_layers_and_not_after_the_last(name):
    torch.manual_seed(0)
    model = mlp(inputs=(2, 3), outputs=4, hidden=[5, 7], activation=name).double()
    inputs = torch.randn(6, 2, 3, dtype=torch.float64)
    weights = [parameter.detach().numpy() for parameter in model.parameters()]
    hidden = inputs.numpy().reshape(6, 6)
    for number, (weight, bias) in enumerate(zip(weights[::2], weights[1::2], strict=True)):
        hidden = hidden @ weight.T + bias if number == 0 else ACTIVATIONS[name](hidden) @ weight.T + bias
    np.testing.assert_allclose(model(inputs).detach().numpy(), hidden, atol=1e-12)


def test_a_number_is_one_hidden_layer_and_none_is_linear_regression():
    assert [layer.out_features for layer in mlp(2, 3, hidden=9)[::2]] == [9, 3]
    assert [type(layer) for layer in mlp(2, 3, hidden=[])] == [nn.Linear]


def test_the_tanh_classifier_ends_with_tanh():
    model = tanh_classifier(2, hidden=[3])
    assert [type(layer) for layer in model] == [nn.Linear, nn.Tanh, nn.Linear, nn.Tanh]
    assert model(torch.full((1, 2), 1e6)).abs() <= 1


@pytest.mark.parametrize("size", [16, 19, 32])
def test_lenet_fits_its_pictures(size):
    assert lenet(3, 4, size)(torch.zeros(2, 3, size, size)).shape == (2, 4)
