"""A landscape as its augmentations showed it: in a few draws, or in any step again."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.augmentations.views import PictureView, Row
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.boundaries import Reflect, excess
from landscape_lab.planes import Plane, Window
from landscape_lab.planes.window import crossed
from landscape_lab.scene import Draws

RESOLUTION = 320
"""Cells along the longer side of a picture of draws."""
BATCH = 4096
"""Points looked at together."""
TILE = 512
"""The most rows and columns of random numbers of single pixels that a replay draws for a step."""


def has_draws(landscape: Landscape) -> bool:
    """Whether a landscape has augmentations."""
    return landscape.augmented is not None


def draws_of(landscape: Landscape, number: int) -> Draws:
    """The landscape inside its bounds, clean and in as many draws, with its gradient in every cell.

    Raises:
        ValueError: The landscape has no augmentations, or not two dimensions.
    """
    if not has_draws(landscape):
        raise ValueError(
            "A landscape should have augmentations to be seen in their draws: augmentation=shift_noise."
        )
    plane = Plane.of(landscape)
    assert landscape.bounds is not None
    window = Window.between(*plane.project(landscape.bounds.cpu().numpy()))
    columns, rows = _cells(window, picture=plane.axes.picture)
    points = plane.points(window.centres(columns, rows)).to(landscape.flat())
    looks = [landscape.augmented.alone(clean=True)] + [landscape.augmented.alone()] * number
    seen = [_look(look, points, (rows, columns)) for look in looks]
    losses, gradients = (np.stack(part) for part in zip(*seen, strict=True))
    return Draws(losses, gradients, window, plane.axes)


def _cells(window: Window, *, picture: bool) -> tuple[int, int]:
    """Columns and rows: a picture's own shape, however small its pixels are drawn."""
    if not picture:
        return RESOLUTION, RESOLUTION
    size = np.array(window.size)
    columns, rows = np.clip(size * RESOLUTION / size.max(), 2, None)
    return round(columns), round(rows)


def _look(augmented: Any, points: Tensor, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The next draw's losses `[rows, columns]` and gradients `[2, rows, columns]`."""
    augmented.advance()
    parts = [augmented.sample(part) for part in points.split(BATCH)]
    losses, gradients = (torch.cat(part).double().cpu().numpy() for part in zip(*parts, strict=True))
    return losses.reshape(shape), gradients.T.reshape(2, *shape)


def replay_of(landscape: Landscape, plane: Plane, window: Window) -> "Replaying | None":
    """The landscape in any step again, if its augmentations change its losses."""
    augmented = landscape.augmented
    return Replaying(landscape, plane, window) if augmented is not None and augmented.moves_losses else None


class Replaying:
    """A landscape as an optimizer saw it, in any step again.

    Of many members with draws of their own, it is shown as the first one saw it.

    Single pixels far from where the member was, which nobody looked at, have random numbers like those that
    were.

    Args:
        landscape: With augmentations.
        plane: What is looked at; for a picture, along its columns and rows.
        window: What of it is drawn.
    """

    def __init__(self, landscape: Landscape, plane: Plane, window: Window) -> None:
        self.landscape = landscape
        self.augmented = landscape.augmented.again()
        self.plane = plane
        self.window = window

    @torch.no_grad()
    def losses(self, step: int, place: Float[np.ndarray, "2"], shape: tuple[int, int]) -> np.ndarray:
        """See `landscape_lab.scene.Replay`."""
        self.augmented.recall(step)
        view, _, on_loss = ([_first(part) for part in parts] for parts in self.augmented.row)
        losses = self._viewed(tuple(view), step, place, shape)
        for each, draw in zip(self.augmented.on_loss, on_loss, strict=True):
            losses = each.apply(losses, draw)
        return losses.view(shape).double().cpu().numpy()

    def _viewed(self, row: Row, step: int, place: np.ndarray, shape: tuple[int, int]) -> Tensor:
        """The losses before these are changed themselves, row by row."""
        landscape: Any = self.landscape
        view, wall = self.augmented.view, landscape.wall
        rows, columns = shape
        u, v = self.window.columns(columns), self.window.rows(rows)
        picture = isinstance(view, PictureView)
        if wall is not None or not picture:
            points = self._points(crossed(u, v))
        if picture:
            here = self._points(torch.from_numpy(np.nan_to_num(place))[None])[0]
            # The optimizer looked at a few pixels around its point; the others get random numbers of their
            # own from here on.
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


def _first(part: Tensor | None) -> Tensor | None:
    """The first member's draws, or those of all."""
    return None if part is None else part[:1]
