"""Two-dimensional windows into parameter space."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.base import Axes, Landscape


@dataclass(frozen=True)
class Plane:
    """An origin and two directions: the place (u, v) of the plane is the point `origin + u * directions[0] + v * directions[1]`.

    Args:
        origin: `[dims]`.
        directions: `[2, dims]`, linearly independent.
        axes: Their names, and how the plane is drawn.

    >>> plane = Plane(torch.tensor([1.0, 1.0, 1.0]), torch.tensor([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]]))
    >>> plane.points(torch.tensor([[1.0, 0.5]]))
    tensor([[1.5000, 3.0000, 1.0000]])
    >>> plane.project(np.array([[1.5, 3.0, 7.0]]))
    array([[1. , 0.5]])
    """

    origin: Float[Tensor, " dims"]
    directions: Float[Tensor, "2 dims"]
    axes: Axes = Axes()  # noqa: RUF009 - frozen

    @classmethod
    def of(cls, landscape: Landscape) -> "Plane":
        """The whole of a two-dimensional landscape, in the units in which it is drawn.

        Raises:
            ValueError: The landscape does not have two dimensions.
        """
        if (dims := landscape.flat().shape[1]) != 2:
            raise ValueError(f"A landscape should have 2 dimensions to be drawn without a choice of plane. Found {dims}.")
        axes = landscape.axes
        origin, unit = (torch.tensor(values, dtype=torch.float64) for values in (axes.origin, axes.unit))
        return cls(origin, torch.diag(unit), axes)

    def points(self, places: Float[Tensor, "n 2"]) -> Float[Tensor, "n dims"]:
        """The points at places (u, v) of the plane."""
        return self.origin + places @ self.directions

    def project(self, points: np.ndarray) -> np.ndarray:
        """The places nearest to points `[..., dims]`, in the least-squares sense, as `[..., 2]`."""
        offsets = np.asarray(points, dtype=np.float64) - self.origin.double().cpu().numpy()
        return offsets @ np.linalg.pinv(self.directions.double().cpu().numpy())
