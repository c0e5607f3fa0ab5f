"""How configurations stand in a sweep over several landscapes: by mean rank, as losses differ in size."""

import math
from collections.abc import Mapping, Sequence
from statistics import median_low
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
    values = {
        ground: [median_low(losses.get((label, ground)) or [math.inf]) for label in labels]
        for ground in grounds
    }
    ranks = {ground: ranked(values[ground]) for ground in grounds}
    found = [
        Standing(
            label,
            sum(ranks[ground][number] for ground in grounds) / len(grounds),
            {ground: ranks[ground][number] for ground in grounds},
            {ground: values[ground][number] for ground in grounds},
        )
        for number, label in enumerate(labels)
    ]
    return tuple(sorted(found, key=lambda one: one.mean))


def ranked(values: Sequence[float]) -> list[float]:
    """The rank of each value, the lowest first; equal ones share the mean of their ranks.

    >>> ranked([0.5, 0.1, 0.5, 0.9])
    [2.5, 1.0, 2.5, 4.0]
    """
    return [
        sum(other < value for other in values) + (1 + sum(other == value for other in values)) / 2
        for value in values
    ]
