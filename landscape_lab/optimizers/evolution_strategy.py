"""Evolution strategies whose parents live on: (1+1) and (μ+λ)."""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import EVOLUTION_STRATEGY
from landscape_lab.optimizers.living_on import adapted, landscape_of, losses_today
from landscape_lab.optimizers.rows import evaluate_losses, losses_of, move_to, points_of
from landscape_lab.optimizers.traits import Traits


@EVOLUTION_STRATEGY.checks_class
class EvolutionStrategy(Optimizer):
    r"""The (μ+λ) evolution strategy with the 1/5 success rule: one step is one generation.

    Each of λ children is a mutation of one of the μ parents, taken in turn. The μ best of parents
    and children together are the next parents, and the parameters are the best of all. With the
    share p of children that are no worse than their own parent, the spread of mutations becomes

    .. math:: σ ← σ \exp((p - 1/5) / d), \quad d = \max(1, \sqrt{(\text{dims} + 1) / λ}).

    With one parent and one child it is the (1+1) strategy. A landscape may mutate in its own way:
    `Landscape.mutate`. On a landscape that each step sees differently, the loss of a parent that
    was lucky would never be beaten: there, parents are evaluated anew in each step. Each row of a
    parameter has parents and a spread of its own.

    References: Rechenberg, "Evolutionsstrategie", 1973 (the rule); Schwefel, "Numerical
    Optimization of Computer Models", 1981 (μ+λ, and λ = 7 μ); Hansen, Arnold, Auger, "Evolution
    Strategies", 2015, algorithm 4 (the rule in each step, and d for λ = 1).

    Args:
        params: Parameters.
        sigma: The first spread of a mutation, in units of the parameters, positive.
        parents: μ, how many live on.
        children: λ, evaluations in a step.
        damping: d, or `None` for the one above.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True, gradient_free=True)

    def __init__(
        self,
        params: ParamsT,
        sigma: float = 0.1,
        parents: int = 1,
        children: int = 1,
        damping: float | None = None,
    ) -> None:
        defaults = {"sigma": sigma, "parents": parents, "children": children, "damping": damping}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One generation; returns the losses of the best parents `[rows]`, before it."""
        settings = self.param_groups[0]
        parents, losses, sigma = self._parents(closure)  # [μ, rows, dims], [μ, rows], [rows]
        before = losses[0]
        turn = torch.arange(settings["children"]) % len(parents)
        mutate = getattr(landscape_of(closure, parents.shape[-1]), "mutate", _gaussian)
        scale = sigma.expand(len(turn), -1).reshape(-1, 1)
        children = mutate(parents[turn].flatten(0, 1), scale).view(len(turn), *parents.shape[1:])
        found = losses_of(self, children, closure)
        successes = (found <= losses[turn]).to(sigma).mean(0)
        points, losses = torch.cat([children, parents]), torch.cat([found, losses])
        best = losses.argsort(dim=0, stable=True)[: settings["parents"]]  # of equals, the child
        parents = points.gather(0, best[..., None].expand(-1, -1, points.shape[-1]))
        move_to(self, parents[0])
        self.state[settings["params"][0]] = {
            "parents": parents,
            "losses": losses.gather(0, best),
            "sigma": self._adapted(sigma, successes, points.shape[-1]),
        }
        return before

    def _parents(self, closure: Callable[[], Tensor] | None) -> tuple[Tensor, Tensor, Tensor]:
        """The parents, their losses and the spread; the record gets the loss of the best."""
        state = self.state[self.param_groups[0]["params"][0]]
        if not state:
            losses = evaluate_losses(closure)
            return (
                points_of(self, len(losses))[None],
                losses[None],
                torch.full_like(losses, self.param_groups[0]["sigma"]),
            )
        losses = losses_today(self, state["parents"], state["losses"], closure)
        return state["parents"], losses, state["sigma"]

    def _adapted(self, sigma: Tensor, successes: Tensor, dims: int) -> Tensor:
        """The spread of the next generation, `[rows]`; it stays positive and finite."""
        settings = self.param_groups[0]
        damping = settings["damping"] or max(1.0, ((dims + 1) / settings["children"]) ** 0.5)
        return adapted(sigma, successes, damping)


def _gaussian(points: Tensor, scale: Tensor) -> Tensor:
    """What `Landscape.mutate` does by default, for a plain loop."""
    return points + scale * torch.randn_like(points)
