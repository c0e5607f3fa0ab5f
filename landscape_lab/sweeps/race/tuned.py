"""What tuning found: the target of each landscape, and the best trial of each optimizer."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from landscape_lab.outcomes.quantiles import typical
from landscape_lab.sweeps.race.heats import Heat, read_heats
from landscape_lab.sweeps.race.loss_curves import Lowest, read_curves
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.scoring import times_to_target
from landscape_lab.sweeps.race.trials import Trial


class Entry(NamedTuple):
    """Who was tuned where.

    Args:
        landscape: An entry of the protocol.
        optimizer: An entry of the protocol.
        study: Its number.
    """

    landscape: str
    optimizer: str
    study: int


@dataclass(frozen=True)
class Tried:
    """How a trial did on the descents for tuning.

    Args:
        trial: Its settings.
        loss: The lowest on the way, median over descents; infinite where more than half have none.
        time: Evaluations to the target, median over descents.
        reached: The share of the descents that reached the target.
        pruned: Whether it ended after its first steps.
    """

    trial: Trial
    loss: float
    time: float
    reached: float
    pruned: bool = False


@dataclass(frozen=True)
class Target:
    """What is to be reached on a landscape.

    Args:
        begin: The median loss of the starts.
        lowest: The lowest that a tuned baseline reaches: median over its descents and over studies.
        loss: The target.
    """

    begin: float
    lowest: float
    loss: float

    def gap(self, loss: float) -> float:
        """How far a loss is above the lowest, as a share of the way there from the start."""
        return (loss - self.lowest) / (self.begin - self.lowest) if self.begin > self.lowest else math.inf


@dataclass(frozen=True)
class Tuned:
    """What came of tuning.

    Args:
        protocol: Of the race.
        targets: Of each landscape; minus infinity where no baseline came to any loss.
        tried: All trials of each optimizer.
    """

    protocol: Protocol
    targets: dict[str, Target]
    tried: dict[Entry, list[Tried]]

    @classmethod
    def of(cls, folder: Path) -> "Tuned":
        """Read the jobs for tuning in a race's folder.

        Raises:
            FileNotFoundError: There is no race in it.
            ValueError: What it holds cannot be read.
        """
        protocol, heats = Protocol.load(folder), read_heats(folder)
        targets: dict[str, Target] = {}
        tried: dict[Entry, dict[Trial, Tried]] = {}
        for landscape in protocol.landscapes:
            curves = [
                (heat, curves_of(heat, folder / name, protocol))
                for heat, name in heats.items()
                if heat.stage != "score" and heat.landscape == landscape
            ]
            targets[landscape] = target = _target(protocol, curves)
            for heat, lowest in curves:  # the first steps come first: what went on replaces them
                found = tried.setdefault(Entry(landscape, heat.optimizer, heat.study), {})
                found |= {one.trial: one for one in _tried(heat, lowest, target.loss)}
        return cls(protocol, targets, {entry: list(found.values()) for entry, found in tried.items()})

    @cached_property
    def chosen(self) -> dict[Entry, Tried]:
        """The best trial of each; none where all diverged or failed."""
        finished = {
            entry: [one for one in tried if not one.pruned and math.isfinite(one.loss)]
            for entry, tried in self.tried.items()
        }
        return {
            entry: min(tried, key=lambda one: (one.time, one.loss))
            for entry, tried in finished.items()
            if tried
        }

    def scoring_heats(self) -> Iterator[Heat]:
        """The race of the tuned."""
        for (landscape, optimizer, study), tried in self.chosen.items():
            rates = None if tried.trial.rate is None else (tried.trial.rate,)
            heat = Heat("score", landscape, optimizer, study, tried.trial.settings, rates)
            alone = self.protocol.starts is None
            yield from (replace(heat, seed=seed) for seed in range(self.protocol.seeds)) if alone else [heat]


def curves_of(heat: Heat, folder: Path, protocol: Protocol) -> Lowest:
    """The lowest losses of a job, `[records, trials, descents]`; infinite where it left nothing."""
    trials, starts, seeds = len(heat.trials), protocol.starts or 1, protocol.seeds
    curves = read_curves(folder, protocol.budget)
    if curves is None or curves.losses.shape[1] != starts * trials * seeds:
        return Lowest(np.ones(1, dtype=np.int64), np.zeros(1), np.full((1, trials, starts * seeds), np.inf))
    losses = curves.losses.reshape(-1, starts, trials, seeds).swapaxes(1, 2)  # as members are numbered
    return curves._replace(losses=losses.reshape(len(losses), trials, starts * seeds))


def _target(protocol: Protocol, curves: list[tuple[Heat, Lowest]]) -> Target:
    """What the best of the tuned baselines reaches, and a little more."""
    best: dict[str, dict[int, float]] = {baseline: {} for baseline in protocol.baselines}
    begins = []
    for heat, (_, _, losses) in curves:
        if heat.optimizer in best:
            studies = best[heat.optimizer]
            studies[heat.study] = min(studies.get(heat.study, math.inf), float(typical(losses[-1]).min()))
            begins.append(np.median(losses[0]))
    lowest = min(float(typical(np.array(list(studies.values())))) for studies in best.values() if studies)
    if not math.isfinite(lowest):
        return Target(math.inf, math.inf, -math.inf)
    begin = float(typical(np.array(begins)))
    return Target(begin, lowest, lowest + protocol.tolerance * max(0.0, begin - lowest))


def _tried(heat: Heat, lowest: Lowest, target: float) -> Iterator[Tried]:
    """A heat's trials against the target."""
    for number, trial in enumerate(heat.trials):
        losses = lowest.losses[:, number]  # [records, descents]
        times = times_to_target(lowest.evaluations, losses, target)
        reached = float(np.isfinite(times).mean())
        yield Tried(trial, float(typical(losses[-1])), float(typical(times)), reached, heat.stage == "try")
