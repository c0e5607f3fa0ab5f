"""How a landscape curves where a descent was, and over its plane."""

import time
from collections.abc import Callable
from itertools import count

import numpy as np
import torch

from landscape_lab.curvature import HessianProducts, eigenvalues_along, spectrum
from landscape_lab.errors import tell
from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes import Plane, RatioMap, Window, ratio_map
from landscape_lab.planes.progress import Progress
from landscape_lab.planes.ratios import RESOLUTION
from landscape_lab.scene import Bend
from landscape_lab.trajectory import Trajectory

SECONDS = 120.0
"""About how long a map of curvatures may take; it has as many places as that allows."""
FINE = 201
"""Places along each side where a place takes two products of two numbers."""
COARSER = (RESOLUTION, 13, 7)
"""And elsewhere, as time allows."""
PRODUCTS = 30
"""About how many Hessian products a place takes."""


def check_curvature(landscape: Landscape, figure: str = "curvature") -> None:
    """Raise `ValueError` unless autograd knows the second derivatives of a landscape.

    Args:
        landscape: What is descended.
        figure: What asks for it, for the error.
    """
    try:
        _product(landscape)
    except ValueError as error:
        raise ValueError(f"Parameter `figures` should not have {figure} here. {error}") from error


def bend_of(landscape: Landscape, trajectory: Trajectory, say: Callable[[str], None] = tell) -> Bend | None:
    """The curvature at the last finite point of a path, of the member that ended lowest.

    Where its Hessian is not finite, as after many a divergence, there is none, and a line says so.

    Args:
        landscape: What was descended.
        trajectory: What happened there.
        say: Takes that line, and some about the progress of work that takes longer than five seconds.
    """
    members = trajectory.losses.shape[1]
    number = int(np.nan_to_num(trajectory.losses[-1], nan=np.inf).argmin())
    path = np.asarray(trajectory.points[:, number])
    finite = np.flatnonzero(np.isfinite(path).all(axis=1))
    if not len(finite):
        say("No curvature is drawn: no point of the path is finite.")
        return None
    like = landscape.flat()
    try:
        found = spectrum(landscape, torch.from_numpy(path[finite[-1]]).to(like), heard=_listener(say))
    except ValueError as error:
        say(f"No curvature is drawn: {error}")
        return None
    member = "" if members == 1 else f"member {number + 1} of {members}, the best"
    if landscape.dims != 2:
        return Bend(found, member)
    along = eigenvalues_along(landscape, torch.from_numpy(path).to(like))
    return Bend(found, member, along, trajectory.point_steps)


def _listener(say: Callable[[str], None]) -> Callable[[int], None]:
    """Hears of each Hessian product, of how many there may be, and tells now and then."""
    progress, numbers = Progress(say, 0, ("spectrum", "Hessian products")), count(1)

    def heard(most: int) -> None:
        made = next(numbers)
        progress.most = max(made, most)
        progress(made, made)

    return heard


def ratios_of(
    landscape: Landscape, plane: Plane, window: Window, say: Callable[[str], None] | None = tell
) -> RatioMap:
    """The ratio map of a window, of as many places as two minutes allow.

    Args:
        landscape: What was descended.
        plane: What is looked at.
        window: What of it.
        say: Takes a line about the progress of work that takes longer than five seconds.

    Raises:
        ValueError: The landscape is not twice differentiable.
    """
    if landscape.dims == 2:
        return ratio_map(landscape, plane, window, FINE)
    _product(landscape)
    began = time.perf_counter()
    _product(landscape)
    place = PRODUCTS * (time.perf_counter() - began)
    side = next((side for side in COARSER if side**2 * place <= SECONDS), COARSER[-1])
    progress = Progress(say, side**2, ("ratio map", "places"))
    return ratio_map(landscape, plane, window, side, heard=progress)


def _product(landscape: Landscape) -> None:
    """One Hessian product where the first member is."""
    HessianProducts(landscape, landscape.flat()[:1])(torch.ones(1, landscape.dims))
