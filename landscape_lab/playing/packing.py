"""A bundle's places and losses as 16 bits each: a page has room for no more."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from landscape_lab.drawing.palette import BASIN_COLORS
from landscape_lab.drawing.report.arrays import packed
from landscape_lab.planes import Window
from landscape_lab.playing.ends import verdicts_of
from landscape_lab.scene import Scene

GONE = 65_535
"""The number of a place that is nowhere, and of a loss that is none."""
BEYOND = 1.0
"""How far outside the window a place may be, in windows."""
LEAP = 0.2
"""A step that is longer, in windows, counts as one of this length, so that others keep some places, too."""
TIME = 0.3
"""How much of what is kept is paced by time, not by the way."""
FLOOR = 1e-9
"""The lowest loss that is told from none, as a share of the losses' span in the window."""
STEEPEST = 10.0
"""Losses are told up to so many times that span above the lowest."""


def shares_of(window: Window, places: Float[np.ndarray, "*n kept 2"]) -> Float[np.ndarray, "*n kept 2"]:
    """Places as shares of the window; NaN from where a member diverged or is too far away.

    >>> shares_of(Window(0.0, 2.0, 0.0, 4.0), np.array([[1.0, 1.0], [5.0, 1.0], [1.0, 1.0]])).tolist()
    [[0.5, 0.25], [nan, nan], [nan, nan]]
    """
    low, high = window.corners
    shares = (places - low) / (high - low)
    with np.errstate(invalid="ignore"):
        near = ((shares >= -BEYOND) & (shares <= 1 + BEYOND)).all(-1, keepdims=True)
    return np.where(np.logical_and.accumulate(near, axis=-2), shares, np.nan)


def paced(shares: Float[np.ndarray, "members all 2"], number: int) -> Int[np.ndarray, "members kept"]:
    """So many steps of each member, the first and the last among them: denser where it moves, and early."""
    total = shares.shape[1] - 1
    moved = np.abs(np.nan_to_num(np.diff(shares, axis=1))).sum(-1).clip(max=LEAP)
    way = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(moved, axis=1)], axis=1)
    time = np.sqrt(np.linspace(0.0, 1.0, total + 1))
    rising = (1 - TIME) * way / np.maximum(way[:, -1:], 1e-12) + TIME * time
    wanted = np.linspace(0.0, 1.0, min(number, total + 1))
    at = np.stack([np.searchsorted(each, each[-1] * wanted) for each in rising])
    at[:, -1] = total
    return at


def steps_packed(steps: Int[np.ndarray, "starts rates kept"]) -> dict[str, object]:
    """Steps as 16 bits, of each but the first how much later it is."""
    return packed(np.diff(steps, axis=-1, prepend=0).astype(np.uint16))


def places_packed(shares: Float[np.ndarray, "starts rates kept 2"]) -> dict[str, object]:
    """Shares as numbers from 0, one window below, to 65,534, one above; of each but the first its change.

    Changes are small, and so packed they take half of the room. `[2, starts, rates, kept]`: of u, then of v.
    """
    return _changes(np.moveaxis((shares + BEYOND) / (1 + 2 * BEYOND), -1, 0))


def losses_packed(
    scene: Scene,
    losses: Sequence[Float[np.ndarray, "starts rates kept"]],
) -> tuple[dict[str, float], list[dict[str, object]]]:
    """Losses as numbers on a logarithmic scale above the lowest one, as `places_packed` packs them.

    Args:
        scene: Whose window tells how high losses are.
        losses: Of each crowd.

    Returns:
        What the page needs to read them, `low + 10 ** (from + share * (to - from)) - floor`, and the losses.
        One beyond that is none.
    """
    seen = scene.losses[np.isfinite(scene.losses)]
    span = float(np.ptp(seen) if len(seen) else 0.0) or 1.0
    low = min(float(np.nanmin(each, initial=np.inf)) for each in losses)
    floor = FLOOR * span
    first, last = np.log10(floor), np.log10(STEEPEST * span)
    with np.errstate(invalid="ignore"):
        shares = [(np.log10(each - low + floor) - first) / (last - first) for each in losses]
    scale = {"low": low, "floor": floor, "from": float(first), "to": float(last)}
    return scale, [_changes(each) for each in shares]


def _changes(shares: Float[np.ndarray, "*n kept"]) -> dict[str, object]:
    """Numbers from 0 to 1 as 16 bits, the first of a member and then each change, modulo 65,536."""
    told = np.isfinite(shares) & (shares <= 1.0)
    numbers = np.where(told, np.round(np.where(told, shares, 0.0) * (GONE - 1)), GONE).astype(np.uint16)
    return packed(np.diff(numbers, axis=-1, prepend=np.uint16(0)))


def verdicts_packed(
    scene: Scene, crowds: Sequence[tuple[Float[np.ndarray, "starts rates kept 2"], np.ndarray]]
) -> dict[str, object]:
    """Which point each member of each crowd reached, and the points with their colours."""
    low, high = scene.window.corners
    shares, steps = zip(*crowds, strict=True)
    kept = steps[0].shape[-1]
    members = np.concatenate([each.reshape(-1, kept, 2) for each in shares])
    verdicts, points = verdicts_of(
        members, np.concatenate(steps).reshape(-1, kept), (scene.minima - low) / (high - low)
    )
    sizes = np.cumsum([each.shape[0] * each.shape[1] for each in shares])[:-1]
    parts = zip(np.split(verdicts, sizes), shares, strict=True)
    return {
        "reached": [packed(part.reshape(each.shape[:2])) for part, each in parts],
        "points": (low + points * (high - low)).tolist(),
        "point_colors": list(BASIN_COLORS[: len(points)]),
    }
