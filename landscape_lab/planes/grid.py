"""The losses on a plane: as many as a landscape's cost allows."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.interpolate import RectBivariateSpline
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.window import Window, crossed

RESOLUTION = 1024
"""The most cells along the longer side of a picture; half as many along each side of all else."""
BATCH = 2**22
"""The most numbers that the points evaluated at once consist of."""
SECONDS = 5.0
"""What the losses of a landscape whose evaluations are dear may take."""
ROUNDING = 1e-6
"""A smaller share of the losses tells nothing about the code that makes them."""
FEWEST = 15
"""Along each side, at least so many are evaluated: a spline through fewer shows nothing."""

Losses = Callable[[Float[Tensor, "n 2"]], Float[np.ndarray, " n"]]
"""The losses at places of a plane."""


@dataclass(frozen=True)
class Grid:
    """Losses at the centres of a window's cells.

    Args:
        losses: `[rows, columns]`.
        nodes: How many rows and columns were evaluated, where the rest comes from a spline through them.
        centre: The loss at (0, 0) of the plane by the code that makes the grid, and the landscape's own.
    """

    losses: Float[np.ndarray, "rows columns"]
    nodes: tuple[int, int] | None = None
    centre: tuple[float, float] = (0.0, 0.0)

    @property
    def miss(self) -> float:
        """How far the grid is from the landscape at its centre; 0 where that is rounding."""
        sliced, own = self.centre
        finite = self.losses[np.isfinite(self.losses)]
        scale = max(abs(own), float(np.ptp(finite)) if len(finite) else 0.0)
        difference = abs(sliced - own)
        return difference if difference > ROUNDING * scale else 0.0

    @property
    def note(self) -> str:
        """What a picture tells about its losses."""
        nodes = "" if self.nodes is None else f"spline through {self.nodes[1]} × {self.nodes[0]} losses"
        miss = f"the centre misses the landscape by {self.miss:.1e}" if self.miss > 0 else ""
        return " · ".join(part for part in (nodes, miss) if part)


@torch.no_grad()
def sample(
    landscape: Landscape,
    plane: Plane,
    window: Window,
    seconds: float = SECONDS,
    resolution: int = RESOLUTION,
) -> Grid:
    """The losses in a window.

    Landscapes whose parameters are a point, pictures and formulas, are evaluated in each cell. Of all
    others one evaluation is timed, as many are made as the seconds allow, and a spline gives the cells
    between.
    """
    measure = _loss_at(landscape, plane)
    centre = _centre(landscape, plane, measure)
    if isinstance(landscape, PointLandscape):
        columns, rows = cells(window, picture=plane.axes.picture, resolution=resolution)
        return Grid(measure(window.centres(columns, rows)).reshape(rows, columns), centre=centre)
    side = resolution // 2
    nodes = int(min(side, max(FEWEST, (seconds / _seconds(measure)) ** 0.5)))
    if nodes == side:
        return Grid(measure(window.centres(side, side)).reshape(side, side), centre=centre)
    (left, first), (right, last) = window.corners
    u, v = (torch.linspace(*ends, nodes, dtype=torch.float64) for ends in ((left, right), (first, last)))
    losses = measure(crossed(u, v)).reshape(nodes, nodes)
    return Grid(between(u.numpy(), v.numpy(), losses, window, (side, side)), (nodes, nodes), centre)


def cells(window: Window, *, picture: bool, resolution: int = RESOLUTION) -> tuple[int, int]:
    """Columns and rows that are drawn: one for each pixel of a picture, as far as the resolution allows."""
    if not picture:
        return resolution // 2, resolution // 2
    width, height = window.size
    shrink = min(1.0, resolution / max(width, height))
    return max(2, round(width * shrink)), max(2, round(height * shrink))


def between(
    u: np.ndarray, v: np.ndarray, losses: Float[np.ndarray, "v u"], window: Window, shape: tuple[int, int]
) -> Float[np.ndarray, "rows columns"]:
    """Losses at the centres of cells, from those at nodes, by a bicubic spline.

    Through their logarithms where all are positive, since they span decades. A cell is not finite where its
    nearest node is not.
    """
    known = np.isfinite(losses)
    if not known.any():
        return np.full(shape, np.nan)
    logarithmic = bool((losses[known] > 0).all())
    nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
    filled = losses[tuple(nearest)]  # a spline needs a number at each node
    spline = RectBivariateSpline(v, u, np.log(filled) if logarithmic else filled)
    rows, columns = window.rows(shape[0]).numpy(), window.columns(shape[1]).numpy()
    values = spline(rows, columns)
    unknown = ~known[np.ix_(_nearest(v, rows), _nearest(u, columns))]
    return np.where(unknown, np.nan, np.exp(values) if logarithmic else values)


def _nearest(nodes: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The index of the node nearest to each coordinate."""
    return np.abs(nodes - at[:, None]).argmin(axis=1)


def _loss_at(landscape: Landscape, plane: Plane) -> Losses:
    """The losses at places of the plane, by the landscape's own slice: a network loads its weights in place.

    Of all others the points are made, no more of them at once than memory allows.
    """
    batch = max(1, BATCH // landscape.dims)
    measure = landscape.slice(plane.origin, plane.directions)
    return lambda places: (
        torch.cat([measure(part)["loss"] for part in places.to(plane.directions).split(batch)])
        .double()
        .cpu()
        .numpy()
    )


def _centre(landscape: Landscape, plane: Plane, measure: Losses) -> tuple[float, float]:
    """The loss at the origin of the plane, by its slice and by the landscape itself."""
    sliced = measure(torch.zeros(1, 2, dtype=torch.float64))
    own = landscape.evaluate(plane.origin[None].to(next(landscape.parameters())))
    return float(sliced[0]), float(own[0])


def _seconds(measure: Losses) -> float:
    """How long an evaluation takes; the first one, which also sets things up, is not counted."""
    origin = torch.zeros(1, 2, dtype=torch.float64)
    measure(origin)
    began = time.perf_counter()
    measure(origin)
    return max(time.perf_counter() - began, 1e-9)
