"""`optimizer.lr=auto`: short descents choose a learning rate before the long one."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import torch

from landscape_lab.arrangement import arrange
from landscape_lab.chunk import Chunk
from landscape_lab.ensemble import Ensemble
from landscape_lab.files.writing import replacing
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.networks.seeds import all_random
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.trajectory import Trajectory

DECADES = (-5, -4, -3, -2, -1, 0, 1)
"""The first rates are these powers of ten."""
MIDDLE = -2
"""The first of them: where nothing tells rates apart, it stays."""
FIRST, SECOND, LAST = 0.01, 0.04, 0.183
"""How long descents are, as shares of the run: with each first rate, with the best of them, and at last."""
SECOND_RATES = 4
"""How many of the first rates are tried for longer."""
STRIDES = (0.5, 0.25)
"""How far neighbours are on the way to a better rate, in decades: first, and when none is better."""
RETREAT = 0.5
"""By so many decades a rate is lowered that diverged after all."""
RETREATS = 8
"""So often at most."""
MEMBERS = 16
"""The most members of an ensemble that take part."""


class Trial(NamedTuple):
    """A short descent.

    Args:
        rate: Its learning rate.
        steps: How many were asked for.
        loss: The landscape's own loss at its end, of many members the median; infinite where it diverged.
    """

    rate: float
    steps: int
    loss: float


@dataclass
class RateSearch:
    """What short descents found.

    Args:
        trials: In the order in which they were made.
        evaluations: Of the loss, of all of them.
        chosen: The rate of the best of those that were the longest.
    """

    trials: list[Trial] = field(default_factory=list)
    evaluations: int = 0
    chosen: float = math.nan

    def told(self) -> dict[str, object]:
        """All of it for JSON, which knows no infinity."""
        rows = [
            {"lr": rate, "steps": steps, "loss": loss if math.isfinite(loss) else None}
            for rate, steps, loss in self.trials
        ]
        return {"chosen": self.chosen, "evaluations": self.evaluations, "trials": rows}

    def save(self, path: Path) -> None:
        """Write what `told` returns as JSON."""
        with replacing(path) as unfinished:
            unfinished.write_text(json.dumps(self.told(), allow_nan=False, indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> "RateSearch":
        """Read what `save` wrote."""
        told = json.loads(path.read_text())
        rows = [(row["lr"], row["steps"], row["loss"]) for row in told["trials"]]
        trials = [Trial(rate, steps, math.inf if loss is None else loss) for rate, steps, loss in rows]
        return cls(trials, told["evaluations"], told["chosen"])

    def retreat(self, steps: int, evaluations: int) -> "RateSearch":
        """What is left of it when the run itself diverged after so many steps: a lower rate."""
        failed = Trial(self.chosen, steps, math.inf)
        lower = self.chosen * 10**-RETREAT
        return RateSearch([*self.trials, failed], self.evaluations + evaluations, float(f"{lower:.6g}"))


def search_rate(descend: Callable[[float, int], tuple[float, int]], steps: int) -> RateSearch:
    """Choose a learning rate with at most as many steps as the run will have.

    Short descents compare powers of ten; those that did best go on for longer; from the best of them on,
    long descents go to the better neighbour as long as there is one and as steps last.

    Args:
        descend: Takes a learning rate and a number of steps, and returns the loss at their end, which is
            infinite where they diverged, and the evaluations that they took.
        steps: Of the run.

    >>> def steepest(rate, steps):  # of x² / 2, from 1
    ...     return abs(1 - rate) ** steps, steps
    >>> search_rate(steepest, 100).chosen
    1.0
    """
    budget = _Budget(descend, steps, steps)
    ranked = _best(budget.spend(sorted(DECADES, key=lambda power: abs(power - MIDDLE)), FIRST))
    ranked = _best(budget.spend(ranked[:SECOND_RATES], SECOND)) or ranked
    here = ranked[0]
    losses = budget.spend([here], LAST) or {here: math.inf}
    for stride in STRIDES:
        while (better := _better_neighbour(budget, losses, here, stride)) is not None:
            here = better
    return replace(budget.found, chosen=_rate(here))


@dataclass
class _Budget:
    """The steps that are left for short descents, and what these found."""

    descend: Callable[[float, int], tuple[float, int]]
    steps: int
    left: int
    found: RateSearch = field(default_factory=RateSearch)

    def spend(self, exponents: Sequence[float], share: float) -> dict[float, float]:
        """The losses after such a share of the run, by the exponent of each rate, as far as steps last."""
        losses = {}
        length = max(1, int(share * self.steps))
        for exponent in exponents[: self.left // length]:
            losses[exponent], evaluations = self.descend(_rate(exponent), length)
            self.found.trials.append(Trial(_rate(exponent), length, losses[exponent]))
            self.found.evaluations += evaluations
            self.left -= length
        return losses


def _better_neighbour(
    budget: _Budget, losses: dict[float, float], here: float, stride: float
) -> float | None:
    """The first neighbour with a lower loss than here; what is tried is added to `losses`."""
    for exponent in (here + stride, here - stride):
        if exponent not in losses:
            losses |= budget.spend([exponent], LAST)
        if losses.get(exponent, math.inf) < losses[here]:
            return exponent
    return None


def _best(losses: Mapping[float, float]) -> list[float]:
    """Exponents, that of the lowest loss first; of equal ones, that which was tried first."""
    return sorted(losses, key=lambda exponent: losses[exponent])


def _rate(exponent: float) -> float:
    return float(f"{10**exponent:.6g}")


@dataclass(frozen=True)
class ShortDescents:
    """Descents of a run's own kind, which leave no trace.

    Args:
        members: The landscape with members, each time a fresh one: with its augmentations, at its start.
        ensemble: Who they are.
        recipe: How the optimizer of the run is built and called.
        seed: Of everybody's random numbers.
    """

    members: Callable[[], Landscape]
    ensemble: Ensemble
    recipe: Recipe
    seed: int = 0

    def __call__(self, rate: float, steps: int) -> tuple[float, int]:
        """The median loss at the end of `steps` steps, and the evaluations that they took.

        A schedule of the rate that knows its length is made whole within these steps.
        """
        with all_random(self.seed):
            return self._descend(self.members(), rate, steps)

    def _descend(self, landscape: Landscape, rate: float, steps: int) -> tuple[float, int]:
        ensemble, recipe = self.ensemble, replace(self.recipe, steps=steps)
        landscape.suit(exact=recipe.traits.exact)
        layout = arrange(landscape, replace(ensemble, rates=(rate,)), recipe)[1]
        trajectory = Trajectory(1, steps=steps)
        trajectory.open(*landscape.flat().shape)
        chunk = Chunk(landscape, steps, trajectory)
        alive = torch.ones(len(ensemble), dtype=torch.bool)
        made = evaluations = 0
        while made < steps and bool(alive.any()):
            error = chunk.run(layout, made, steps - made)
            finite = chunk.finite_steps()
            if error is not None:
                return math.inf, evaluations + chunk.taken(chunk.number).evaluations
            alive &= torch.tensor(True) if finite is None else (finite == chunk.number).cpu()
            alive[list(layout.errors)] = False
            made, evaluations = made + chunk.number, evaluations + chunk.taken(chunk.number).evaluations
        return _median_loss(landscape, alive), evaluations


@torch.no_grad()
def _median_loss(landscape: Landscape, alive: torch.Tensor) -> float:
    """The landscape's own loss where its members are; of one that is not alive or not finite, infinite."""
    if landscape.stochastic:
        landscape.see(None)
    losses = landscape.evaluate(landscape.flat()).cpu().double()
    ended = losses.isfinite() & alive & landscape.flat().isfinite().all(-1).cpu()
    return float(losses.where(ended, torch.inf).quantile(0.5, interpolation="lower"))
