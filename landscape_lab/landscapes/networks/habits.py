"""What a model does when it is trained, and whether it takes the data, found by letting it."""

from typing import NamedTuple

import torch

from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.objective import Objective, explained
from landscape_lab.landscapes.networks.seeds import torch_random
from landscape_lab.landscapes.networks.trees import Batch
from landscape_lab.landscapes.networks.weights import Modes, Weights


class Habits(NamedTuple):
    """What an evaluation of a model in its present modes does besides giving a loss.

    Attributes:
        random: It draws random numbers (dropout).
        updates: It changes the model's buffers (running statistics).
    """

    random: bool
    updates: bool


@torch.no_grad()
def habits_of(objective: Objective, weights: Weights, batch: Batch) -> Habits:
    """The habits of a model, tried on a minibatch; its buffers and torch's random numbers stay as they are.

    Raises:
        ValueError: The model cannot be evaluated in its present modes.
    """
    device = next(iter(weights.current().values())).device
    before = {name: buffer.clone() for name, buffer in weights.current_buffers().items()}
    with weights.lend_buffers(), torch_random(0, device):
        states = _states(device)
        with explained("Parameter `model` should take each minibatch when it is trained"):
            objective(batch)
        random = any(not torch.equal(*pair) for pair in zip(states, _states(device), strict=True))
        updates = any(
            not torch.equal(before[name], after) for name, after in weights.current_buffers().items()
        )
    return Habits(random, updates)


@torch.no_grad()
def check_fit(objective: Objective, weights: Weights, batches: Batches) -> None:
    """Raise `ValueError` unless the model takes the data and its outputs fit the loss."""
    with Modes(objective), weights.lend_buffers(0):
        objective.check(batches.whole())


def _states(device: torch.device) -> list[torch.Tensor]:
    """The states of torch's random numbers."""
    return [torch.get_rng_state()] + ([torch.cuda.get_rng_state(device)] if device.type == "cuda" else [])
