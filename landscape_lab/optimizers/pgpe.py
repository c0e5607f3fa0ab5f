"""Policy gradients with parameter-based exploration, and ClipUp."""

import math
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import PGPE as KEYS
from landscape_lab.optimizers.rows import evaluate_losses, losses_of, move_to, points_of
from landscape_lab.optimizers.traits import Traits


@KEYS.checks_class
class PGPE(Optimizer):
    r"""A gradient from mirrored pairs of candidates, followed by ClipUp: one step is one generation.

    Candidates are :math:`x ± σ z` with Gaussian z; σ is one spread for each number. Their utilities
    u go from 1/2, the lowest loss, to -1/2, by rank. Then

    .. math::
        g = \sum σ z (u_+ - u_-), \quad
        v ← \text{clip}(m v + α g / |g|), \quad
        x ← x + v, \quad
        σ ← σ (1 + β \overline{(z^2 - 1) (u_+ + u_-) / 2}),

    where clip makes a vector no longer than `max_speed`, and σ changes by at most a fifth in a step.
    A step of x does not grow short by itself: near a minimum let a scheduler lower `lr`. Each row of a
    parameter has a search of its own.

    References: Sehnke et al., "Parameter-exploring policy gradients", Neural Networks 23, 2010
    (symmetric sampling); Toklu, Liskowski, Srivastava, "ClipUp: A Simple and Powerful Optimizer for
    Distribution-based Policy Evolution", PPSN 2020, arXiv:2008.02387 (ranks, ClipUp, its settings).

    Args:
        params: Parameters.
        lr: α, the length of the gradient's step, positive.
        sigma: The first σ, positive, or `None` for 15 `max_speed` / √dims.
        candidates: Evaluations in a step, an even number, or `None` for 4 + 3 log(dims), made even.
        momentum: m, the share of the velocity that stays.
        max_speed: The longest step, positive, or `None` for 2 `lr`.
        sigma_lr: β, how fast σ changes; 0 keeps it.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True, gradient_free=True, elsewhere=True)

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.05,
        sigma: float | None = None,
        candidates: int | None = None,
        momentum: float = 0.9,
        max_speed: float | None = None,
        sigma_lr: float = 0.1,
    ) -> None:
        defaults = {"lr": lr, "sigma": sigma, "candidates": candidates, "momentum": momentum}
        super().__init__(params, {**defaults, "max_speed": max_speed, "sigma_lr": sigma_lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One generation; returns the lowest losses that it found, `[rows]`."""
        settings = self.param_groups[0]
        state = self.state[settings["params"][0]]
        if not state:
            self._begin(closure)
        sigma, velocity = state["sigma"], state["velocity"]  # [rows, dims]
        points = points_of(self, len(sigma))
        noise = torch.randn(self._pairs(points.shape[1]), *points.shape).to(points)
        losses = losses_of(self, torch.cat([points + sigma * noise, points - sigma * noise]), closure)
        forward, backward = _utilities(losses)[..., None].chunk(2)
        gradient = sigma * (noise * (forward - backward)).sum(0)
        direction = normalize(gradient, eps=torch.finfo(sigma.dtype).tiny)
        velocity = settings["momentum"] * velocity + settings["lr"] * direction
        velocity = velocity.renorm(2, 0, self._max_speed())  # a row that is longer gets this length
        growth = settings["sigma_lr"] * ((noise.square() - 1.0) * (forward + backward) / 2.0).mean(0)
        state["sigma"], state["velocity"] = sigma * (1.0 + growth.clamp(-0.2, 0.2)), velocity
        move_to(self, points + velocity)
        return losses.amin(0)

    def _begin(self, closure: Callable[[], Tensor] | None) -> None:
        """The first spread, and no velocity, of each row: a loss tells how many there are."""
        settings = self.param_groups[0]
        points = points_of(self, len(evaluate_losses(closure)))
        sigma = settings["sigma"] or 15.0 * self._max_speed() / math.sqrt(points.shape[1])
        state = self.state[settings["params"][0]]
        state["sigma"], state["velocity"] = torch.full_like(points, sigma), torch.zeros_like(points)

    def _pairs(self, dims: int) -> int:
        candidates = self.param_groups[0]["candidates"]
        return math.ceil((4 + int(3 * math.log(dims))) / 2) if candidates is None else candidates // 2

    def _max_speed(self) -> float:
        settings = self.param_groups[0]
        return settings["max_speed"] or 2.0 * settings["lr"]


def _utilities(losses: Tensor) -> Tensor:
    """From 1/2 for the lowest loss to -1/2 for the highest, evenly by rank along the first axis."""
    ranks = losses.argsort(dim=0).argsort(dim=0)
    return 0.5 - ranks.to(losses) / (len(losses) - 1)
