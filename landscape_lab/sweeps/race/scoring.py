"""How a race is scored: times to targets, performance profiles, and how sure we are of them. Arrays only.

Dolan and Moré, *Benchmarking optimization software with performance profiles* (2002); Dahl et al.,
*Benchmarking neural network training algorithms* (AlgoPerf, 2023), who rank by the profile's integral.
"""

from collections.abc import Callable, Iterator
from math import lgamma

import numpy as np
from jaxtyping import Float, Real

from landscape_lab.outcomes.quantiles import typical

Times = Float[np.ndarray, "optimizers landscapes studies starts seeds"]
"""Of single descents; infinite where the target was missed."""

HIGHEST = 4.0
"""The largest τ: who takes four times as long as the fastest might as well not arrive."""
BAND = (0.05, 0.95)
"""The quantiles between which a band lies."""


def times_to_target(
    times: Real[np.ndarray, " records"], losses: Float[np.ndarray, "records members"], target: float
) -> Float[np.ndarray, " members"]:
    """When each member first saw a loss no higher than the target; infinite where it never did.

    Args:
        times: Evaluations or seconds by which a loss was seen.
        losses: NaN where there is none.
        target: The loss to reach.

    >>> times_to_target(np.array([1, 3, 5]), np.array([[9.0, 9.0], [2.0, 8.0], [4.0, np.nan]]), 2.5)
    array([ 3., inf])
    """
    reached = losses <= target
    return np.where(reached.any(axis=0), times[reached.argmax(axis=0)], np.inf)


def time_of_each_study(times: Times) -> Float[np.ndarray, "optimizers landscapes studies"]:
    """The median over the descents of a study."""
    return typical(times.reshape(*times.shape[:3], -1))


def ratios(times: Float[np.ndarray, "optimizers ..."]) -> Float[np.ndarray, "optimizers ..."]:
    """How many times as long as the fastest each takes; infinite where it misses, even if all do."""
    fastest = times.min(axis=0)
    return np.divide(times, fastest, out=np.full_like(times, np.inf), where=np.isfinite(times))


def profile(
    times: Float[np.ndarray, "optimizers ..."], taus: np.ndarray
) -> Float[np.ndarray, "optimizers taus"]:
    """The share of the problems that each solves within τ times the time of the fastest.

    >>> profile(np.array([[10.0, 30.0], [20.0, np.inf]]), np.array([1.0, 2.0]))
    array([[1. , 1. ],
           [0. , 0.5]])
    """
    slower = ratios(times).reshape(len(times), -1, 1)
    return (slower <= taus).mean(axis=1)


def score(times: Float[np.ndarray, "optimizers ..."]) -> Float[np.ndarray, " optimizers"]:
    """The integral of the profile over τ from 1 to 4, divided by 3: 1 for the fastest on every problem.

    >>> score(np.array([[10.0, 30.0], [20.0, np.inf]])).round(3)
    array([1.   , 0.333])
    """
    slower = ratios(times).reshape(len(times), -1)
    return (np.clip(HIGHEST - slower, 0.0, None) / (HIGHEST - 1.0)).mean(axis=1)


def resampled(times: Times, number: int = 400, seed: int = 0) -> Iterator[Times]:
    """Races as they might have been: studies sampled with replacement, and in each of them the starts.

    All optimizers get the same sample, because they ran on the same studies and starts.
    """
    random = np.random.default_rng(seed)
    _, landscapes, studies, starts, _ = times.shape
    for _ in range(number):
        study = random.integers(studies, size=(1, studies, 1))
        start = random.integers(starts, size=(landscapes, studies, starts))
        yield times[:, np.arange(landscapes)[:, None, None], study, start]


def band(
    times: Times, statistic: Callable[[Times], np.ndarray], number: int = 400, seed: int = 0
) -> np.ndarray:
    """The ends of the 90 % bootstrap interval of a statistic, `[2, …]`."""
    return np.quantile([statistic(one) for one in resampled(times, number, seed)], BAND, axis=0)


def best_of(values: Float[np.ndarray, " trials"]) -> Float[np.ndarray, " trials"]:
    """The median of the lowest of `n` of the trials, sampled without replacement, for `n` from 1 on.

    >>> best_of(np.array([3.0, 1.0, np.inf]))
    array([3., 1., 1.])
    """
    total = len(values)
    above = np.array([[_none_of(best, n, total) for best in range(total)] for n in range(1, total + 1)])
    index = (above > 0.5 + 1e-12).sum(axis=1) - 1  # the worst that is more likely than not among the best
    return np.sort(values)[index]


def _none_of(best: int, n: int, total: int) -> float:
    """The probability that none of the `best` best is in a sample of `n`."""
    if n > total - best:
        return 0.0
    return float(np.exp(_choose(total - best, n) - _choose(total, n)))


def _choose(total: int, n: int) -> float:
    """The logarithm of a binomial coefficient."""
    return lgamma(total + 1) - lgamma(n + 1) - lgamma(total - n + 1)
