"""Where a path's own losses part from those of the plane that it is drawn on."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.slices import slice_of
from landscape_lab.records.known import evenly
from landscape_lab.records.point_file import Points

MOST = 100
"""The most points of a path that are compared, over all members."""
FEWEST = 12
"""At least so many records are, however long that takes."""
SECONDS = 2.0
"""What the comparison of a path may take."""
PARTED = 0.05
"""Two losses part where they differ by more than this share of the range of the path's own."""


@dataclass(frozen=True)
class Departure:
    """The losses of some points of a path, and those of the plane at their projections.

    Args:
        places: The numbers of the places, from low to high.
        losses: The clean losses of the points themselves.
        on_plane: The clean losses at the nearest points of the plane.
    """

    places: Int[np.ndarray, " n"]
    losses: Float[np.ndarray, "n members"]
    on_plane: Float[np.ndarray, "n members"]

    @property
    def logarithmic(self) -> bool:
        """Whether the losses are compared by their logarithms: where all are positive."""
        both = np.concatenate([self.losses, self.on_plane])
        both = both[np.isfinite(both)]
        return len(both) > 0 and bool((both > 0).all())

    @property
    def parted(self) -> Bool[np.ndarray, "n members"]:
        """Where the two differ by more than 5 % of the range of the path's own, or one is not finite."""
        own, below = (np.log(part) if self.logarithmic else part for part in (self.losses, self.on_plane))
        known = own[np.isfinite(own)]
        span = float(np.ptp(known)) if len(known) else 0.0
        with np.errstate(invalid="ignore"):
            near = np.abs(own - below) <= PARTED * span
        return ~near

    def parted_at(self, places: Int[np.ndarray, " k"]) -> Bool[np.ndarray, "k members"]:
        """The same at other places of the path: as at the nearest one that was compared."""
        middles = (self.places[1:] + self.places[:-1]) / 2.0
        return self.parted[np.searchsorted(middles, places)]


@torch.no_grad()
def departure_of(landscape: Landscape, plane: Plane, points: Points, seconds: float = SECONDS) -> Departure:
    """Compare the losses of evenly spaced points of a path with those of the plane below them.

    Args:
        landscape: Its clean loss is evaluated at the points, and its slice at their projections.
        plane: Onto which they are projected.
        points: `[records, members, dims]`.
        seconds: What it may take; the first comparison tells how many more there can be.
    """
    records, members = points.shape[:2]
    like, measure = next(landscape.parameters()), slice_of(landscape, plane)

    def compare(record: int) -> tuple[np.ndarray, np.ndarray]:
        here = np.asarray(points[record])  # [members, dims]
        own = landscape.evaluate(torch.from_numpy(here).to(like))
        below = measure(torch.from_numpy(plane.project(here)).to(plane.directions))["loss"]
        return own.double().cpu().numpy(), below.double().cpu().numpy()

    compare(records - 1)  # what is set up once is not counted
    began = time.perf_counter()
    compare(records - 1)
    affordable = max(FEWEST, int(seconds / max(time.perf_counter() - began, 1e-9)))
    number = min(records, affordable, max(FEWEST, MOST // members))
    places = evenly(records, number)
    own, below = zip(*map(compare, places.tolist()), strict=True)
    return Departure(places, np.stack(own), np.stack(below))
