"""Gradient descent that finds its rate by itself."""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import LINE_SEARCH
from landscape_lab.optimizers.rows import (
    evaluate,
    evaluate_losses,
    gradients_of,
    move_to,
    points_of,
)
from landscape_lab.optimizers.traits import Traits


@LINE_SEARCH.checks_class
class ArmijoLineSearch(Optimizer):
    r"""Stochastic Armijo line search: the rate grows at each step and is cut until the loss falls enough.

    .. math:: L(x - ηg) ≤ L(x) - c η |g|^2

    η begins at `lr`, is `growth` times its last value at each step, never above `lr`, and is
    multiplied by `shrink` until the condition holds. All losses of a step should be of the same
    batch. Each row of a parameter has its own η.

    Reference: Vaswani et al., "Painless Stochastic Gradient: Interpolation, Line-Search, and
    Convergence Rates", NeurIPS 2019, algorithms 1 and 2.

    Args:
        params: Parameters.
        lr: The largest rate, positive.
        c: How much of the slope's promise the loss has to keep, in (0, 1).
        shrink: What the rate is multiplied by when it does not, in (0, 1).
        growth: What the rate is multiplied by at each step, at least 1.
        trials: The most evaluations in a search; then the last, smallest step is taken.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True)

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1.0,
        c: float = 0.1,
        shrink: float = 0.5,
        growth: float = 2.0,
        trials: int = 30,
    ) -> None:
        super().__init__(params, {"lr": lr, "c": c, "shrink": shrink, "growth": growth, "trials": trials})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One gradient, then as many losses as the search takes."""
        settings = self.param_groups[0]
        losses = evaluate(closure)
        points, gradients = points_of(self, len(losses)), gradients_of(self, len(losses)).detach()
        state = self.state[settings["params"][0]]
        rates = state.get("rates", torch.full_like(losses, settings["lr"] / settings["growth"]))
        rates = (rates * settings["growth"]).clamp(max=settings["lr"])
        state["rates"] = backtrack(
            self, closure, points, losses, -gradients, rates, slope=-gradients.square().sum(1),
            c=settings["c"], shrink=settings["shrink"], trials=settings["trials"],
        )  # fmt: skip
        return losses


def backtrack(
    optimizer: Optimizer,
    closure: Callable[[], Tensor] | None,
    points: Tensor,
    losses: Tensor,
    directions: Tensor,
    lengths: Tensor,
    slope: Tensor,
    c: float,
    shrink: float,
    trials: int,
) -> Tensor:
    """Go from points along directions `[rows, dims]`, each row as far as Armijo's condition lets it.

    Returns the lengths. Rows that are done stay where they are while others are tried; where the
    first loss is not finite, nothing is searched.
    """
    searching = losses.isfinite()
    for trial in range(trials):
        move_to(optimizer, points + lengths[:, None] * directions)
        tried = evaluate_losses(closure)
        searching = searching & ~(tried <= losses + c * lengths * slope)
        if not searching.any() or trial == trials - 1:
            break
        lengths = torch.where(searching, lengths * shrink, lengths)
    return lengths
