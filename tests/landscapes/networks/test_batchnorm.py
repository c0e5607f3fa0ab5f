"""The statistics of BatchNorm at other weights, against NumPy in float64."""

import numpy as np
import torch
from torch import nn

from landscape_lab.landscapes.networks.batchnorm import recalibrate, tracking_layers
from landscape_lab.landscapes.networks.losses import mean_squared_error
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.weights import Weights


def objective_of(*layers):
    torch.manual_seed(0)
    return Objective(nn.Sequential(*layers), mean_squared_error).double().eval()


def test_statistics_are_the_mean_of_those_of_the_batches():
    objective = objective_of(nn.Dropout(0.5), nn.Linear(2, 3), nn.BatchNorm1d(3))
    weights = Weights(objective)
    point = torch.randn(weights.dims, dtype=torch.float64)
    inputs = torch.randn(11, 2, dtype=torch.float64)
    batches = [(part, torch.zeros(len(part), 3)) for part in inputs.split(4)]
    before = [parameter.clone() for parameter in objective.parameters()]
    recalibrate(objective, weights.split(point), batches)
    at = {name: part.numpy() for name, part in weights.split(point).items()}
    hidden = [part.numpy() @ at["model.1.weight"].T + at["model.1.bias"] for part in inputs.split(4)]
    layer = objective.model[2]
    mean, variance = (
        np.mean([one.mean(0) for one in hidden], 0),
        np.mean([one.var(0, ddof=1) for one in hidden], 0),
    )
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-12)
    np.testing.assert_allclose(layer.running_var, variance, rtol=1e-12)
    assert all(torch.equal(*pair) for pair in zip(before, objective.parameters(), strict=True))
    assert layer.momentum == 0.1
    assert not any(part.training for part in objective.modules())


def test_pictures_have_statistics_of_each_channel():
    objective = objective_of(nn.BatchNorm2d(3))
    images = torch.randn(4, 3, 5, 7, dtype=torch.float64)
    recalibrate(objective, Weights(objective).current(), [(images, images)])
    np.testing.assert_allclose(objective.model[0].running_mean, images.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(objective.model[0].running_var, images.var((0, 2, 3)), rtol=1e-12)


def test_only_layers_with_statistics_are_found():
    layers = (
        nn.BatchNorm1d(2),
        nn.BatchNorm2d(2, track_running_stats=False),
        nn.LayerNorm(2),
        nn.InstanceNorm1d(2),
    )
    assert tracking_layers(nn.Sequential(*layers)) == [layers[0]]
