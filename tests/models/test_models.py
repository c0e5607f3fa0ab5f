"""Models: as large as their papers say, built for their data, and twice differentiable."""

import re
from functools import partial

import pytest
import torch
from torch import nn
from torch.func import functional_call, vmap

from landscape_lab.data import digit_sum, digits, random_labels, spirals, text
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


MISTAKES = {
    "Parameter `activation` should be one of": (partial(mlp, activation="rleu"), spirals),
    "Parameter `hidden` should be a positive whole number. Found `hidden = 0`": (
        partial(mlp, hidden=[4, 0]),
        spirals,
    ),
    "Parameter `size` should be at least 16. Found `size = 15`": (partial(lenet, size=15), digits),
    "Parameter `depth` should be 6n + 2: 8, 14, 20, …. Found `depth = 9`": (partial(ResNet, depth=9), digits),
    "Parameter `heads` should divide the width 32. Found `heads = 5`": (partial(Transformer, heads=5), text),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistake_is_told(message):
    factory, make = MISTAKES[message]
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        build_model(factory, make())
    assert "\n" not in str(told.value)
