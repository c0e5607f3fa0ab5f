"""The median and other quantiles of members, as all titles, tables and pictures have them."""

from collections.abc import Sequence

import numpy as np

QUARTILES = (0.25, 0.5, 0.75)
"""The shares of members below the quartiles."""


def quantiles(values: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Quantiles over members, interpolated between two of them; of an even number the lower median.

    So the median is the result of a member, which can be looked at, and infinite only where more than
    half of the members are. No quantile of a smaller share is above it. What would lie between a finite
    and an infinite value is infinite.

    Args:
        values: `[…, members]`, infinite where a member is lost, NaN where there is none.
        shares: Of the members that are below, 0 to 1.

    Returns:
        `[shares, …]`, NaN where all members are.

    >>> quantiles(np.array([3.0, 1.0, np.nan, 2.0, 6.0, np.inf]), [0.25, 0.5, 0.9])
    array([ 2.,  3., inf])
    >>> quantiles(np.array([1.0, 2.0]), [0.25, 0.5, 0.75])
    array([1.  , 1.  , 1.75])
    """
    if values.shape[-1] == 1:  # all that there is, in each frame of a film
        return np.broadcast_to(values[..., 0], (len(shares), *values.shape[:-1]))
    last = np.count_nonzero(~np.isnan(values), axis=-1).clip(min=1) - 1
    places = np.stack([last // 2, *((last * share).round(9) for share in shares)])  # 0.7 * 10 is above 7
    needed = np.unique([np.floor(places), np.ceil(places)]).astype(int)
    ordered = np.partition(values, needed)  # NaN is last
    middle, *found = (_between(ordered, place) for place in places)
    below = (np.minimum(each, middle) for each in found)
    pairs = zip(shares, found, below, strict=True)
    return np.stack([least if share <= 0.5 else each for share, each, least in pairs])


def typical(values: np.ndarray) -> np.ndarray:
    """The median over members `[…, members]`: of an even number the lower of the two in the middle."""
    return quantiles(values, [0.5])[0]


def _between(ordered: np.ndarray, places: np.ndarray) -> np.ndarray:
    """What stands at places `[…]` of ordered values `[…, members]`, or between two of them."""
    below, above = (
        np.take_along_axis(ordered, edge(places).astype(int)[..., None], axis=-1)[..., 0]
        for edge in (np.floor, np.ceil)
    )
    with np.errstate(invalid="ignore"):  # the difference of two infinite ones
        return np.where(np.isfinite(above), below + places % 1.0 * (above - below), above)
