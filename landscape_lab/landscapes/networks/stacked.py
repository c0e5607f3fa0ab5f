"""Many members of a network in one model: every parameter and buffer with a dimension of members in front."""

import copy

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.networks.carriers import Alone, Carrier, InTurn, Layered, Mapped
from landscape_lab.landscapes.networks.feedforward import Feedforward
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.seeds import torch_random
from landscape_lab.landscapes.networks.trees import Batch
from landscape_lab.landscapes.networks.weights import Weights

DROPOUT = ("exact", "distribution")
"""Whether each member's dropout is that of a single run, or equal in distribution only."""


@torch.no_grad()
def with_members(objective: Objective, weights: Weights, points: Float[Tensor, "members dims"]) -> Objective:
    """A copy of a model with a member at each point; of one member, in the shapes of the model itself.

    Args:
        objective: A model, stacked or not; all new members begin with the buffers of its first.
        weights: Its weights.
        points: Of the new members.
    """
    members, parts = len(points), weights.split(points)
    result = copy.deepcopy(objective)
    owners = Weights(result, weights.members).owners
    old = {id(owner._parameters[part]): name for name, (owner, part) in owners.items()}
    new = {name: nn.Parameter((part[0] if members == 1 else part).clone()) for name, part in parts.items()}
    for owner in result.modules():
        for name, parameter in owner._parameters.items():
            if id(parameter) in old:  # tied weights hang in several places: one new parameter for all
                owner._parameters[name] = new[old[id(parameter)]]
        for name, buffer in owner._buffers.items():
            if buffer is not None:
                first = buffer[0] if weights.members > 1 else buffer
                owner._buffers[name] = (
                    first if members == 1 else first.expand(members, *first.shape)
                ).clone()
    return result


def state_of(model: nn.Module, weights: Weights, member: int) -> dict[str, Tensor]:
    """A member's weights and buffers by the model's own names.

    Args:
        model: Of all members.
        weights: Of an objective with this model.
        member: Which one.
    """
    stacked = {*weights.shapes, *weights.buffers} if weights.members > 1 else set()
    return {
        name: (part[member] if f"model.{name}" in stacked else part).detach()
        for name, part in model.state_dict().items()
    }


def carrier_of(objective: Objective, weights: Weights, batch: Batch, random: bool, dropout: str) -> Carrier:
    """The fastest way to evaluate the members that gives what each gives alone.

    Args:
        objective: A model, with stacked parameters and buffers where there are several members.
        weights: Its weights.
        batch: Some samples, to try it on.
        random: Whether the model draws random numbers.
        dropout: One of `DROPOUT`.
    """
    if weights.members == 1:
        return Alone(objective)
    if random and dropout == "exact":
        return InTurn(objective, weights, "each draws the dropout of a single run")
    network = (
        None if random or objective.batch_loss is not None else Feedforward.of(objective.model, "model.")
    )
    if network is not None and network.takes(batch[0]):
        layered = Layered(network, weights, objective)
        if _error(layered, weights, batch) is None:
            return layered
    mapped = Mapped(objective, weights, random)
    error = _error(mapped, weights, batch)
    return mapped if error is None else InTurn(objective, weights, f"torch.vmap says {error}")


def _error(carrier: Carrier, weights: Weights, batch: Batch) -> str | None:
    """What is raised when the losses and their gradients are asked for; `None` if they come."""
    try:
        with (
            weights.lend_buffers(),
            torch_random(0, next(iter(weights.current().values())).device),
            torch.enable_grad(),
        ):
            losses = carrier(batch, False, None)
            torch.autograd.grad(losses.sum(), list(weights.current().values()), allow_unused=True)
    except Exception as error:  # noqa: BLE001 - a user's model may do anything that torch.vmap cannot map
        return " ".join(str(error).split())[:200]
    return None
