"""New initial weights, as the layers of a model draw them."""

import pytest
import torch
from torch import nn

from landscape_lab.landscapes.networks.initial import as_points, initial_weights


def network():
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.BatchNorm1d(3), nn.Linear(3, 1, bias=False))


def test_a_model_built_under_a_seed_is_drawn_again():
    with torch.random.fork_rng([]):
        torch.manual_seed(5)
        built = network()
        model = network()
        before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    random = torch.get_rng_state()
    drawn, other = initial_weights(model, [5, 0])
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(tensor, built.state_dict()[name]) for name, tensor in drawn.state_dict().items())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not torch.equal(other[0].weight, drawn[0].weight)


def test_weights_that_no_layer_draws_stay():
    model = network()
    model.scale = nn.Parameter(torch.full((2,), 7.0))
    (drawn,) = initial_weights(model, [0])
    assert drawn.scale.tolist() == [7.0, 7.0]
    assert drawn.scale is not model.scale


def test_points_have_the_trainable_weights_in_order():
    models = initial_weights(network(), [0, 1])
    for model in models:
        model[3].weight.requires_grad_(False)
    points = as_points(models)
    assert points.shape == (2, 6 + 3 + 3 + 3)
    assert not points.requires_grad
    for point, model in zip(points, models, strict=True):
        assert torch.equal(point[:6].view(3, 2), model[0].weight)
        assert torch.equal(point[6:9], model[0].bias)
        assert point[9:].tolist() == [1.0] * 3 + [0.0] * 3


class Scaled(nn.Module):
    """Its only weight is that of no layer."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))


def test_a_model_that_draws_nothing_is_told():
    with pytest.raises(
        ValueError, match=r"layers with `reset_parameters\(\)` .* Found a Scaled without one"
    ) as told:
        initial_weights(Scaled(), [0])
    assert "\n" not in str(told.value)
