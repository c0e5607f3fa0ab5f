"""A landscape as it is seen in some draws, or as it was seen in a step, for pictures and films."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.augmentations.augment import augmented_field
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.boundaries import Reflect
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.planes import Plane

RESOLUTION = 320
"""Samples along the longer side."""
BATCH = 4096
"""Points looked at together."""


@dataclass(frozen=True)
class Seen:
    """The clean landscape and the landscape in some draws.

    Args:
        losses: `[1 + draws, rows, columns]`, the clean landscape's first.
        gradients: `[1 + draws, 2, rows, columns]`, along x and along y.
        extent: Left, right, first row and last row, in the plane's coordinates.
        plane: What is looked at.
    """

    losses: np.ndarray
    gradients: np.ndarray
    extent: tuple[float, float, float, float]
    plane: Plane


def see(landscape: Landscape, draws: int) -> Seen:
    """The landscape inside its bounds, clean and in as many draws, with its gradient at every point.

    Raises:
        ValueError: The landscape has no augmentations, or not two dimensions.
    """
    field = augmented_field(landscape)
    if field is None:
        raise ValueError(
            "A landscape should have augmentations to be seen in their draws: augmentation=shift_noise."
        )
    plane = Plane.of(landscape)
    assert landscape.bounds is not None
    low, high = plane.project(landscape.bounds.cpu().numpy())
    shape = (
        np.clip((high - low) * RESOLUTION / (high - low).max(), 2, None)
        if plane.axes.picture
        else [RESOLUTION] * 2
    )
    u, v = (_centres(a, b, round(n)) for a, b, n in zip(low, high, shape, strict=True))
    points = plane.points(torch.cartesian_prod(v, u).flip(-1)).to(landscape.flat())
    looks = [(field.clean, 0), *((field.overview(), step) for step in range(draws))]
    seen = []
    for look, step in looks:
        look.see(step)
        parts = [look.sample(part) for part in points.split(BATCH)]
        losses, gradients = (torch.cat(part).double().cpu().numpy() for part in zip(*parts, strict=True))
        seen.append((losses.reshape(len(v), len(u)), gradients.T.reshape(2, len(v), len(u))))
    losses, gradients = (np.stack(part) for part in zip(*seen, strict=True))
    return Seen(losses, gradients, (low[0], high[0], low[1], high[1]), plane)


class Replay:
    """A landscape as an optimizer saw it, in any step again; of many members, as the first saw it.

    Args:
        landscape: With augmentations.
        plane: What is looked at; for a picture, along its columns and rows.
        extent: Left, right, first row and last row, in the plane's coordinates.
    """

    def __init__(self, landscape: Landscape, plane: Plane, extent: tuple[float, float, float, float]) -> None:
        field = augmented_field(landscape)
        assert field is not None
        assert isinstance(landscape, PointLandscape)
        self.landscape = landscape
        self.field = field.twin()
        self.plane = plane
        self.extent = extent

    @torch.no_grad()
    def losses(self, step: int, place: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """The losses of a step at the centres of the window's cells.

        Args:
            step: Which.
            place: Where the member was, (u, v) in the plane.
            shape: How many rows and columns.
        """
        left, right, first, last = self.extent
        u, v = _centres(left, right, shape[1]), _centres(first, last, shape[0])
        points = self._points(torch.cartesian_prod(v, u).flip(-1)).view(*shape, -1)
        near = self._points(torch.from_numpy(np.nan_to_num(place))[None])[0]
        return self.field.look(step, points, near).double().cpu().numpy()

    def _points(self, places: Float[Tensor, "n 2"]) -> Float[Tensor, "n dims"]:
        """The points at places of the plane, mirrored where the landscape is."""
        boundary = self.landscape.boundary
        points = self.plane.points(places).to(self.landscape.flat())
        return boundary(points) if isinstance(boundary, Reflect) else points


def _centres(low: float, high: float, number: int) -> Tensor:
    """The middles of so many cells."""
    return torch.linspace(low, high, 2 * number + 1, dtype=torch.float64)[1::2]
