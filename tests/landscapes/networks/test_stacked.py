"""Many members in one model, and who carries them."""

import naive_networks as naive
import pytest
import torch
from torch import nn

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks.losses import cross_entropy
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.stacked import carrier_of, with_members
from landscape_lab.landscapes.networks.weights import Weights


def test_members_hold_their_points_and_the_statistics_of_the_first():
    objective = Objective(naive.mlp(norm=True), cross_entropy)
    objective.model(naive.classes()[0])
    state = {name: value.clone() for name, value in objective.state_dict().items()}
    points = torch.rand(3, Weights(objective).dims)
    together = with_members(objective, Weights(objective), points)
    weights = Weights(together, 3)
    assert torch.equal(torch.cat([part.flatten(1) for part in weights.current().values()], 1), points)
    assert together.model[1].running_mean.tolist() == [state["model.1.running_mean"].tolist()] * 3
    together.model[1].running_mean[0] = 7.0
    assert not (together.model[1].running_mean[1:] == 7).any()
    alone = with_members(together, weights, points[1:2])
    assert alone.model[0].weight.shape == (5, 2)
    assert torch.equal(alone.model[0].weight.flatten(), points[1, :10])
    assert alone.model[1].running_mean.tolist() == [7.0] * 5
    assert all(torch.equal(value, state[name]) for name, value in objective.state_dict().items())


def test_tied_weights_stay_tied_and_frozen_ones_shared():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 3))
    model[1].weight = model[0].weight
    model[2].requires_grad_(False)
    objective = Objective(model, cross_entropy)
    together = with_members(objective, Weights(objective), torch.rand(4, 8)).model
    assert together[1].weight is together[0].weight
    assert together[0].weight.shape == (4, 2, 2)
    assert torch.equal(together[2].weight, model[2].weight)


CHOSEN = {
    "stack": (naive.mlp(), "exact", "layer by layer"),
    "norm": (naive.mlp(norm=True), "exact", "mapped"),
    "dropout": (naive.mlp(dropout=0.5), "exact", "one after another: each draws the dropout of a single run"),
    "some dropout": (naive.mlp(dropout=0.5), "distribution", "mapped, dropout equal in distribution only"),
}


@pytest.mark.parametrize("name", CHOSEN)
def test_the_fastest_carrier_that_is_exact_is_chosen(name):
    model, dropout, carried_by = CHOSEN[name]
    objective, random = Objective(model, cross_entropy), "dropout" in name
    points = torch.rand(2, Weights(objective).dims)
    together = with_members(objective, Weights(objective), points)
    state = {name: value.clone() for name, value in together.state_dict().items()}
    before = torch.get_rng_state()
    carrier = carrier_of(together, Weights(together, 2), naive.classes(), random, dropout)
    assert carrier.name == carried_by
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(value, state[name]) for name, value in together.state_dict().items())
    assert carrier_of(objective, Weights(objective), naive.classes(), random, dropout).name == "alone"


def test_a_model_that_cannot_be_mapped_is_evaluated_one_member_after_another():
    class Branching(nn.Sequential):
        def forward(self, inputs):
            return (
                super().forward(inputs)
                if inputs.sum().item() < 1e9 and self[0].weight.sum().item() < 1e9
                else inputs
            )

    data = naive.classes()
    landscape = NetworkLandscape(Branching(nn.Linear(2, 3)), data)
    points = naive.points_of(landscape, 3)
    ensemble = landscape.with_members(points)
    assert ensemble.carried_by.startswith("one after another: torch.vmap says")
    torch.testing.assert_close(ensemble.backward(), naive.naive_losses(landscape.model, data, points))


def test_an_ensemble_with_dropout_says_how_it_draws():
    landscape = NetworkLandscape(naive.mlp(dropout=0.5), naive.classes(), dropout="distribution")
    ensemble = landscape.with_members(naive.points_of(landscape, 3))
    assert "in distribution only" in ensemble.carried_by
    ensemble.see(4)
    assert torch.equal(ensemble(), ensemble())
