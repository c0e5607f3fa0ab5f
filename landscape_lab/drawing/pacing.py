"""When the frames of a film are taken, and when it ends."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from landscape_lab.planes.window import Window
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace

NEAR = 0.01
"""A member that stays so near to its end, as a share of the longest way of all, has arrived."""
AFTER = 0.1
"""How much longer a film lasts than until the last one has arrived."""
WORTH = 0.8
"""A film that would end after this share of the steps shows all of them."""
MEMBERS, RECORDS = 1000, 4000
"""The most members and records that are looked at to see when all have arrived."""
EARLY = 0.1
"""Where half of the frames lie in so small a share of the steps, curves are drawn over their logarithms."""
WORDS = {
    "arc": "paced by the length of the path",
    "linear": "paced by steps",
    "logarithmic": "paced by the logarithm of steps",
}
"""What a frame tells about its clock."""


class Pacing(NamedTuple):
    """The moments of a film.

    Args:
        clock: One of `WORDS`.
        moments: The step of each frame, from 0 to the last that is shown.
    """

    clock: str
    moments: Float[np.ndarray, " frames"]

    @property
    def end(self) -> float:
        """The last step that is shown."""
        return float(self.moments[-1])

    @property
    def early(self) -> bool:
        """Whether most happens at the beginning."""
        return float(np.median(self.moments)) < EARLY * self.end


def pace(scene: Scene, clock: str | None, frames: int, *, moving: bool = True) -> Pacing:
    """When frames are taken.

    Of several paths or members each frame is one step for all, else nobody sees who is faster.

    Args:
        scene: What is filmed.
        clock: `arc`: each frame goes as far along the path as the others; `linear`: as many steps;
            `logarithmic`: as many times as many steps; `None`: `arc` of a single path.
        frames: The most.
        moving: Whether the film is about where paths are, so that it ends when they have arrived.
    """
    alone = sum(trace.total for trace in scene.traces) == 1
    usual = "arc" if alone and moving else "linear"
    clock = usual if clock is None or (clock == "arc" and not alone) else clock
    last = max(int(trace.steps[-1]) for trace in scene.traces)
    end = arrival(scene, last) if moving else last
    number = max(2, min(frames, end + 1))
    return Pacing(clock, _moments(scene, clock if end > 0 else "linear", end, number))


def _moments(scene: Scene, clock: str, end: int, number: int) -> Float[np.ndarray, " frames"]:
    """At most so many steps from 0 to an end."""
    if clock == "arc":
        return _along(scene.traces[0], scene.window, end, number)
    if clock == "linear":
        return np.linspace(0, end, number)
    return np.concatenate([[0.0], np.geomspace(1, end, number - 1)])


def arrival(scene: Scene, last: int) -> int:
    """The step soon after all members have arrived at their ends, or have left the window."""
    ways = [_to_the_end(trace, scene.window) for trace in scene.traces]
    longest = max(float(way.max()) for way in ways)
    arrived = max(_rest(trace, way > NEAR * longest) for trace, way in zip(scene.traces, ways, strict=True))
    end = int(np.ceil((1.0 + AFTER) * arrived)) + 1
    return end if longest > 0.0 and end < WORTH * last else last


def _rest(trace: Trace, far: Bool[np.ndarray, "records members"]) -> int:
    """The step of the first record from which on no member is far from its end."""
    steps = trace.path_steps[evenly(len(trace.places), RECORDS)]
    moving = np.flatnonzero(far.any(axis=1))
    return int(steps[min(moving[-1] + 1, len(steps) - 1)]) if len(moving) else 0


def _to_the_end(trace: Trace, window: Window) -> Float[np.ndarray, "records members"]:
    """How far from its last place each member is, as a share of the window; 0 where it has none any more."""
    some = evenly(len(trace.places), RECORDS), evenly(trace.places.shape[1], MEMBERS)
    shares = _shares(trace.places[np.ix_(*some)], window)
    known = np.isfinite(shares).all(axis=-1)
    last = len(known) - 1 - known[::-1].argmax(axis=0)
    far = np.abs(shares - shares[last, np.arange(len(last))]).max(axis=-1)
    return np.where(known, far, 0.0)


def _along(trace: Trace, window: Window, end: int, number: int) -> Float[np.ndarray, " frames"]:
    """Steps between which the path is equally long, as far as there are places."""
    places = trace.places[: max(1, int(trace.path_steps.searchsorted(end, side="right")))]
    steps = trace.path_steps[evenly_along(places, window, number)].astype(float)
    return np.unique([0.0, *steps, float(end)])


def evenly_along(
    places: Float[np.ndarray, "n members 2"], window: Window, number: int
) -> Int[np.ndarray, " some"]:
    """At most so many places, evenly spaced along the way of the members together; first and last are in.

    A move beyond the window counts as one across it, and a step without a move still a little, so that
    the way grows with each place.
    """
    if len(places) <= 1:
        return np.arange(len(places))
    with np.errstate(invalid="ignore", over="ignore"):
        moves = np.hypot(*np.moveaxis(np.diff(_shares(places, window), axis=0), -1, 0))
    moves = np.nan_to_num(moves, nan=0.0).mean(axis=1)
    way = np.concatenate([[0.0], (moves + 1e-9).cumsum()])
    nearest = np.interp(np.linspace(0.0, way[-1], number), way, np.arange(len(way)))
    return np.unique(np.rint(nearest).astype(int))


def _shares(places: np.ndarray, window: Window) -> np.ndarray:
    """Places as shares of the window; those far outside lie at its edge."""
    low, high = window.corners
    with np.errstate(invalid="ignore", over="ignore"):
        return ((places - low) / (high - low)).clip(-0.1, 1.1)
