"""How a model is built for its data: what it is told, and how the data follow it."""

import re
from functools import partial

import pytest
import torch
from torch import nn

from landscape_lab.data import digits, moons, spirals, text
from landscape_lab.models import build_model, lenet, mlp, tanh_classifier


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
    "The model dict should be a torch.nn.Module. Found dict": (dict, spirals),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistake_is_told(message):
    factory, make = MISTAKES[message]
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        build_model(factory, make())
    assert "\n" not in str(told.value)
