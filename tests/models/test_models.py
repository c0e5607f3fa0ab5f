"""Models: as large as their papers say, built for their data, and twice differentiable."""

import re
from functools import partial

import pytest
import torch
from torch import nn
from torch.func import functional_call, vmap

from landscape_lab.data import Data, digit_sum, digits, moons, random_labels, spirals, text
from landscape_lab.models import ResNet, Transformer, build_model, lenet, mlp, tanh_classifier

BUILT = {
    "mlp": (mlp, spirals, 2853),
    "mlp of pictures": (partial(mlp, hidden=[]), digits, 650),
    "tanh_classifier": (tanh_classifier, random_labels, 881),
    "lenet": (lenet, digits, 61_706),
    "resnet": (ResNet, digits, 19_074),
    "resnet of 20 layers": (partial(ResNet, depth=20, width=16), digits, 269_434),
    "transformer of text": (partial(Transformer, width=16), partial(text, length=8), None),
    "transformer of sums": (Transformer, digit_sum, 28_457),
}
"""Factory, data, parameters."""


def size_of(model):
    return sum(parameter.numel() for parameter in model.parameters())


def loss_of(prediction, target):
    if target.is_floating_point():
        return nn.functional.mse_loss(prediction, target)
    return nn.functional.cross_entropy(prediction.flatten(0, -2), target.flatten())


@pytest.mark.parametrize("name", BUILT)
def test_model_is_told_its_data(name):
    factory, make, parameters = BUILT[name]
    model, data = build_model(factory, make())
    assert parameters is None or size_of(model) == parameters
    inputs, targets = data.inputs[:7], data.targets[:7]
    prediction = model(inputs)
    assert prediction.shape == (
        (7, 1) if targets.is_floating_point() else (*targets.shape, len(data.classes))
    )
    loss_of(prediction, targets).backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize(
    "name", ["mlp", "tanh_classifier", "lenet", "resnet", "transformer of text", "transformer of sums"]
)
def test_second_derivative_agrees_with_differences_of_the_first(name):
    factory, make, _ = BUILT[name]
    if name != "tanh_classifier":
        factory = {"mlp": partial(mlp, activation="tanh")}.get(name, factory)
    model, data = build_model(factory, make())
    model = model.double().eval()
    inputs, targets = data.inputs[:3], data.targets[:3]
    inputs, targets = (part.double() if part.is_floating_point() else part for part in (inputs, targets))
    generator = torch.Generator().manual_seed(0)
    weights = {key: value.detach() for key, value in model.named_parameters()}
    along = {key: torch.randn(value.shape, generator=generator).double() for key, value in weights.items()}

    def slope(at):
        """The loss's derivative along a direction, and the distance that it was taken at."""
        step = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        moved = {key: value + step * along[key] for key, value in weights.items()}
        loss = loss_of(functional_call(model, moved, (inputs,)), targets)
        return torch.autograd.grad(loss, step, create_graph=True)[0], step

    (curvature,) = torch.autograd.grad(*slope(0.0))
    near = 1e-6  # so near that no rectified unit turns on or off
    expected = (slope(near)[0] - slope(-near)[0]) / (2 * near)
    assert curvature != 0
    assert curvature.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("name", ["mlp", "lenet", "transformer of text"])
def test_members_can_be_stacked(name):
    factory, make, _ = BUILT[name]
    model, data = build_model(factory, make())
    inputs = data.inputs[:4]
    stacked = {key: torch.stack([value, value + 0.1]) for key, value in model.named_parameters()}
    together = vmap(lambda weights: functional_call(model, weights, (inputs,)))(stacked)
    alone = functional_call(model, {key: value[1] for key, value in stacked.items()}, (inputs,))
    assert torch.allclose(together[1], alone, atol=1e-5)


def test_transformer_sees_no_future():
    model, data = build_model(Transformer, text(length=8))
    inputs = data.inputs[:1].clone()
    before = model(inputs)
    inputs[0, 5] = (inputs[0, 5] + 1) % len(data.tokens)
    after = model(inputs)
    assert torch.equal(before[0, :5], after[0, :5])
    assert (before[0, 5:] != after[0, 5:]).any(-1).all()


def test_residual_networks_differ_in_their_connections_only():
    data = digits(samples=8, validation=0)
    deep, _ = build_model(partial(ResNet, depth=14), data)
    plain, _ = build_model(partial(ResNet, depth=14, skip=False), data)
    assert all(torch.equal(*pair) for pair in zip(deep.parameters(), plain.parameters(), strict=True))
    assert not torch.allclose(deep(data.inputs), plain(data.inputs))
    convolutions = [module for module in deep.modules() if isinstance(module, nn.Conv2d)]
    assert len(convolutions) + 1 == 14


