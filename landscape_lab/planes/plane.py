"""A plane in parameter space: places become points, points become places."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.axes import Axes
from landscape_lab.landscapes.base import Landscape
from landscape_lab.records.point_file import Points

BLOCK = 2**22
"""The most numbers that are turned into float64 at once: points may be many gigabytes on a disk."""


@dataclass(frozen=True)
class Plane:
    """An origin and two directions.

    The place (u, v) is the point `origin + u * directions[0] + v * directions[1]`.

    Args:
        origin: `[dims]`.
        directions: `[2, dims]`, linearly independent.
        axes: Their names, and how the plane is drawn.
        explained: The share of the motion along each direction, where it is known.
        random: Whether its directions lead nowhere in particular, so that one mode of a network holds
            everywhere: BatchNorm keeps the statistics of the origin.

    >>> plane = Plane(torch.tensor([1.0, 1.0, 1.0]), torch.tensor([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]]))
    >>> plane.points(torch.tensor([[1.0, 0.5]]))
    tensor([[1.5000, 3.0000, 1.0000]])
    >>> plane.project(np.array([[1.5, 3.0, 7.0]]))
    array([[1. , 0.5]])
    >>> plane.off(np.array([[1.5, 3.0, 7.0]]))
    array([6.])
    """

    origin: Float[Tensor, " dims"]
    directions: Float[Tensor, "2 dims"]
    axes: Axes = Axes()  # noqa: RUF009 - frozen
    explained: tuple[float, float] | None = None
    random: bool = False

    @classmethod
    def of(cls, landscape: Landscape) -> "Plane":
        """The whole of a two-dimensional landscape, in the units in which it is drawn.

        Raises:
            ValueError: The landscape does not have two dimensions.
        """
        if (dims := landscape.flat().shape[1]) != 2:
            raise ValueError(
                f"A landscape should have 2 dimensions to be drawn without a choice of plane. Found {dims}."
            )
        axes = landscape.axes
        origin, unit = (torch.tensor(values, dtype=torch.float64) for values in (axes.origin, axes.unit))
        return cls(origin, torch.diag(unit), axes)

    def points(self, places: Float[Tensor, "n 2"]) -> Float[Tensor, "n dims"]:
        """The points at places of the plane."""
        return self.origin + places.to(self.directions) @ self.directions

    def project(self, points: Points) -> Float[np.ndarray, "*n 2"]:
        """The places nearest to points, by least squares: directions may be oblique and of any length.

        The normal equations, whose Gram matrix holds the cosines of the directions: no copy of the directions
        in double precision is made, which of ten million weights would take half a gigabyte.
        """
        places, gram = np.zeros((*points.shape[:-1], 2)), np.zeros((2, 2))
        for part, offsets in self._offsets(points):
            directions = self.directions[:, part].double().cpu().numpy()
            places += offsets @ directions.T
            gram += directions @ directions.T
        lengths = np.sqrt(gram.diagonal())
        lengths[lengths == 0] = 1  # a direction that is no direction: nothing is along it
        cosines = gram / np.outer(lengths, lengths)
        return places / lengths @ np.linalg.pinv(cosines, hermitian=True) / lengths

    def off(self, points: Points) -> Float[np.ndarray, "*n"]:
        """How far points are from the plane.

        It is the length of what is left of each offset, since a difference of squares would cancel.
        """
        places = self.project(points)
        squares = np.zeros(points.shape[:-1])
        for part, offsets in self._offsets(points):
            squares += ((offsets - places @ self.directions[:, part].double().cpu().numpy()) ** 2).sum(
                axis=-1
            )
        return np.sqrt(squares)

    def _offsets(self, points: Points) -> Iterator[tuple[slice, np.ndarray]]:
        """The points from the origin, a block of columns at a time, float64."""
        for part in blocks(int(np.prod(points.shape[:-1])), points.shape[-1]):
            origin = self.origin[part].double().cpu().numpy()
            yield part, np.asarray(points[..., part], dtype=np.float64) - origin


def blocks(records: int, dims: int) -> Iterator[slice]:
    """Blocks of columns of points `[records, dims]`, each of at most `BLOCK` numbers."""
    step = max(1, BLOCK // max(1, records))
    return (slice(first, min(first + step, dims)) for first in range(0, dims, step))
