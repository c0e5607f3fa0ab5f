"""Stacks of layers at many weights together, against each model alone."""

import naive_networks as naive
import pytest
import torch
from torch import nn
from torch.func import functional_call

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks.feedforward import ELEMENTWISE, Feedforward


def stacked(model, members=3):
    """Weights about the model's own, `[members, *shape]` each."""
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(members, *part.shape, dtype=torch.float64, generator=generator)
        for name, part in model.named_parameters()
        if part.requires_grad
    }


def alone(model, weights, inputs):
    """What each member gives, `[members, samples, outputs]`."""
    return torch.stack(
        [
            functional_call(model, {name: part[at] for name, part in weights.items()}, (inputs[at],))
            for at in range(len(inputs))
        ]
    )


def tied():
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
    model[2].weight = model[0].weight
    return model


def frozen():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
    model[0].requires_grad_(False)
    return model


MODELS = {
    "layers in layers": lambda: nn.Sequential(nn.Sequential(nn.Linear(2, 4), nn.ReLU()), nn.Linear(4, 3)),
    "no biases": lambda: nn.Sequential(
        nn.Linear(2, 4, bias=False), nn.Sigmoid(), nn.Linear(4, 3, bias=False)
    ),
    "tied": tied,
    "frozen": frozen,
    "one layer": lambda: nn.Linear(2, 3),
    "begins with tanh": lambda: nn.Sequential(nn.Tanh(), nn.Linear(2, 3), nn.Tanh()),
    **{kind.__name__: lambda kind=kind: nn.Sequential(nn.Linear(2, 3), kind()) for kind in ELEMENTWISE},
}


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_members_answer_as_each_alone(name, own):
    model = MODELS[name]().double()
    inputs = torch.randn(3, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    inputs = inputs if own else inputs[:1].expand(3, 5, 2)
    weights = stacked(model)
    network = Feedforward.of(model, "")
    with torch.no_grad():
        found = network(weights, inputs if own else inputs[0], own)
        torch.testing.assert_close(found.mT, alone(model, weights, inputs), rtol=1e-12, atol=1e-12)


def test_pictures_are_put_in_one_line():
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 3)).double()
    images = torch.randn(3, 5, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    network, weights = Feedforward.of(model, ""), stacked(model)
    torch.testing.assert_close(network(weights, images, own=True).mT, alone(model, weights, images))
    assert network.takes(images[0])
    assert not network.takes(images[0].long())
    assert not Feedforward.of(model[1], "").takes(images[0])


def test_gradients_flow_through_what_is_written_in_place_without_them():
    model = MODELS["layers in layers"]().double()
    inputs = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    weights = {name: part.requires_grad_() for name, part in stacked(model).items()}
    found = torch.autograd.grad(Feedforward.of(model, "")(weights, inputs).square().sum(), weights.values())
    expected = alone(model, weights, inputs.expand(3, 5, 2)).square().sum()
    torch.testing.assert_close(found, torch.autograd.grad(expected, weights.values()))


def test_dropout_is_left_out_and_names_get_their_prefix():
    network = Feedforward.of(naive.mlp(dropout=0.5), "model.")
    assert [type(layer).__name__ for layer in network.layers] == ["Linear", "Tanh", "Linear"]
    assert (network.layers[0].weight, network.layers[2].bias) == ("model.0.weight", "model.3.bias")
    assert network.width == 5


class Doubled(nn.Sequential):
    def forward(self, inputs):
        return 2 * super().forward(inputs)


def hooked():
    model = naive.mlp()
    model[1].register_forward_hook(lambda *_: None)
    return model


@pytest.mark.parametrize(
    "model",
    [
        naive.mlp(norm=True),
        naive.Convolutions(),
        Doubled(nn.Linear(2, 3)),
        hooked(),
        nn.Sequential(nn.Linear(2, 3), nn.Softmax(-1)),
        nn.Sequential(nn.Linear(2, 3), nn.Flatten(), nn.Linear(3, 3)),
        nn.Sequential(nn.Flatten(2), nn.Linear(2, 3)),
        nn.Sequential(nn.Tanh()),
    ],
    ids=[
        "norm",
        "convolutions",
        "own forward",
        "hook",
        "softmax",
        "flatten later",
        "flatten less",
        "no linear",
    ],
)
def test_other_models_are_not_read(model):
    assert Feedforward.of(model, "") is None


def test_a_network_that_begins_with_an_elementwise_layer_leaves_the_data_as_they_are():
    data = naive.classes()[0][:, :1].contiguous(), naive.classes()[1]  # one number needs no transposed copy
    before = data[0].clone()
    model = nn.Sequential(nn.Tanh(), nn.Linear(1, 3), nn.ReLU())
    landscape = NetworkLandscape(model, data)
    points = naive.points_of(landscape, 2)
    torch.testing.assert_close(landscape.evaluate(points), naive.naive_losses(model, data, points))
    assert torch.equal(data[0], before)
