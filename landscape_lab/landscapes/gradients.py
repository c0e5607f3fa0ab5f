"""How the gradient of a landscape is taken: exactly, or from the losses at a few points around it.

A rule has two methods: `rule(evaluate, points)`, the losses for autograd, and
`rule.sample(evaluate, points)`, the losses and gradients at once for points that carry no graph. A
picture has a third rule of its own, `pixels.PixelGradient`.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import GRADIENT, H

Evaluate = Callable[[Tensor], Tensor]
"""Losses `[n]` at points `[n, dims]`."""

RULES = ("exact", "forward", "central")
"""The names of the rules for any landscape."""


def make_gradient(kind: str, dims: int, h: float) -> "ExactGradient | Stencil":
    """The rule named `exact`, `forward` or `central`; `h` is a difference's step, in coordinates."""
    H.kind.check("h", h)
    GRADIENT.kind.check("gradient", kind)
    if kind == "exact":
        return ExactGradient()
    return Stencil.forward_difference(dims, h) if kind == "forward" else Stencil.central(dims, h)


class ExactGradient(nn.Module):
    """The true derivative, through autograd; as often differentiable as the loss is."""

    def forward(self, evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses that autograd follows back to the points."""
        return evaluate(points)

    def sample(
        self, evaluate: Evaluate, points: Float[Tensor, "n dims"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n dims"]]:
        """Losses and their gradients, both detached."""
        with torch.enable_grad():
            points = points.detach().requires_grad_()
            losses = evaluate(points)
            (gradients,) = torch.autograd.grad(losses.sum(), points)
        return losses.detach(), gradients


class Stencil(nn.Module):
    """A gradient made of losses: those at `point + offsets`, combined linearly.

    Column 0 of `weights` gives the loss, column 1 + i the i-th component of the gradient.

    Args:
        offsets: `[k, dims]`, the first of them zero.
        weights: `[k, 1 + dims]`.
    """

    offsets: Float[Tensor, "k dims"]
    weights: Float[Tensor, "k columns"]

    def __init__(self, offsets: Float[Tensor, "k dims"], weights: Float[Tensor, "k columns"]) -> None:
        super().__init__()
        self.register_buffer("offsets", offsets, persistent=False)
        self.register_buffer("weights", weights, persistent=False)

    @classmethod
    def central(cls, dims: int, h: float) -> "Stencil":
        """`(L(x + h) - L(x - h)) / 2h` along each axis."""
        step = h * torch.eye(dims)
        weights = torch.zeros(1 + 2 * dims, 1 + dims)
        weights[0, 0] = 1.0
        weights[1:, 1:] = torch.cat([torch.eye(dims), -torch.eye(dims)]) / (2.0 * h)
        return cls(torch.cat([torch.zeros(1, dims), step, -step]), weights)

    @classmethod
    def forward_difference(cls, dims: int, h: float) -> "Stencil":
        """`(L(x + h) - L(x)) / h` along each axis."""
        weights = torch.zeros(1 + dims, 1 + dims)
        weights[0, 0] = 1.0
        weights[1:, 1:] = torch.eye(dims) / h
        weights[0, 1:] = -weights[1, 1]  # to the last bit: a constant has no gradient, however large it is
        return cls(torch.cat([torch.zeros(1, dims), h * torch.eye(dims)]), weights)

    def forward(self, evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses whose backward pass returns the stencil's gradient."""
        return GivenGradient.apply(points, *self.sample(evaluate, points.detach()))

    def sample(
        self, evaluate: Evaluate, points: Float[Tensor, "n dims"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n dims"]]:
        """Losses and their gradients, both detached."""
        around = points.unsqueeze(1) + self.offsets
        combined = evaluate(around.flatten(0, 1)).view(len(points), -1) @ self.weights
        return combined[:, 0], combined[:, 1:]


class GivenGradient(torch.autograd.Function):
    """The losses as they are; their gradient as given."""

    @staticmethod
    def forward(ctx, points: Tensor, losses: Tensor, gradients: Tensor) -> Tensor:
        ctx.save_for_backward(gradients)
        return losses.clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, None, None]:
        (gradients,) = ctx.saved_tensors
        return upstream.unsqueeze(-1) * gradients, None, None
