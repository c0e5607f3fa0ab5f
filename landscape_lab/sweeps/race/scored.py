"""The score of a race: how long each optimizer took to each target, and how sure we are of the ranking."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from landscape_lab.outcomes.quantiles import typical
from landscape_lab.runs import Run
from landscape_lab.sweeps.plan import is_final
from landscape_lab.sweeps.race.heats import read_heats
from landscape_lab.sweeps.race.loss_curves import read_curves
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.scoring import Times, band, score, time_of_each_study, times_to_target
from landscape_lab.sweeps.race.tuned import Tuned


class Ranked(NamedTuple):
    """An optimizer in the ranking.

    Args:
        rank: 1 for the best.
        name: What the optimizer is called.
        score: The integral of its performance profile.
        low: The lower end of the score's band.
        high: The upper end.
        reached: The share of its descents that reached the target.
        evaluations: To the target of each landscape, `[landscapes]`; infinite where it was missed.
        seconds: The same in seconds.
        losses: The lowest that it reached.
        seconds_score: The score that it would have if seconds ranked.
    """

    rank: int
    name: str
    score: float
    low: float
    high: float
    reached: float
    evaluations: np.ndarray
    seconds: np.ndarray
    losses: np.ndarray
    seconds_score: float


@dataclass(frozen=True)
class Check:
    """Whether an optimizer did at least as well as a special case that it contains.

    Args:
        general: The one.
        special: The other.
        lead: The score of the first minus that of the second.
        low: The lower end of the lead's band.
        high: The upper end.
    """

    general: str
    special: str
    lead: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """Whether the special case is not ahead by more than chance."""
        return self.high >= 0.0

    @property
    def words(self) -> str:
        """The verdict on one line."""
        verdict = "passed" if self.passed else "VIOLATED: the wider space was not tuned well enough"
        sure = f"lead {self.lead:+.2f}, {self.low:+.2f} to {self.high:+.2f}"
        return f"{self.general} ⊇ {self.special}: {verdict} ({sure})"


@dataclass(frozen=True)
class Standings:
    """The score of a race.

    Args:
        folder: The race's folder.
        tuned: What tuning found.
        times: Evaluations that each descent for the score made until its target.
        seconds: The same in seconds, at the pace of the job in which it ran.
        losses: The lowest of each descent; infinite where there is none.
        failed: How many jobs failed or were interrupted.
    """

    folder: Path
    tuned: Tuned
    times: Times
    seconds: Times
    losses: Times
    failed: int

    @classmethod
    def of(cls, folder: Path) -> "Standings":
        """Read a race's folder.

        Raises:
            FileNotFoundError: There is no race in it.
            ValueError: What it holds cannot be read.
        """
        folder = folder.absolute()
        tuned, heats = Tuned.of(folder), read_heats(folder)
        protocol = tuned.protocol
        entrants = len(protocol.optimizers), len(protocol.landscapes), protocol.studies
        times, seconds, losses = np.full((3, *entrants, *protocol.descents), np.inf)
        for heat in tuned.scoring_heats():
            index = (
                protocol.optimizers.index(heat.optimizer),
                protocol.landscapes.index(heat.landscape),
                heat.study,
                slice(None) if heat.seed is None else heat.seed,
            )
            if heat in heats:
                target = tuned.targets[heat.landscape].loss
                found = _times(folder / heats[heat], target, protocol.budget, times[index].shape)
                times[index], seconds[index], losses[index] = found
        failed = sum(not is_final(Run(folder / name)) for name in heats.values())
        return cls(folder, tuned, times, seconds, losses, failed)

    @property
    def protocol(self) -> Protocol:
        """What was declared."""
        return self.tuned.protocol

    @cached_property
    def scores(self) -> np.ndarray:
        """Of each optimizer, in the order of the protocol."""
        return _scored(self.times)

    @cached_property
    def seconds_scores(self) -> np.ndarray:
        """What the scores would be if seconds ranked."""
        return _scored(self.seconds)

    @cached_property
    def bands(self) -> np.ndarray:
        """Where each score lies, `[2, optimizers]`."""
        return band(self.times, _scored)

    @cached_property
    def order(self) -> list[int]:
        """The numbers of the optimizers in the protocol, the best first."""
        return sorted(range(len(self.scores)), key=lambda number: -self.scores[number])

    @cached_property
    def typical_times(self) -> np.ndarray:
        """Evaluations to the target, median over studies, `[optimizers, landscapes]`."""
        return typical(time_of_each_study(self.times))

    @cached_property
    def typical_seconds(self) -> np.ndarray:
        """The same in seconds."""
        return typical(time_of_each_study(self.seconds))

    @cached_property
    def typical_losses(self) -> np.ndarray:
        """The lowest loss that was reached, median over descents and studies."""
        return typical(time_of_each_study(self.losses))

    @cached_property
    def checks(self) -> list[Check]:
        """Every optimizer against the special cases that it contains."""
        return [self._check(*pair) for pair in self.protocol.inclusions]

    def _check(self, general: str, special: str) -> Check:
        """By how much one optimizer leads another, and between which bounds."""
        first, second = self.protocol.names.index(general), self.protocol.names.index(special)

        def lead(times: Times) -> np.ndarray:
            scores = _scored(times)
            return scores[first] - scores[second]

        low, high = band(self.times, lead)
        return Check(general, special, float(lead(self.times)), float(low), float(high))

    def ranking(self) -> list[Ranked]:
        """Each optimizer with its score, the best first."""
        reached = np.isfinite(self.times).mean(axis=(1, 2, 3, 4))
        return [
            Ranked(
                rank,
                self.protocol.names[number],
                float(self.scores[number]),
                float(self.bands[0, number]),
                float(self.bands[1, number]),
                float(reached[number]),
                self.typical_times[number],
                self.typical_seconds[number],
                self.typical_losses[number],
                float(self.seconds_scores[number]),
            )
            for rank, number in enumerate(self.order, start=1)
        ]


def _scored(times: Times) -> np.ndarray:
    """The score of each optimizer, by the typical time of each of its studies."""
    return score(time_of_each_study(times))


def _times(job: Path, target: float, budget: int, shape: tuple[int, ...]) -> np.ndarray:
    """Evaluations and seconds to the target, and the lowest loss, of descents, `[3, *shape]`."""
    curves = read_curves(job, budget)
    if curves is None or curves.losses.shape[1] != math.prod(shape):
        return np.full((3, *shape), np.inf)
    to_target = (times_to_target(at, curves.losses, target) for at in (curves.evaluations, curves.seconds))
    return np.stack([*to_target, curves.losses[-1]]).reshape(3, *shape)
