"""Part by part: the best of several candidates, hill-climbed, then kept."""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT, StateDict

from landscape_lab.keys.optimizers import GREEDY
from landscape_lab.landscapes.parts import Parts
from landscape_lab.optimizers.living_on import adapted, landscape_of, losses_today
from landscape_lab.optimizers.rows import evaluate_losses, losses_of, move_to, points_of
from landscape_lab.optimizers.traits import Traits


@GREEDY.checks_class
class Greedy(Optimizer):
    """Add the parts of a landscape one after another: one step is one set of candidates.

    At first all parts are absent. A visit to a part is a step whose candidates are drawn at random, and
    `climb` steps whose candidates are mutations of the best so far; the best is kept if it is better
    than what was there. When each part was visited, the first is visited again. The spread of a part's
    mutations follows the 1/5 rule, as in `EvolutionStrategy`.

    Which parts there are is told by `Landscape.parts`. Elsewhere a point is one part that is always
    there, and all candidates are mutations. Each row of a parameter is a search of its own; all of them
    visit the same part.

    References: Johansson, "Genetic Programming: Evolution of Mona Lisa", 2008; Fogleman, "Primitive
    Pictures", 2016 (one shape after another, each the best of many, hill-climbed).

    Args:
        params: Parameters.
        sigma: The first spread of a part's mutations, in units of the parameters, positive.
        candidates: Evaluations in a step.
        climb: Steps of mutations in a visit.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True, gradient_free=True)

    def __init__(self, params: ParamsT, sigma: float = 0.1, candidates: int = 16, climb: int = 20) -> None:
        super().__init__(params, {"sigma": sigma, "candidates": candidates, "climb": climb})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One set of candidates; returns the losses `[rows]` before it."""
        state = self.state[self.param_groups[0]["params"][0]]
        if state:
            state["losses"] = losses_today(self, state["points"][None], state["losses"][None], closure)[0]
            before = state["losses"]
        else:
            before = self._begin(state, closure)
        points, losses = state["points"], state["losses"]  # [rows, dims], [rows]
        parts = _parts_of(closure, points)
        visit, climbed = divmod(state["step"], self.param_groups[0]["climb"] + 1)
        part = visit % len(parts.numbers)
        fresh = climbed == 0 and parts.draw is not None
        children = self._children(points, parts, part, state["sigma"][part], fresh)
        found = losses_of(self, children, closure)
        lowest, best = found.min(0)
        better = lowest < losses  # a part that nobody sees stays as it is
        winners = children[best, torch.arange(len(losses), device=best.device)]
        state["points"] = torch.where(better[:, None], winners, points)
        state["losses"] = torch.where(better, lowest, losses)
        state["sigma"][part] = self._spread(state["sigma"][part], found < losses, parts, fresh)
        state["step"] += 1
        move_to(self, state["points"])
        return before

    def _begin(self, state: StateDict, closure: Callable[[], Tensor] | None) -> Tensor:
        """Take all parts out; the losses `[rows]` of the start."""
        losses = evaluate_losses(closure)
        points = points_of(self, len(losses))
        parts = _parts_of(closure, points)
        state["step"], state["points"], state["losses"] = 0, points, losses
        state["sigma"] = losses.new_full((len(parts.numbers), len(losses)), self.param_groups[0]["sigma"])
        if parts.absent is not None:
            points[:, parts.numbers] = parts.absent
            state["losses"] = losses_of(self, points[None], closure)[0]
        return losses

    def _children(self, points: Tensor, parts: Parts, part: int, sigma: Tensor, fresh: bool) -> Tensor:
        """Candidates `[k, rows, dims]` that differ from the points in one part."""
        children = points.repeat(self.param_groups[0]["candidates"], 1, 1)
        mine = parts.numbers[part]
        if fresh and parts.draw is not None:
            drawn = parts.draw(len(children) * len(points))
            children[:, :, mine] = drawn.view(*children.shape[:2], -1)
        else:
            children[:, :, mine] += sigma[:, None] * torch.randn_like(children[:, :, mine])
        return children

    def _spread(self, sigma: Tensor, successes: Tensor, parts: Parts, fresh: bool) -> Tensor:
        """The next spread of a part's mutations, `[rows]`: the first one for a part that is new."""
        first, candidates = self.param_groups[0]["sigma"], len(successes)
        if fresh:
            return torch.where(successes.any(0), first, sigma)
        damping = max(1.0, ((parts.numbers.shape[1] + 1) / candidates) ** 0.5)
        return adapted(sigma, successes.to(sigma).mean(0), damping)


def _parts_of(closure: Callable[[], Tensor] | None, points: Tensor) -> Parts:
    """Those of the landscape; where it tells none, one part of all numbers."""
    dims = points.shape[1]
    parts = getattr(landscape_of(closure, dims), "parts", None)
    told = None if parts is None else parts()
    return Parts(torch.arange(dims, device=points.device)[None]) if told is None else told
