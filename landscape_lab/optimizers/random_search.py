"""Random search of second order: three losses, no gradient."""

import math
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import RANDOM_SEARCH
from landscape_lab.optimizers.rows import evaluate_losses, move_to, points_of
from landscape_lab.optimizers.traits import Traits


@RANDOM_SEARCH.checks_class
class RandomSearch(Optimizer):
    r"""A parabola along a random direction: to its minimum, or downhill where it has none.

    With a random unit direction u, :math:`b = (L(x + δu) - L(x - δu)) / 2δ` and
    :math:`a = (L(x + δu) + L(x - δu) - 2 L(x)) / δ^2`, the step along u is :math:`-b / a`, at most
    `lr`, where a > 0, and else :math:`-lr · sign(b)`. Each row of a parameter has its own direction.

    Args:
        params: Parameters.
        lr: The longest step, positive.
        delta: δ, how far the loss is probed, positive.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True, gradient_free=True)

    def __init__(self, params: ParamsT, lr: float = 0.1, delta: float = 1e-2) -> None:
        super().__init__(params, {"lr": lr, "delta": delta})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """Three evaluations and one step."""
        lr, delta = self.param_groups[0]["lr"], self.param_groups[0]["delta"]
        losses = evaluate_losses(closure)
        points = points_of(self, len(losses))
        direction = torch.randn_like(points)
        direction /= direction.norm(dim=1, keepdim=True).clamp(min=math.ulp(0.0))
        forward, backward = (
            self._losses_at(points + sign * delta * direction, closure) for sign in (1.0, -1.0)
        )
        slope = (forward - backward) / (2.0 * delta)
        curvature = (forward + backward - 2.0 * losses) / delta**2
        length = torch.where(curvature > 0, (-slope / curvature).clamp(-lr, lr), -lr * slope.sign())
        move_to(self, points + length[:, None] * direction)
        return losses

    def _losses_at(self, points: Tensor, closure: Callable[[], Tensor] | None) -> Tensor:
        """The losses at other points; the parameters stay there."""
        move_to(self, points)
        return evaluate_losses(closure)
