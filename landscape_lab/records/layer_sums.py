"""What is summed over each parameter tensor in a step, for curves of layers."""

import copy
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeGuard

import torch
from torch import Tensor

from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.landscapes.networks.draws import Draws
from landscape_lab.landscapes.networks.streams import StreamBatches
from landscape_lab.landscapes.networks.trees import tensors_of

Tensors: TypeAlias = Sequence[Tensor]


class LayerSums:
    r"""Sums over each parameter tensor of the first member, `[tensors, 6]`, of some steps.

    They are |g|², |w|², |u|² and u·g of the gradient g, the weights w and the update u = w' - w, which
    is known when the step is made; and estimates of tr Σ and |G|², where Σ is the covariance of the
    gradients of single samples and G the gradient of all N samples. A second minibatch of the same epoch
    is evaluated at the same point. Of gradients g and h of b and c samples that are means over samples,

    .. math:: \operatorname{tr} Σ ≈ |g - h|^2 / (1/b + 1/c), \qquad |G|^2 ≈ g·h + \operatorname{tr} Σ / N,

    without bias: minibatches of an epoch have no sample in common, which makes g·h too small by
    tr Σ / N in the mean. (McCandlish et al., 2018, appendix A.1, compare two sizes of batches, in the
    limit of infinite data.) NaN where a step sees all data, or an augmentation, or a stream of batches.

    The second evaluation counts for nothing: gradients, running statistics and random numbers are
    afterwards what they were.

    Args:
        every: Steps from one measurement to the next.
    """

    name = "layers"

    def __init__(self, every: int) -> None:
        self.every = every

    def wants(self, step: int) -> bool:
        return step % self.every == 0

    @torch.no_grad()
    def take(self, landscape: Landscape) -> Callable[[], Tensor]:
        weights, gradients = [each.clone() for each in _weights(landscape)], _gradients(landscape)
        noise = _noise(landscape, gradients)

        @torch.no_grad()
        def when_made() -> Tensor:
            updates = torch._foreach_sub(_weights(landscape), weights)
            sums = (_squares(gradients), _squares(weights), _squares(updates), _dots(updates, gradients))
            return torch.stack([*sums, *noise], dim=1)

        return when_made


def _weights(landscape: Landscape) -> list[Tensor]:
    """The first member's, each tensor as a vector that shares its numbers."""
    return [_first(landscape, part.detach()) for part in landscape.parameters() if part.requires_grad]


def _gradients(landscape: Landscape) -> list[Tensor]:
    """Copies of the gradients in the parameters, alike."""
    parameters = [part for part in landscape.parameters() if part.requires_grad]
    return [
        torch.zeros_like(_first(landscape, part))
        if part.grad is None
        else _first(landscape, part.grad.detach()).clone()
        for part in parameters
    ]


def _first(landscape: Landscape, values: Tensor) -> Tensor:
    return (values[0] if landscape.stacked else values).reshape(-1)


def _squares(parts: Tensors) -> Tensor:
    """The sum of squares over each tensor, float64 `[tensors]`."""
    return torch.stack(torch._foreach_norm(list(parts))).double() ** 2


def _dots(parts: Tensors, others: Tensors) -> Tensor:
    """The scalar products of tensors, float64 `[tensors]`."""
    return torch.stack(list(map(torch.dot, parts, others))).double()


def _noise(landscape: Landscape, gradients: list[Tensor]) -> Sequence[Tensor]:
    """The estimates of tr Σ and |G|² of each tensor."""
    if not has_noise(landscape):
        unknown = torch.full((len(gradients),), torch.nan, dtype=torch.float64)
        return unknown, unknown
    size, (others, other_size) = _samples(landscape.draws), _second(landscape)
    differences = torch._foreach_sub(gradients, others)
    variance = _squares(differences) / (1 / size + 1 / other_size)
    return variance, _dots(gradients, others) + variance / landscape.batches.samples


def has_noise(landscape: Landscape) -> TypeGuard[NetworkLandscape]:
    """Whether there is a second minibatch of the same epoch."""
    return (
        isinstance(landscape, NetworkLandscape)
        and landscape.batches.per_epoch > 1
        and not isinstance(landscape.batches, StreamBatches)
    )


def _second(landscape: NetworkLandscape) -> tuple[list[Tensor], int]:
    """The gradients of another minibatch of the epoch at the same point, and its number of samples."""
    draws = landscape.draws
    draws = Draws(landscape.batches, draws.seeds, draws.random)
    aside = copy.copy(landscape)  # the same weights, with draws of its own
    aside.draws = draws
    step, per_epoch = landscape.draws.step, landscape.batches.per_epoch
    draws.see(step - 1 if (step + 1) % per_epoch == 0 else step + 1)
    draws.begin()  # what follows is not the first evaluation, which alone updates running statistics
    parameters = list(landscape.parameters())
    kept = [part.grad for part in parameters]
    try:
        aside.backward()
        return _gradients(aside), _samples(draws)
    finally:
        for part, gradient in zip(parameters, kept, strict=True):
            part.grad = gradient


def _samples(draws: Draws) -> int:
    """How many samples a member's minibatch has."""
    batch, own = draws.batch()
    return next(tensors_of(batch)).shape[int(own)]
