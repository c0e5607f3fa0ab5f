"""How configurations stand in a sweep over several landscapes: by mean rank, as losses differ in size."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median_low
from typing import NamedTuple

KEYS = ("landscape", "model", "data")
"""What tells one landscape from another: these keys, and all below them."""
SEEN = ("landscape.start", "landscape.gradient", "landscape.weights", "landscape.batch_size")
"""But these: they change what steps see, and leave the losses that are compared."""


class Standing(NamedTuple):
    """How one configuration did.

    Args:
        label: What it is called.
        mean: Of its ranks, 1 is best.
        ranks: On each landscape; those of equal losses share the mean of theirs.
        losses: What it was ranked by; infinite where it has none.
    """

    label: str
    mean: float
    ranks: Mapping[str, float]
    losses: Mapping[str, float]


def names_ground(key: str) -> bool:
    """Whether different values of a key mean different landscapes."""
    return key not in SEEN and key.partition(".")[0] in KEYS


def standings(
    losses: Mapping[tuple[str, str], Sequence[float]], grounds: Sequence[str]
) -> tuple[Standing, ...]:
    """All configurations, the best first.

    On each landscape a configuration counts by the median of its jobs. One without a result there is
    behind all others: to fail where it is hard should not pay.

    Args:
        losses: Of the jobs of each configuration on each landscape: of (label, ground).
        grounds: The landscapes.
    """
    labels = list(dict.fromkeys(label for label, _ in losses))
    values = {ground: [_result(losses, label, ground) for label in labels] for ground in grounds}
    ranks = {ground: ranked(own) for ground, own in values.items()}
    found = [
        Standing(label, fmean(_of(ranks, number).values()), _of(ranks, number), _of(values, number))
        for number, label in enumerate(labels)
    ]
    return tuple(sorted(found, key=lambda one: one.mean))


def _result(losses: Mapping[tuple[str, str], Sequence[float]], label: str, ground: str) -> float:
    """The median of the jobs of a configuration on a landscape; infinite where there are none."""
    return median_low(losses.get((label, ground), [math.inf]))


def _of(values: Mapping[str, Sequence[float]], number: int) -> dict[str, float]:
    """What a configuration has on each landscape."""
    return {ground: own[number] for ground, own in values.items()}


def ranked(values: Sequence[float]) -> list[float]:
    """The rank of each value, the lowest first; equal ones share the mean of their ranks.

    >>> ranked([0.5, 0.1, 0.5, 0.9])
    [2.5, 1.0, 2.5, 4.0]
    """
    return [
        sum(other < value for other in values) + (1 + sum(other == value for other in values)) / 2
        for value in values
    ]
