"""Where many descents ended: which of them reached the same point."""

import numpy as np
from jaxtyping import Float, Int, UInt8

MOST = 8
"""So many points have a colour of their own: those that most descents reached."""
ELSEWHERE, MOVING, LOST = 253, 254, 255
"""The verdicts on members that came to rest at another point, that did not, and that diverged or left."""
NEAR = 1 / 64
"""Ends are at one point that differ by less, in windows, along each axis."""
STILL = 1 / 128
"""A member is at rest that moves no farther, in windows, in the last `REST` of its steps."""
REST = 0.1
SHARE = 0.005
"""A point counts that at least such a share of all members reached."""


def verdicts_of(
    shares: Float[np.ndarray, "members kept 2"],
    steps: Int[np.ndarray, "members kept"],
    known: Float[np.ndarray, "n 2"],
) -> tuple[UInt8[np.ndarray, " members"], Float[np.ndarray, "points 2"]]:
    """Which point each member reached, and these points: known minima are at their own place.

    Args:
        shares: Places, from (0, 0) to (1, 1) in the window; not finite from where a member is gone.
        steps: When.
        known: The known minima, alike.
    """
    ends, late = shares[:, -1], steps >= (1 - REST) * steps[:, -1:]
    there = np.isfinite(ends).all(-1)
    with np.errstate(invalid="ignore"):
        still = there & ((np.abs(shares - ends[:, None]) <= STILL).all(-1) | ~late).all(-1)
    verdicts = np.where(there, np.where(still, ELSEWHERE, MOVING), LOST).astype(np.uint8)
    moved = ~(np.abs(ends - shares[:, 0]) <= NEAR).all(-1)  # on a flat place each rests where it began
    found: list[np.ndarray] = []
    while len(found) < MOST and (came := moved & (verdicts == ELSEWHERE)).any():
        centre = _nearest(_densest(ends[came]), known)
        near = (np.abs(ends - centre) <= NEAR).all(-1)
        if (came & near).sum() < max(2, SHARE * len(shares)):
            break
        verdicts[near & (verdicts == ELSEWHERE)] = len(found)
        found.append(centre)
    return verdicts, np.array(found).reshape(-1, 2)


def _densest(ends: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "2"]:
    """The middle of the ends in the cell that has most of them."""
    _, which, counts = np.unique(np.floor(ends / NEAR), axis=0, return_inverse=True, return_counts=True)
    return np.median(ends[which.ravel() == counts.argmax()], axis=0)


def _nearest(centre: Float[np.ndarray, "2"], known: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "2"]:
    """A known minimum that is as near as a descent comes, or the centre itself."""
    apart = np.abs(known - centre).max(-1, initial=0.0)
    return known[apart.argmin()] if len(known) and apart.min() <= NEAR / 2 else centre
