"""The rectangle of a plane that is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

ROOM = 0.25
"""What is left around paths that have no bounds, on each side, as a share of their size."""
EDGE = 0.03
"""What is left beyond a path that leaves the bounds, as a share of their size."""


@dataclass(frozen=True)
class Window:
    """A rectangle, in the coordinates (u, v) of a plane.

    Args:
        left: The lowest u.
        right: The highest u.
        first: The v of the first row of cells.
        last: The v of the last row of cells.

    >>> window = Window(0.0, 4.0, -1.0, 1.0)
    >>> window.size
    (4.0, 2.0)
    >>> window.centres(2, 1)
    tensor([[1., 0.],
            [3., 0.]], dtype=torch.float64)
    """

    left: float
    right: float
    first: float
    last: float

    @classmethod
    def between(cls, low: np.ndarray, high: np.ndarray) -> "Window":
        """The window from a lower to a higher corner, `[2]` each."""
        return cls(float(low[0]), float(high[0]), float(low[1]), float(high[1]))

    @classmethod
    def around(cls, places: Float[np.ndarray, "*n 2"], room: float = ROOM) -> "Window":
        """The places with a share of their size around them; those that are not finite do not count."""
        low, high = _ends(places) or (np.zeros(2), np.zeros(2))
        margin = np.maximum(room * (high - low), 0.1 * max(1e-3, float((high - low).max())))
        return cls.between(low - margin, high + margin)

    def closer(
        self, paths: Iterable[Float[np.ndarray, "... 2"]], room: float, least: float = 0.0
    ) -> "Window | None":
        """The surroundings of all places inside, in the proportions of this window; none without a place.

        Args:
            paths: Their places.
            room: How many times as large as the places it is.
            least: The share of this window's sides that it takes at least.
        """
        places = np.concatenate([np.empty((0, 2)), *(path.reshape(-1, 2) for path in paths)])
        if (ends := _ends(places[self.contains(places)])) is None:
            return None
        (low, high), size = ends, np.array(self.size)
        share = max(room * float(((high - low) / size).max()), least)
        middle, half = 0.5 * (low + high), 0.5 * share * size
        return Window.between(middle - half, middle + half)

    def holding(self, places: Float[np.ndarray, "*n 2"], reach: float) -> "Window":
        """This window, grown to hold places, but by no more than `reach` times its size on each side."""
        ends = _ends(places)
        if ends is None:
            return self
        below, above = ends
        low, high = self.corners
        size = high - low
        return Window.between(
            np.where(below < low, np.maximum(below - EDGE * size, low - reach * size), low),
            np.where(above > high, np.minimum(above + EDGE * size, high + reach * size), high),
        )

    @property
    def corners(self) -> Float[np.ndarray, "2 2"]:
        """The lower and the higher corner."""
        return np.array([[self.left, self.first], [self.right, self.last]])

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.last - self.first

    @property
    def ratio(self) -> float:
        """Height over width."""
        width, height = self.size
        return height / width

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, and the v of the first and the last row: what matplotlib's contours want."""
        return self.left, self.right, self.first, self.last

    @property
    def image_extent(self) -> tuple[float, float, float, float]:
        """The same for `imshow`, whose first row is the upper one."""
        return self.left, self.right, self.last, self.first

    def columns(self, number: int) -> Float[Tensor, " columns"]:
        """The u of the centres of so many columns of cells, float64."""
        return _centres(self.left, self.right, number)

    def rows(self, number: int) -> Float[Tensor, " rows"]:
        """The v of the centres of so many rows of cells, float64."""
        return _centres(self.first, self.last, number)

    def centres(self, columns: int, rows: int) -> Float[Tensor, "cells 2"]:
        """The centres of the cells, row by row."""
        return crossed(self.columns(columns), self.rows(rows))

    def nodes(self, number: int) -> tuple[Float[Tensor, " columns"], Float[Tensor, " rows"]]:
        """The u and the v of so many nodes along each side, its corners among them, float64."""
        across = torch.linspace(self.left, self.right, number, dtype=torch.float64)
        return across, torch.linspace(self.first, self.last, number, dtype=torch.float64)

    def contains(self, places: Float[np.ndarray, "*n 2"]) -> Bool[np.ndarray, "*n"]:
        """Which places are inside; a place that is not finite is not."""
        low, high = self.corners
        return ((places >= low) & (places <= high)).all(axis=-1)


def crossed(u: Float[Tensor, " columns"], v: Float[Tensor, " rows"]) -> Float[Tensor, "cells 2"]:
    """Every u with every v, row by row: (u, v), with u the faster."""
    return torch.cartesian_prod(v, u).flip(-1)


def _centres(low: float, high: float, number: int) -> Tensor:
    """The middles of cells: every other one of their edges and middles together."""
    return torch.linspace(low, high, 2 * number + 1, dtype=torch.float64)[1::2]


def _ends(places: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The lowest and the highest coordinates of the places that are finite, where there are any."""
    places = places.reshape(-1, 2)
    places = places[np.isfinite(places).all(axis=1)]
    return (places.min(axis=0), places.max(axis=0)) if len(places) else None
