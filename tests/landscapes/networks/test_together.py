"""Many points of a stack of layers at once, against a loop that loads each."""

import naive_networks as naive
import pytest
import torch
from torch import nn

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks import together
from landscape_lab.landscapes.networks.losses import accuracy

MODELS = {
    "two layers": naive.mlp,
    "one layer": lambda: nn.Linear(2, 3),
    "no bias": lambda: nn.Sequential(nn.Linear(2, 5, bias=False), nn.ReLU(), nn.Linear(5, 3)),
    "activation first": lambda: nn.Sequential(nn.Tanh(), nn.Linear(2, 5), nn.Linear(5, 3)),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_a_slice_is_a_loop_over_weight_vectors(name, at_once, monkeypatch):
    monkeypatch.setattr(together, "ACTIVATIONS_AT_ONCE", at_once * 751 * 5)
    monkeypatch.setattr(together, "GROUPS", 2)
    inputs, targets = naive.classes(1501)  # in two batches
    data, model = (inputs.double(), targets), MODELS[name]().double()
    landscape = NetworkLandscape(model, data)
    origin, directions = landscape.flat()[0], naive.points_of(landscape, 2)
    places = torch.tensor(
        [[0.0, 0.0], [1.0, 0.0], [-1.0, 2.0], [0.5, 0.5], [0.25, -1.0], [0.0, -1.0], [2, 2]]
    )
    found = landscape.slice(origin, directions)(places)
    points = origin + places.double() @ directions
    torch.testing.assert_close(found["loss"], naive.naive_losses(model, data, points), rtol=1e-11, atol=0)
    right = [accuracy(naive.loaded(model, point)(data[0]), data[1]) for point in points]
    torch.testing.assert_close(found["accuracy"], torch.stack(right), rtol=1e-11, atol=0)


def test_numbers_and_measures_of_others_are_measured_as_ever():
    inputs, _ = naive.classes()
    model = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))
    landscape = NetworkLandscape(
        model, (inputs, inputs.sum(1)), metrics={"own": lambda p, t: (p[:, 0] - t).abs().max()}
    )
    points = naive.points_of(landscape, 3)
    found = landscape.measure(points)
    for name, measure in {"loss": landscape.objective.loss, **landscape.objective.metrics}.items():
        each = [measure(naive.loaded(model, point)(inputs), inputs.sum(1)) for point in points]
        torch.testing.assert_close(found[name], torch.stack(each).detach())
