"""Which learning rate is best: the middle of the widest interval of good ones, not the luckiest of all."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from landscape_lab.outcomes.quantiles import typical

GOOD = 0.95
"""A rate is good whose final loss has gone so much of the way from the start down to the lowest."""
ROUND_OFF = 1e-7
"""Final losses below this share of the loss at the start are equally low: losses are float32."""


class TypicalEnd(NamedTuple):
    """The final loss that stands for many members.

    Args:
        loss: Their median, at the best learning rate; infinite where half of them diverged.
        rate: That rate; `None` where all have the same.
        words: What this loss is called.
    """

    loss: float
    rate: float | None
    words: str


class GoodRates(NamedTuple):
    """The widest interval of good learning rates.

    Args:
        first: Its lowest rate.
        best: The rate that is nearest to its middle, on a logarithmic axis.
        last: Its highest rate.
    """

    first: float
    best: float
    last: float


def good_rates(
    rates: Float[np.ndarray, " rates"], final: Float[np.ndarray, "rates members"], begin: float
) -> GoodRates | None:
    """The widest interval of neighbouring rates all of which are good, or `None` where all diverged.

    Each rate counts by the median of its members. The way from the loss at the start to the lowest
    median is measured on a logarithmic axis where no median is negative, else on a linear one. Of
    intervals of the same width, the one with the lowest loss is chosen.

    Args:
        rates: Different ones, in any order.
        final: The final losses of each; infinite where a member diverged.
        begin: The loss at the start.
    """
    order = np.argsort(rates)
    rates, medians = rates[order], typical(final[order])
    reached = np.isfinite(medians)
    if not reached.any():
        return None
    heights = _heights(np.append(medians, begin))
    lowest = heights[:-1][reached].min()
    way = np.nan_to_num(heights[-1] - lowest, nan=0.0).clip(min=0.0)
    good = np.flatnonzero(reached & (heights[:-1] <= lowest + (1.0 - GOOD) * way))
    places = np.log(rates) if rates[0] > 0 else rates
    intervals = np.split(good, np.flatnonzero(np.diff(good) > 1) + 1)
    _, _, own = max(
        (places[own[-1]] - places[own[0]], -medians[own].min(), own.tolist()) for own in intervals
    )
    off = np.abs(places[own] - (places[own[0]] + places[own[-1]]) / 2)
    near = np.array(own)[off <= off.min() + 1e-9]  # of an even number two are
    best = near[np.argmin(medians[near])]
    return GoodRates(float(rates[own[0]]), float(rates[best]), float(rates[own[-1]]))


def _heights(losses: np.ndarray) -> np.ndarray:
    """Losses on the axis on which they are compared; the last of them is that at the start."""
    finite = losses[np.isfinite(losses)]
    if finite.min() < 0 or not losses[-1] > 0:
        return losses
    return np.log10(np.maximum(losses, ROUND_OFF * losses[-1]))


def typical_end(
    final: Float[np.ndarray, " members"], begin: float, rates: Float[np.ndarray, " members"] | None = None
) -> TypicalEnd:
    """The one final loss that titles, tables and the terminal tell of many members.

    Args:
        final: Their final losses; not finite where a member diverged.
        begin: The median loss at the start.
        rates: The learning rate of each, where they differ.

    >>> typical_end(np.array([0.3, 0.1, 0.2]), 1.0)
    TypicalEnd(loss=0.2, rate=None, words='median final loss')
    """
    final = np.where(np.isfinite(final), final, np.inf)
    if rates is None:
        return TypicalEnd(float(typical(final)), None, words_of(len(final)))
    distinct = np.unique(rates)
    ends = [final[rates == rate] for rate in distinct]
    found = good_rates(distinct, np.array([[typical(each)] for each in ends]), begin)
    rate = None if found is None else found.best
    loss = np.inf if rate is None else float(typical(final[rates == rate]))
    return TypicalEnd(loss, rate, words_of(max(map(len, ends))))


def words_of(members: int) -> str:
    """What the final loss of so many members of one learning rate is called."""
    return "median final loss" if members > 1 else "final loss"
