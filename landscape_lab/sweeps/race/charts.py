"""What the figure of a race shows: its curves, over studies and landscapes."""

import math
from collections.abc import Callable

import numpy as np

from landscape_lab.drawing.standings import Curves, Report
from landscape_lab.escaping import visible
from landscape_lab.sweeps.race.entries import label_of
from landscape_lab.sweeps.race.scored import Standings
from landscape_lab.sweeps.race.scoring import HIGHEST, Times, band, best_of, profile, time_of_each_study
from landscape_lab.sweeps.race.tuned import Entry, Target, Tried
from landscape_lab.sweeps.race.wording import sentences

TAUS = np.linspace(1.0, HIGHEST, 301)
"""Where the performance profiles are evaluated."""
MULTIPLES = np.geomspace(1e-2, 1e2, 41)
"""The multiples of the tuned learning rate at which its sensitivity is shown."""


def charts_of(standings: Standings) -> Report:
    """What the figure of a race shows."""
    protocol, order = standings.protocol, standings.order
    return Report(
        names=[visible(protocol.names[number]) for number in order],
        landscapes=[visible(label_of(landscape)) for landscape in protocol.landscapes],
        scores=standings.scores[order],
        bands=standings.bands[:, order],
        seconds_scores=standings.seconds_scores[order],
        profiles=_profiles(standings.times[order]),
        evaluations=standings.typical_times[order],
        seconds=standings.typical_seconds[order],
        losses=standings.typical_losses[order],
        sensitivity=_over_studies(standings, MULTIPLES, _sensitivity, np.mean),
        budget=_over_studies(standings, np.arange(1, protocol.trials + 1), _budget, _geometric_mean),
        descents=1 if protocol.starts is None else math.prod(protocol.descents),
        checks=[(visible(check.words), check.passed) for check in standings.checks],
        words=[visible(sentence) for sentence in sentences(protocol)],
    )


def _profiles(times: Times) -> Curves:
    """The performance profile of each optimizer with its band."""

    def of_race(one: Times) -> np.ndarray:
        return profile(time_of_each_study(one), TAUS)

    return Curves(TAUS, of_race(times), *band(times, of_race))


def _over_studies(
    standings: Standings,
    at: np.ndarray,
    curve: Callable[[Standings, Entry], np.ndarray],
    mean: Callable[..., np.ndarray],
) -> Curves:
    """The mean over landscapes; the median over studies, between the lowest and the highest."""
    protocol = standings.protocol
    values = np.array(
        [
            [
                mean(
                    [
                        curve(standings, Entry(landscape, protocol.optimizers[number], study))
                        for landscape in protocol.landscapes
                    ],
                    axis=0,
                )
                for study in range(protocol.studies)
            ]
            for number in standings.order
        ]
    )
    return Curves(at, np.median(values, axis=1), values.min(axis=1), values.max(axis=1))


def _sensitivity(standings: Standings, entry: Entry) -> np.ndarray:
    """The share of descents that reach the target, at multiples of the chosen learning rate.

    The other settings are the chosen ones. Between trials the curve is straight; beyond the rates that were
    tried, it stays where the last trial is.
    """
    chosen = standings.tuned.chosen.get(entry)
    if chosen is None or not chosen.trial.rate:
        return np.full(len(MULTIPLES), np.nan)
    same = [one for one in standings.tuned.tried[entry] if one.trial.settings == chosen.trial.settings]
    same.sort(key=lambda one: one.trial.rate or 0.0)
    rates = np.array([one.trial.rate for one in same]) / chosen.trial.rate
    return np.interp(np.log(MULTIPLES), np.log(rates), [one.reached for one in same])


def _budget(standings: Standings, entry: Entry) -> np.ndarray:
    """How far the best of `n` trials ends above the best baseline, for `n` from 1 on.

    It is a share of the way from the start, between the tolerance and 1.
    """
    tuned, trials = standings.tuned, standings.protocol.trials
    tried = tuned.tried.get(entry, [])
    if not tried:
        return np.ones(trials)
    target, floor = tuned.targets[entry[0]], standings.protocol.tolerance
    gaps = best_of(np.array([_gap(target, one) for one in tried]))
    return np.clip(np.pad(gaps, (0, trials - len(gaps)), mode="edge"), floor, 1.0)


def _gap(target: Target, one: Tried) -> float:
    """How far a trial ended above the lowest; infinite where it has no loss."""
    return target.gap(one.loss) if math.isfinite(one.loss) else math.inf


def _geometric_mean(values: list[np.ndarray], axis: int) -> np.ndarray:
    """Shares are compared by their ratios, so their mean is that of their logarithms."""
    return np.exp(np.mean(np.log(values), axis=axis))
