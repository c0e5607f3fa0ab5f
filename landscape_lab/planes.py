"""Two-dimensional windows into parameter space."""

from collections.abc import Sequence
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

    @classmethod
    def principal(cls, paths: Sequence[np.ndarray]) -> "Plane":
        """The two directions of most motion: the principal components of points `[…, dims]`, through the last point.

        Their share of the variance is told in the axes' names. Points that are not finite do not count.
        """
        points = np.concatenate([path.reshape(-1, path.shape[-1]) for path in paths]).astype(np.float64)
        points = points[np.isfinite(points).all(axis=1)]
        origin = points[-1] if len(points) else np.zeros(paths[0].shape[-1])
        _, strengths, directions = np.linalg.svd(
            points - points.mean(axis=0) if len(points) else np.eye(len(origin)), full_matrices=False
        )
        if len(directions) < 2:  # a single record
            strengths, directions = np.zeros(2), np.eye(2, len(origin))
        shares = strengths[:2] ** 2 / max(float((strengths**2).sum()), np.finfo(float).tiny)
        first, second = (f"direction {k} ({share:.1%} of the motion)" for k, share in enumerate(shares, start=1))
        return cls(torch.from_numpy(origin), torch.from_numpy(directions[:2].copy()), Axes(labels=(first, second)))

    def points(self, places: Float[Tensor, "n 2"]) -> Float[Tensor, "n dims"]:
        """The points at places (u, v) of the plane."""
        return self.origin + places @ self.directions

    def project(self, points: np.ndarray) -> np.ndarray:
        """The places nearest to points `[..., dims]`, in the least-squares sense, as `[..., 2]`."""
        offsets = np.asarray(points, dtype=np.float64) - self.origin.double().cpu().numpy()
        return offsets @ np.linalg.pinv(self.directions.double().cpu().numpy())
