"""Weights as points and back, and a module as it was."""

import pytest
import torch
from torch import nn

from landscape_lab.landscapes.networks.weights import Modes, Weights


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 4, bias=False))


def test_points_are_the_parameters_in_order():
    model = network().double()
    model[1].weight.requires_grad_(False)
    weights = Weights(model)
    assert weights.dims == 6 + 3 + 3 + 12
    assert list(weights.shapes) == ["0.weight", "0.bias", "1.bias", "2.weight"]
    points = torch.arange(48.0).view(2, 24).requires_grad_()
    parts = weights.split(points)
    assert parts["2.weight"].shape == (2, 4, 3)
    assert parts["0.weight"][1].tolist() == [[24, 25], [26, 27], [28, 29]]
    assert parts["1.bias"].tolist() == [[9, 10, 11], [33, 34, 35]]
    (gradient,) = torch.autograd.grad(parts["0.bias"][0].sum(), points)
    assert gradient[0].tolist() == [0.0] * 6 + [1.0] * 3 + [0.0] * 15
    assert not gradient[1].any()


def test_a_single_point_has_the_shapes_of_the_module():
    model = network()
    weights = Weights(model)
    flat = torch.cat([parameter.detach().flatten() for parameter in model.parameters()])
    assert all(torch.equal(part, weights.current()[name]) for name, part in weights.split(flat).items())


def test_tied_weights_are_one_part():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    assert Weights(model).sizes == [9, 3, 3]


def test_members_have_a_dimension_of_their_own():
    model = nn.Linear(2, 3)
    model.weight = nn.Parameter(torch.rand(5, 3, 2))
    model.bias = nn.Parameter(torch.rand(5, 3))
    assert Weights(model, members=5).sizes == [6, 3]


@pytest.mark.parametrize("error", [None, KeyError])
def test_what_changes_lent_buffers_is_lost(error):
    model = network()
    before = model[1].running_mean
    try:
        with Weights(model).lend_buffers():
            model(torch.rand(7, 2))
            assert model[1].running_mean.any()
            if error is not None:
                raise error
    except KeyError:
        pass
    assert model[1].running_mean is before
    assert not before.any()
    assert model[1].num_batches_tracked == 0


def test_a_members_buffers_are_lent_without_its_dimension():
    model = network()
    model[1].running_mean = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    model[1].running_var = torch.ones(2, 3)
    model[1].num_batches_tracked = torch.zeros(2)
    weights = Weights(model, members=2)
    with weights.lend_buffers(1):
        assert model[1].running_mean.tolist() == [4.0, 5.0, 6.0]
    with weights.lend_buffers():
        assert model[1].running_mean.shape == (2, 3)


def test_modes_come_back_one_by_one():
    model = network()
    model[1].eval()
    with Modes(model):
        assert not any(part.training for part in model.modules())
    assert [part.training for part in model.modules()] == [True, True, False, True]


def test_weights_that_are_not_finite_or_not_there_are_told():
    model = network()
    Weights(model).check_finite()
    with torch.no_grad():
        model[2].weight[3, 0] = torch.inf
    with pytest.raises(ValueError, match=r"Found NaN or infinity in `2\.weight`"):
        Weights(model).check_finite()
    with pytest.raises(ValueError, match=r"weights to train. Found none that requires a gradient"):
        Weights(model.requires_grad_(False))
