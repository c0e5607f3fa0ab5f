"""Curves of many learning rates: what each had reached by then, so that none hides the others."""

import numpy as np
from jaxtyping import Float

DRAWN_RATES = 9
"""So many learning rates have a curve of their own: more could not be told apart."""


def lowest_so_far(
    values: Float[np.ndarray, "records members"],
) -> Float[np.ndarray, "records members"]:
    """The lowest value up to each record; NaN where a member's value is not finite, as when it diverged."""
    finite = np.isfinite(values)
    lowest = np.minimum.accumulate(np.where(finite, values, np.inf), axis=0)
    return np.where(finite, lowest, np.nan)


def chosen(rates: Float[np.ndarray, " members"]) -> Float[np.ndarray, " chosen"]:
    """The rates that are drawn, evenly spaced among all, the lowest and the highest among them."""
    distinct = np.unique(rates)
    places = np.linspace(0, len(distinct) - 1, min(len(distinct), DRAWN_RATES))
    return distinct[places.round().astype(int)]


def medians(
    rates: Float[np.ndarray, " members"], values: Float[np.ndarray, "records members"]
) -> Float[np.ndarray, "records chosen"]:
    """The median over the members of each chosen rate; infinite where at most half of them are finite.

    Args:
        rates: Of each member.
        values: Of the same.
    """
    values = np.where(np.isfinite(values), values, np.inf)
    each = [np.quantile(values[:, rates == rate], 0.5, axis=1, method="lower") for rate in chosen(rates)]
    return np.column_stack(each)
