"""Nonlinear conjugate gradients."""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import CONJUGATE_GRADIENT
from landscape_lab.optimizers.line_search import backtrack
from landscape_lab.optimizers.rows import evaluate, gradients_of, move_to, points_of
from landscape_lab.optimizers.traits import Traits

TINY = 1e-30
"""Keeps a division by a vanishing gradient finite."""


@CONJUGATE_GRADIENT.checks_class
class NonlinearConjugateGradient(Optimizer):
    r"""Conjugate gradients of Polak and Ribière, begun anew where they do not lead down.

    .. math:: d ← -g + \max(0, g · (g - g') / |g'|^2) d

    Along d the slope is measured at the point and at a distance `lr`; where it grows, the step
    leads to the zero of the line through both, which is the minimum if the loss is quadratic, and
    else twice as far as the trial. The step is then halved until the loss falls enough. Each row of
    a parameter is a problem of its own.

    Reference: Nocedal and Wright, "Numerical Optimization", 2nd ed., section 5.2 (PR+).

    Args:
        params: Parameters.
        lr: The length of the trial step, positive.
        c: How much of the slope's promise the loss has to keep, positive.
        trials: The most evaluations that the halving takes.
        reach: The longest step, in trial steps, positive.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True)

    def __init__(
        self, params: ParamsT, lr: float = 1e-2, c: float = 1e-4, trials: int = 20, reach: float = 1e4
    ) -> None:
        super().__init__(params, {"lr": lr, "c": c, "trials": trials, "reach": reach})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """Two gradients and at least one more loss."""
        settings = self.param_groups[0]
        losses = evaluate(closure)
        points, gradients = points_of(self, len(losses)), gradients_of(self, len(losses)).detach().clone()
        directions = self._directions(gradients)
        slope = (gradients * directions).sum(1)
        trial = settings["lr"] / directions.norm(dim=1).clamp(min=TINY)
        move_to(self, points + trial[:, None] * directions)
        evaluate(closure)
        change = (gradients_of(self, len(losses)).detach() * directions).sum(1) - slope
        lengths = torch.where(change > 0, -trial * slope / change.clamp(min=TINY), 2.0 * trial)
        lengths = lengths.minimum(settings["reach"] * trial)
        backtrack(
            self, closure, points, losses, directions, lengths, slope, settings["c"], 0.5, settings["trials"]
        )
        return losses

    def _directions(self, gradients: Tensor) -> Tensor:
        """The next directions `[rows, dims]`, remembered for those after."""
        state = self.state[self.param_groups[0]["params"][0]]
        if not state:
            directions = -gradients
        else:
            before = state["gradients"]
            share = (gradients * (gradients - before)).sum(1) / before.square().sum(1).clamp(min=TINY)
            directions = share.clamp(min=0.0)[:, None] * state["directions"] - gradients
            downhill = (directions * gradients).sum(1, keepdim=True) < 0
            directions = torch.where(downhill, directions, -gradients)
        state |= {"gradients": gradients, "directions": directions}
        return directions
