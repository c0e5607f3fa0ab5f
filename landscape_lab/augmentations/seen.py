"""A landscape as it is seen in some draws, or as it was seen in a step, for pictures and films."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from landscape_lab.augmentations.views import PictureView, Row
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.boundaries import Reflect, excess
from landscape_lab.planes import Plane

RESOLUTION = 320
"""Samples along the longer side."""
BATCH = 4096
"""Points looked at together."""

TILE = 512
"""The most rows and columns of random numbers of single pixels that a replay draws for a step."""


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
    if landscape.augmented is None:
        raise ValueError("A landscape should have augmentations to be seen in their draws: augmentation=shift_noise.")
    plane = Plane.of(landscape)
    assert landscape.bounds is not None
    low, high = plane.project(landscape.bounds.cpu().numpy())
    shape = np.clip((high - low) * RESOLUTION / (high - low).max(), 2, None) if plane.axes.picture else [RESOLUTION] * 2
    u, v = (torch.linspace(a, b, 2 * round(n) + 1, dtype=torch.float64)[1::2] for a, b, n in zip(low, high, shape, strict=True))
    points = plane.points(torch.cartesian_prod(v, u).flip(-1)).to(landscape.flat())
    looks = [landscape.augmented.alone(clean=True)] + [landscape.augmented.alone()] * draws
    seen = []
    for look in looks:
        look.advance()
        parts = [look.sample(part) for part in points.split(BATCH)]
        losses, gradients = (torch.cat(part).double().cpu().numpy() for part in zip(*parts, strict=True))
        seen.append((losses.reshape(len(v), len(u)), gradients.T.reshape(2, len(v), len(u))))
    losses, gradients = (np.stack(part) for part in zip(*seen, strict=True))
    return Seen(losses, gradients, (low[0], high[0], low[1], high[1]), plane)


class Replay:
    """A landscape as an optimizer saw it, in any step again; of many members with draws of their own, as the first one saw it.

    Single pixels far from where the member was, which nobody looked at, have random numbers like those that were.

    Args:
        landscape: With augmentations.
        plane: What is looked at; for a picture, along its columns and rows.
        extent: Left, right, first row and last row, in the plane's coordinates.
    """

    def __init__(self, landscape: Landscape, plane: Plane, extent: tuple[float, float, float, float]) -> None:
        self.landscape = landscape
        self.augmented = landscape.augmented.again()
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
        self.augmented.recall(step)
        view, _, on_loss = ([_first(part) for part in parts] for parts in self.augmented.row)
        losses = self._viewed(tuple(view), step, place, shape)
        for each, draw in zip(self.augmented.on_loss, on_loss, strict=True):
            losses = each.apply(losses, draw)
        return losses.view(shape).double().cpu().numpy()

    def _viewed(self, row: Row, step: int, place: np.ndarray, shape: tuple[int, int]) -> Tensor:
        """The losses before these are changed themselves, row after row."""
        landscape: Any = self.landscape
        view, wall = self.augmented.view, landscape.wall
        left, right, first, last = self.extent
        u, v = (_centres(*side) for side in ((left, right, shape[1]), (first, last, shape[0])))
        picture = isinstance(view, PictureView)
        if wall is not None or not picture:
            points = self._points(torch.cartesian_prod(v, u).flip(-1))
        if picture:
            here = self._points(torch.from_numpy(np.nan_to_num(place))[None])[0]
            wide, row = view.spread(row, here, TILE, torch.Generator().manual_seed(step))
            x = self._points(torch.stack([u, torch.zeros_like(u)], -1))[:, 0]
            y = self._points(torch.stack([torch.zeros_like(v), v], -1))[:, 1]
            losses = wide.nearest(row, x, y).flatten()
        else:
            losses = landscape.loss(points) if view is None else view.loss(row, points)
        return losses if wall is None else losses + wall.height(excess(points, landscape.bounds))

    def _points(self, places: Tensor) -> Tensor:
        """The points at places of the plane, mirrored where the landscape is."""
        boundary: Any = self.landscape.boundary
        points = self.plane.points(places).to(self.landscape.flat())
        return boundary(points) if isinstance(boundary, Reflect) else points


def _centres(low: float, high: float, number: int) -> Tensor:
    """The middles of so many cells."""
    return torch.linspace(low, high, 2 * number + 1, dtype=torch.float64)[1::2]


def _first(part: Tensor | None) -> Tensor | None:
    """The first member's draws, or those of all."""
    return None if part is None else part[:1]
