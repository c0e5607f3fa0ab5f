"""How a landscape curves where a descent was, and over its plane."""

import time
from collections.abc import Callable

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
COARSER = (RESOLUTION, 13, 7)
"""Places along each side."""
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


def bend_of(landscape: Landscape, trajectory: Trajectory, say: Callable[[str], None] | None = tell) -> Bend:
    """The curvature at the end of a path, of the member that ended lowest.

    Args:
        landscape: What was descended.
        trajectory: What happened there.
        say: Takes a line about the progress of work that takes longer than five seconds.

    Raises:
        ValueError: No point of the member is finite, nor its Hessian; or the landscape has none.
    """
    members = trajectory.losses.shape[1]
    number = int(np.nan_to_num(trajectory.losses[-1], nan=np.inf).argmin())
    path = np.asarray(trajectory.points[:, number])
    finite = np.flatnonzero(np.isfinite(path).all(axis=1))
    if not len(finite):
        raise ValueError("A path should have a finite point to have a curvature. Found NaN or infinity only.")
    like = landscape.flat()
    progress, made = Progress(say, 0, ("spectrum", "Hessian products")), 0

    def heard(most: int) -> None:
        nonlocal made
        made += 1
        progress.most = max(made, most)
        progress(made, made)

    found = spectrum(landscape, torch.from_numpy(path[finite[-1]]).to(like), heard=heard)
    member = "" if members == 1 else f"member {number + 1} of {members}, the best"
    if landscape.dims != 2:
        return Bend(found, member)
    along = eigenvalues_along(landscape, torch.from_numpy(path).to(like))
    return Bend(found, member, along, trajectory.point_steps)


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
