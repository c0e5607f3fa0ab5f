"""Members of a network evaluated together, against each alone."""

import naive_networks as naive
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from landscape_lab.landscapes.networks.carriers import Alone, InTurn, Layered, Mapped
from landscape_lab.landscapes.networks.feedforward import Feedforward
from landscape_lab.landscapes.networks.losses import cross_entropy
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.stacked import with_members
from landscape_lab.landscapes.networks.weights import Weights

INPUTS, TARGETS = naive.classes(24)
DATA = INPUTS.double(), TARGETS
OWN = DATA[0].view(3, 8, 2), DATA[1].view(3, 8)
SEEDS = [3, 0, 3]


def members_of(model):
    """An objective with three members, its weights, and the points where they lie."""
    objective = Objective(model.double(), cross_entropy)
    weights = Weights(objective)
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(3, weights.dims, dtype=torch.float64, generator=generator)
    together = with_members(objective, weights, points)
    return together, Weights(together, 3), points


def layered(objective, weights):
    return Layered(Feedforward.of(objective.model, "model."), weights, objective)


CARRIERS = {
    "layered": layered,
    "mapped": lambda objective, weights: Mapped(objective, weights, random=False),
    "in turn": lambda objective, weights: InTurn(objective, weights, "why"),
}


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", CARRIERS)
def test_losses_and_gradients_are_those_of_each_alone(name, own):
    objective, weights, points = members_of(naive.mlp())
    losses = CARRIERS[name](objective, weights)(OWN if own else DATA, own, None)
    losses.sum().backward()
    for at, point in enumerate(points):
        model = naive.loaded(naive.mlp().double(), point)
        inputs, targets = (part[at] for part in OWN) if own else DATA
        expected = F.cross_entropy(model(inputs), targets)
        expected.backward()
        torch.testing.assert_close(losses[at], expected, rtol=1e-12, atol=0)
        for part, alone in zip(weights.current().values(), model.parameters(), strict=True):
            torch.testing.assert_close(part.grad[at], alone.grad, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", ["mapped", "in turn"])
def test_running_statistics_are_each_members_own(name):
    objective, weights, points = members_of(naive.mlp(norm=True))
    CARRIERS[name](objective, weights)(OWN, True, None)
    for at, point in enumerate(points):
        model = naive.loaded(naive.mlp(norm=True).double(), point).train()
        model(OWN[0][at])
        torch.testing.assert_close(objective.model[1].running_mean[at], model[1].running_mean)
        torch.testing.assert_close(objective.model[1].running_var[at], model[1].running_var)
        assert objective.model[1].num_batches_tracked[at] == 1


def test_in_turn_each_member_has_the_dropout_of_its_seed():
    objective, weights, points = members_of(naive.mlp(dropout=0.5))
    random = torch.get_rng_state()
    losses = InTurn(objective, weights, "why")(DATA, False, SEEDS)
    assert torch.equal(torch.get_rng_state(), random)
    for loss, point, seed in zip(losses, points, SEEDS, strict=True):
        alone = Alone(Objective(naive.loaded(naive.mlp(dropout=0.5).double(), point).train(), cross_entropy))
        torch.testing.assert_close(alone(DATA, False, [seed]), loss.view(1), rtol=1e-12, atol=0)


def test_mapped_dropout_differs_from_member_to_member_and_is_that_of_the_first_seed():
    objective = Objective(nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5)).double(), cross_entropy)
    same = Weights(objective).split(torch.ones(3, 9, dtype=torch.float64))
    together = with_members(
        objective, Weights(objective), torch.cat([p.flatten(1) for p in same.values()], 1)
    )
    mapped = Mapped(together, Weights(together, 3), random=True)
    random = torch.get_rng_state()
    first, again, other = (mapped(DATA, False, seeds) for seeds in ([1, 2, 3], [1, 7, 8], [2, 1, 3]))
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(first.unique()) == 3


def test_a_carrier_says_how_it_evaluates():
    objective, weights, _ = members_of(naive.mlp())
    names = [carry(objective, weights).name for carry in CARRIERS.values()]
    assert names == ["layer by layer", "mapped", "one after another: why"]
    assert Mapped(objective, weights, random=True).name == "mapped, dropout equal in distribution only"
    assert Alone(objective).name == "alone"
