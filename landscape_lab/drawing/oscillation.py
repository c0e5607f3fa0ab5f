"""Curves that swing too often for single swings to be seen: an envelope, and the running median in it."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from landscape_lab.drawing.value_axis import ValueAxis

PARTS = 160
"""Into so many parts of equal cost a curve is divided at most."""
FEWEST, EACH = 240, 3
"""Of fewer records single swings can be seen; each part has at least three in the mean, one swing."""
SWINGS = 1.5
"""A part swings if its curve goes so many times as far up and down as its ends are apart."""
SEEN = 0.004
"""Swings that are lower than this share of the axis are no wider than the line."""
HEIGHTS = 2.0
"""Swings that are together so many times as high as the axis cannot be told apart."""
NEAR = 5
"""Between two parts that swing, so many others count as if they did."""
BESIDE = 1
"""The median of a part is that of so many parts on either side, too."""


class Calmed(NamedTuple):
    """A curve whose parts that swing are a point each.

    Args:
        costs: Where.
        low: The lowest value of a part that swings, else the value itself.
        middle: Its median, or nearly so.
        high: Its highest value.
    """

    costs: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"]
    middle: Float[np.ndarray, " points"]
    high: Float[np.ndarray, " points"]


def calmed(costs: np.ndarray, values: np.ndarray, axis: ValueAxis) -> Calmed | None:
    """The curve between its swings, or `None` where single swings can be seen.

    Args:
        costs: Increasing, `[records]`.
        values: Those that are drawn, finite, `[records]`.
        axis: On which.
    """
    if len(costs) < FEWEST or costs[-1] <= costs[0]:
        return None
    parts = min(PARTS, len(costs) // EACH)
    part = ((costs - costs[0]) * (parts / (costs[-1] - costs[0]))).astype(int).clip(max=parts - 1)
    firsts = np.flatnonzero(np.diff(part, prepend=-1))
    swinging = _swinging(axis.heights(values), firsts)
    if swinging is None:
        return None
    points = _points(costs, values, np.append(firsts, len(costs)), swinging)
    return Calmed(*(np.concatenate(each) for each in zip(*points, strict=True)))


def _points(
    costs: np.ndarray, values: np.ndarray, bounds: np.ndarray, swinging: np.ndarray
) -> list[tuple[np.ndarray, ...]]:
    """Costs, lowest, middle and highest values: of a part that swings one of each, else all."""
    points: list[tuple[np.ndarray, ...]] = [(costs[:1], *3 * [values[:1]])]
    for number, swings in enumerate(swinging.tolist()):
        first, end = bounds[number : number + 2]
        if swings:
            around = values[bounds[max(0, number - BESIDE)] : bounds[: number + 2 + BESIDE][-1]]
            point = (costs[first] + costs[end - 1]) / 2, around.min(), _middle(around), around.max()
            points.append(tuple(np.array([each]) for each in point))
        else:
            points.append((costs[first:end], *3 * [values[first:end]]))
    return points


def _middle(values: np.ndarray) -> float:
    """The mean of the middle fifth: of two values in turn a median would jump from one to the other."""
    outside = 2 * len(values) // 5
    return float(np.sort(values)[outside : len(values) - outside].mean())


def _swinging(heights: np.ndarray, firsts: np.ndarray) -> Bool[np.ndarray, " parts"] | None:
    """Which parts of a curve swing, or `None` where they do not hide anything.

    Args:
        heights: Of the records, as shares of the axis.
        firsts: The first record of each part.
    """
    ways = np.add.reduceat(np.abs(np.diff(heights, append=heights[-1])), firsts)
    spans = np.maximum.reduceat(heights, firsts) - np.minimum.reduceat(heights, firsts)
    swinging = (ways > SWINGS * spans) & (spans > SEEN)
    if (ways - spans)[swinging].sum() < HEIGHTS:
        return None
    places = np.flatnonzero(swinging)
    for first, second in pairwise(places.tolist()):
        if second - first <= NEAR + 1:
            swinging[first:second] = True
    return swinging