def test_shortcut_is_every_second_pixel_and_zeros():
    model = ResNet(1, 10)
    block = model.blocks[1].eval()
    nn.init.zeros_(block.norm_2.weight)  # nothing but the shortcut is left
    images = torch.rand(2, 8, 6, 6)
    after = block(images)
    assert torch.equal(after[:, :8], images[:, :, ::2, ::2])
    assert not after[:, 8:].any()


def test_mlp_learns_the_spirals():
    model, data = build_model(mlp, spirals())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(100):
        optimizer.zero_grad()
        loss = loss_of(model(data.inputs), data.targets)
        loss.backward()
        optimizer.step()
    assert loss < 0.45


def test_seed_decides_the_initial_weights_and_nothing_else_does():
    data = moons()
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    first, second, other = (build_model(mlp, data, seed)[0] for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(first[0].weight, second[0].weight)
    assert not torch.equal(first[0].weight, other[0].weight)
    with pytest.raises(ZeroDivisionError):
        build_model(lambda inputs: torch.rand(3) / (1 // 0), data)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("name", BUILT)
def test_layers_reset_in_their_order_make_the_model_again(name):
    factory, make, _ = BUILT[name]
    data = make()
    model, again = (build_model(factory, data, seed)[0] for seed in (0, 1))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for layer in again.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), again.parameters(), strict=True))


def test_data_follow_the_model():
    _, data = build_model(lenet, digits())
    assert data.inputs.shape[1:] == data.validation[0].shape[1:] == (1, 32, 32)
    model, data = build_model(partial(lenet, size=20), digits())
    assert data.inputs.shape[1:] == (1, 20, 20)
    assert model(data.inputs[:2]).shape == (2, 10)
    _, data = build_model(tanh_classifier, moons(validation=0.1))
    assert data.targets.shape == (900, 1)
    assert set(data.validation[1].flatten().tolist()) == {0.0, 1.0}
    assert len(data.classes) == 2
    again = build_model(tanh_classifier, data)[1]
    assert torch.equal(again.targets, data.targets)


class Own(nn.Module):
    """A user's network that knows its data."""

    def __init__(self, width=3):
        super().__init__()
        self.layer = nn.Linear(2, width)

    def forward(self, points):
        return self.layer(points)


class Asking(nn.Module):
    """A user's network that asks for what it has to know."""

    def __init__(self, inputs, outputs, **more):
        super().__init__()
        self.layer = nn.Linear(inputs, outputs)
        self.more = more


def test_own_model_is_called_as_it_is():
    data = spirals()
    assert build_model(Own, data)[0].layer.out_features == 3
    assert build_model(partial(Own, width=5), data)[0].layer.out_features == 5
    model, same = build_model(partial(Asking, depth=3), data)
    assert (model.layer.in_features, model.layer.out_features, model.more) == (2, 3, {"depth": 3})
    assert same is data
    foreign = [(torch.zeros(3, 2), torch.zeros(3))]
    model, same = build_model(partial(Asking, inputs=2, outputs=1), foreign)
    assert same is foreign


NUMBERS = Data(torch.zeros(4, 2), torch.zeros(4, 3))
MISTAKES = {
    "The model mlp has no parameter `hiden`. Nearest: hidden": (partial(mlp, hiden=[5]), spirals),
    "The model Own has no parameter `hidden`. It has: width": (partial(Own, hidden=5), spirals),
    "The model lenet should be given `channels`: model.channels=…. Its data tell outputs, inputs": (
        lenet,
        spirals,
    ),
    "The model mlp should be given `inputs`: model.inputs=…. Its data tell outputs, tokens": (mlp, text),
    "The model Asking should be given `inputs`: model.inputs=…. Its data tell nothing": (Asking, list),
    "Parameter `outputs` should be at least 3, one for each class of the data. Found `outputs = 1`": (
        tanh_classifier,
        spirals,
    ),
    "Parameter `outputs` should be at least 3, what the data ask for. Found `outputs = 2`": (
        partial(mlp, outputs=2),
        spirals,
    ),
    "Parameter `activation` should be one of": (partial(mlp, activation="rleu"), spirals),
    "Parameter `hidden` should be a positive whole number. Found `hidden = 0`": (
        partial(mlp, hidden=[4, 0]),
        spirals,
    ),
    "Parameter `size` should be at least 12. Found `size = 8`": (partial(lenet, size=8), digits),
    "Parameter `depth` should be 6n + 2: 8, 14, 20, …. Found `depth = 9`": (partial(ResNet, depth=9), digits),
    "Parameter `heads` should divide the width 32. Found `heads = 5`": (partial(Transformer, heads=5), text),
    "The model dict should be a torch.nn.Module. Found dict": (dict, spirals),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistake_is_told(message):
    factory, make = MISTAKES[message]
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        build_model(factory, make())
    assert "\n" not in str(told.value)
