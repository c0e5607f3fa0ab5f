"""CMA-ES through the `cmaes` package."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import CMA_ES
from landscape_lab.optimizers.rows import evaluate_losses, move_to, points_of
from landscape_lab.optimizers.traits import Traits

if TYPE_CHECKING:
    from cmaes import CMA


@CMA_ES.checks_class
class CMAES(Optimizer):
    """Covariance matrix adaptation: one step is one generation.

    The parameters are the mean of its distribution. Each row of a parameter has a distribution of
    its own; candidates of all rows are evaluated together. The distribution is not part of a
    checkpoint: a resumed descent starts it anew around the last mean.

    Reference: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772.

    Args:
        params: Parameters, at least two numbers.
        sigma: The first standard deviation, positive.
        candidates: Evaluations in a step, or `None` for 4 + 3 log(dims).
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True, gradient_free=True, elsewhere=True)

    def __init__(self, params: ParamsT, sigma: float = 0.1, candidates: int | None = None) -> None:
        super().__init__(params, {"sigma": sigma, "candidates": candidates})
        self._rows: list[CMA] = []

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One generation."""
        if not self._rows:
            self._begin(len(evaluate_losses(closure)))
        means = points_of(self, len(self._rows))
        asked, found = [], []
        for _ in range(self._rows[0].population_size):
            points = [row.ask() for row in self._rows]
            move_to(self, torch.from_numpy(np.stack(points)).to(means))
            asked.append(points)
            losses = evaluate_losses(closure).double().nan_to_num(nan=float("inf"))
            found.append(losses.cpu().numpy())
        for i, row in enumerate(self._rows):
            row.tell([(points[i], float(losses[i])) for points, losses in zip(asked, found, strict=True)])
        move_to(self, torch.from_numpy(np.stack([row.mean for row in self._rows])).to(means))
        return torch.from_numpy(np.min(found, axis=0))

    def _begin(self, rows: int) -> None:
        """A distribution around each row, its seed taken from torch's random numbers."""
        from cmaes import CMA  # heavy: scipy is not needed before

        settings = self.param_groups[0]
        for point in points_of(self, rows).double().cpu().numpy():
            if len(point) < 2:
                raise ValueError("CMA-ES needs at least two parameters.")
            seed = int(torch.randint(2**31, ()))
            self._rows.append(
                CMA(point, settings["sigma"], seed=seed, population_size=settings["candidates"])
            )
