"""What a model does besides giving a loss."""

import pytest
import torch
from torch import nn

from landscape_lab.landscapes.networks.habits import Habits, habits_of
from landscape_lab.landscapes.networks.losses import mean_squared_error
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.weights import Weights

BATCH = (torch.rand(5, 2, generator=torch.Generator().manual_seed(0)), torch.zeros(5, 2))


@pytest.mark.parametrize(
    ("layer", "habits"),
    [
        (nn.Tanh(), Habits(random=False, updates=False)),
        (nn.Dropout(0.5), Habits(random=True, updates=False)),
        (nn.Dropout(0.5).eval(), Habits(random=False, updates=False)),
        (nn.BatchNorm1d(2), Habits(random=False, updates=True)),
        (nn.BatchNorm1d(2).eval(), Habits(random=False, updates=False)),
    ],
)
def test_habits_are_found_and_leave_no_trace(layer, habits):
    objective = Objective(nn.Sequential(nn.Linear(2, 2), layer), mean_squared_error)
    state = {name: value.clone() for name, value in objective.state_dict().items()}
    random = torch.get_rng_state()
    assert habits_of(objective, Weights(objective), BATCH) == habits
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(value, state[name]) for name, value in objective.state_dict().items())


def test_a_minibatch_that_the_model_does_not_take_is_told():
    objective = Objective(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), mean_squared_error)
    with pytest.raises(
        ValueError, match=r"take each minibatch when it is trained. Found: .*more than 1"
    ) as told:
        habits_of(objective, Weights(objective), tuple(part[:1] for part in BATCH))
    assert "\n" not in str(told.value)
