"""Augmentations of the gradient of a network, whose parameters have shapes of their own."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from landscape_lab.augmentations.draws import Draws, Seeds
from landscape_lab.augmentations.lineup import Lineup
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.carriers import Carrier
from landscape_lab.landscapes.networks.trees import Batch
from landscape_lab.landscapes.networks.weights import Weights


class Room:
    """Where the weights of a network are: all of space.

    Args:
        weights: Of the network.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    @property
    def bounds(self) -> Float[Tensor, "2 dims"]:
        """No bounds, of the type and on the device of the weights; they take the memory of one number."""
        first = next(iter(self.weights.current().values()))
        return first.detach().new_tensor(torch.inf).expand(2, self.weights.dims)


class AugmentedCarrier(Carrier):
    """Evaluates members as another carrier does; the gradient that flows back is changed.

    A change may need the whole gradient of a member, such as its norm, and autograd brings it part
    by part. So the model works on twins of its weights, all made by one operation: autograd runs
    its backward pass once, when the gradients of all of them are there.

    Args:
        landscape: Whose members; its own draws tell the step.
        draws: What the augmentations draw, for all steps.
    """

    augmented = True

    def __init__(self, landscape: NetworkLandscape, draws: Draws) -> None:
        self.inner = landscape.carrier
        self.weights = landscape.weights
        self.model = _Carried(landscape.objective, self.inner)
        self.steps = landscape.draws
        self.draws = draws

    @property
    def name(self) -> str:
        return self.inner.name

    def forget(self) -> None:
        self.draws.forget()

    def __call__(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " members"]:
        named = self.weights.current()
        draw = self.draws.of(max(self.steps.step, 0)).gradients

        def changed(gradients: Float[Tensor, "members dims"]) -> Float[Tensor, "members dims"]:
            for each, numbers in zip(self.draws.lineup.gradients, draw, strict=True):
                gradients = each.apply(gradients, numbers)
            return gradients

        twins = _Twins.apply(changed, self.weights.members, *named.values())
        renamed = {f"objective.{name}": twin for name, twin in zip(named, twins, strict=True)}
        return functional_call(self.model, renamed, (batch, own, seeds))


class _Carried(nn.Module):
    """A carrier as a module, so that torch can lend other weights to the model, tied ones in all their uses.

    Args:
        objective: The module that the carrier evaluates.
        carrier: Evaluates it.
    """

    def __init__(self, objective: nn.Module, carrier: Carrier) -> None:
        super().__init__()
        self.objective = objective
        self.carrier = carrier

    def forward(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " members"]:
        return self.carrier(batch, own, seeds)


class _Twins(torch.autograd.Function):
    """Parameters as they are; their gradients are changed together on the way back.

    Only the first pass back through an evaluation brings its gradient. Those after it bring products
    with second derivatives, which stay those of the loss.
    """

    @staticmethod
    def forward(ctx: Any, change: Callable[[Tensor], Tensor], members: int, *parts: Tensor) -> Any:
        ctx.change, ctx.members, ctx.changed = change, members, False
        return tuple(part.view_as(part) for part in parts)

    @staticmethod
    def backward(ctx: Any, *parts: Tensor) -> Any:
        if ctx.changed:
            return None, None, *parts
        ctx.changed = True
        flat = torch.cat([part.reshape(ctx.members, -1) for part in parts], dim=1)  # [members, dims]
        clean = flat.detach()
        changed = ctx.change(clean)
        if flat.requires_grad:  # its graph leads on to second derivatives
            changed = flat + (changed - clean)
        pieces = changed.split([part.numel() // ctx.members for part in parts], dim=1)
        shaped = [
            piece.reshape(part.shape).contiguous()  # torch's fused optimizers do not look at strides
            for piece, part in zip(pieces, parts, strict=True)
        ]
        return None, None, *shaped


def augment_network(landscape: NetworkLandscape, lineup: Lineup, seeds: Seeds) -> None:
    """Change the gradient that the steps of a network see.

    Raises:
        ValueError: An augmentation changes something else than the gradient.
    """
    for each in (*lineup.images, *lineup.coordinates, *lineup.pixels, *lineup.losses):
        raise ValueError(
            f"Augmentations of a network should change its gradient, such as gradient_noise. Found "
            f"{type(each).__name__} for a NetworkLandscape."
        )
    for each in lineup.gradients:
        each.check(landscape.dims)
    draws = Draws(Room(landscape.weights), lineup, None, landscape.members, seeds)
    landscape.carrier = AugmentedCarrier(landscape, draws)


def clean_of(landscape: NetworkLandscape) -> NetworkLandscape:
    """Take the augmentations of a network away."""
    if isinstance(landscape.carrier, AugmentedCarrier):
        landscape.carrier = landscape.carrier.inner
    return landscape
