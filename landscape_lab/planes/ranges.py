"""How much of a plane is drawn."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.settings import PlaneSettings
from landscape_lab.planes.slices import slice_of
from landscape_lab.planes.window import ROOM, Window

NORMALISED = ("filter_normalised", "layer_normalised")
"""Directions whose unit is the norm of the weights: they are drawn from -1 to 1."""
FIRST = 2.0**-7
"""Where a window that grows with the loss begins, as a share of the paths' size."""
NOWHERE = np.zeros(2)
"""The place (0, 0) of a plane."""
DOUBLINGS = 40
"""How often it is doubled at most."""


def window_of(
    landscape: Landscape,
    plane: Plane,
    places: Float[np.ndarray, "n 2"],
    settings: PlaneSettings,
    reach: float,
    centre: Float[np.ndarray, "2"] = NOWHERE,
) -> Window:
    """The window that settings describe.

    Args:
        landscape: What is looked at.
        plane: What of it.
        places: Where paths have been.
        settings: What is asked for.
        reach: How far outside its bounds, as a share of their size, a window follows a path.
        centre: The place from which the window `rise` grows.

    Raises:
        ValueError: The landscape has no bounds in this plane, or its loss does not rise.
    """
    wanted = settings.window
    if not isinstance(wanted, str):
        return _given(wanted)
    if wanted == "rise":
        return rising(landscape, plane, settings.rise, Window.around(places), centre)
    bounds = _bounds(landscape, plane, settings)
    if wanted == "bounds":
        if bounds is None:
            raise ValueError(
                "Parameter `plane.window` may be bounds only of a two-dimensional landscape that has some, "
                "drawn whole: plane=auto. Found none."
            )
        return bounds
    if wanted == "auto" and settings.margin is None:
        if bounds is not None:
            return bounds.holding(places, reach)
        if settings.directions in NORMALISED:
            return Window(-1.0, 1.0, -1.0, 1.0).holding(places, reach)
    return Window.around(places, ROOM if settings.margin is None else settings.margin)


def rising(
    landscape: Landscape,
    plane: Plane,
    factor: float,
    size: Window,
    centre: Float[np.ndarray, "2"] = NOWHERE,
) -> Window:
    """The window at whose edge, along each axis, the loss has risen by a factor on one side at least.

    Each axis begins near the centre c and its half length h is doubled until
    max(L(c − h), L(c + h)) ≥ factor · L(c). Both sides are not asked for: the loss of separable data
    falls for ever along a direction in which the weights grow.

    Args:
        landscape: What is looked at.
        plane: What of it.
        factor: At least 1.
        size: Of what is to be seen in order of magnitude: the first half lengths are 1/128 of it.
        centre: A place of the plane.

    Raises:
        ValueError: The loss at the centre is not positive, or the loss does not rise so far.
    """
    measure = slice_of(landscape, plane)

    @torch.no_grad()
    def losses(offsets: list[list[float]]) -> np.ndarray:
        places = torch.from_numpy(centre + np.array(offsets))
        return measure(places)["loss"].double().cpu().numpy()

    (lowest,) = losses([[0.0, 0.0]])
    if not 0 < lowest < np.inf:
        raise ValueError(
            "Parameter `plane.window` may be rise only where the loss at the centre is positive. "
            f"Found a loss of {lowest:g}."
        )
    half = FIRST * np.array(size.size)
    for axis in range(2):
        step = np.eye(2)[axis]
        for _ in range(DOUBLINGS):
            sides = losses([list(-half[axis] * step), list(half[axis] * step)])
            if not (sides < factor * lowest).all():  # what is not finite has risen, too
                break
            half[axis] *= 2.0
        else:
            raise ValueError(
                "Parameter `plane.rise` should be a factor by which the loss rises along both axes. "
                f"Found `plane.rise = {factor:g}`, which it does not reach within {half[axis]:.1e}."
            )
    return Window.between(centre - half, centre + half)


def _given(ends: Sequence[Sequence[float]]) -> Window:
    """The window whose ends are given."""
    (left, right), (first, last) = ends
    if left >= right or first >= last:
        raise ValueError(
            "Parameter `plane.window` should go from a lower to a higher end. "
            f"Found `plane.window = {[list(end) for end in ends]}`."
        )
    return Window(float(left), float(right), float(first), float(last))


def _bounds(landscape: Landscape, plane: Plane, settings: PlaneSettings) -> Window | None:
    """The landscape's bounds, where they are a rectangle of the plane."""
    if landscape.bounds is None or landscape.dims != 2 or settings.directions != "auto":
        return None
    corners = plane.project(landscape.bounds.cpu().numpy())
    return Window.between(corners.min(axis=0), corners.max(axis=0))
