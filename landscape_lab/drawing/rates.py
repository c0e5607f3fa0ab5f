"""Curves of many learning rates: what each had reached by then, so that none hides the others."""

import numpy as np
from jaxtyping import Float

from landscape_lab.outcomes.good_rates import typical_end
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.scene import Trace

DRAWN_RATES = 9
"""So many learning rates have a curve of their own: more could not be told apart."""


def lowest_so_far(
    values: Float[np.ndarray, "records members"],
) -> Float[np.ndarray, "records members"]:
    """The lowest value up to each record; NaN where a member's value is not finite, as when it diverged."""
    finite = np.isfinite(values)
    lowest = np.minimum.accumulate(np.where(finite, values, np.inf), axis=0)
    return np.where(finite, lowest, np.nan)


def chosen(trace: Trace) -> Float[np.ndarray, " chosen"]:
    """The rates of a trace that are drawn.

    They are evenly spaced among all; the lowest, the highest and the best one are among them.
    """
    if trace.rates is None:
        return np.empty(0)
    distinct = np.unique(trace.rates)
    places = np.linspace(0, len(distinct) - 1, min(len(distinct), DRAWN_RATES)).round().astype(int)
    if len(distinct) > len(places) and (best := best_of(trace)) is not None:
        place = int(distinct.searchsorted(best))
        if place not in places:
            places[1 + np.abs(places[1:-1] - place).argmin()] = place
    return distinct[places]


def best_of(trace: Trace) -> float | None:
    """The best rate of a trace, which its title names."""
    return typical_end(trace.ends, float(typical(trace.losses[0])), trace.rates).rate


def medians(
    trace: Trace, values: Float[np.ndarray, "records members"]
) -> Float[np.ndarray, "records chosen"]:
    """The median over the members of each chosen rate; infinite where at most half of them are finite.

    Args:
        trace: Whose members.
        values: Of the same.
    """
    values = np.where(np.isfinite(values), values, np.inf)
    return np.column_stack([typical(values[:, trace.rates == rate]) for rate in chosen(trace)])
