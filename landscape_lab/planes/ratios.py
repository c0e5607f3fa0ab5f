"""Where a plane is not what it seems: the curvature of the whole landscape at each place of it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.curvature import Eigenpairs, HessianProducts, eigenpairs
from landscape_lab.curvature.lanczos import freshened
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.window import Window, crossed

RESOLUTION = 25
"""Places along each side."""
TOLERANCE = 3e-4
"""Of an eigenvalue, as a share of the largest magnitude: a colour shows no more."""
LIMIT = 60
"""The most products of a place: where a loss is all but flat, its eigenvalues do not part."""
CHEAP_NUMBERS, DEAR_NUMBERS = 2**16, 2**11
"""The most numbers that the points of a batch consist of, where points are cheap and where they are dear."""
TOGETHER = 5
"""The most points of a network in one batch: one pass serves them all, and their graph fits in the cache."""
KEPT = 2**26
"""The most numbers of the vectors that are kept from one row of places for the next."""
FRESH = 0.3
"""How much of a random vector is added to them."""


@dataclass(frozen=True)
class RatioMap:
    """The ends of the Hessian's spectrum on a grid of places.

    Args:
        u: `[columns]`.
        v: `[rows]`.
        lowest: λmin of the whole Hessian, `[rows, columns]`; NaN where it is not finite.
        highest: λmax alike.
        products: How many Hessian products were made at a place, on average.
    """

    u: Float[np.ndarray, " columns"]
    v: Float[np.ndarray, " rows"]
    lowest: Float[np.ndarray, "rows columns"]
    highest: Float[np.ndarray, "rows columns"]
    products: float

    @property
    def ratio(self) -> Float[np.ndarray, "rows columns"]:
        r"""The negative curvature beside the positive, :math:`|λ_{min}/λ_{max}|`.

        0 where no curvature is negative: there the landscape is as convex as the picture. Infinite
        where none is positive. NaN where the loss is flat, or a Hessian not finite.
        """
        negative = np.maximum(-self.lowest, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return negative / np.maximum(self.highest, 0.0)


def ratio_map(
    landscape: Landscape,
    plane: Plane,
    window: Window,
    resolution: int = RESOLUTION,
    tolerance: float = TOLERANCE,
    heard: Callable[[int, int], None] = lambda known, made: None,
) -> RatioMap:
    r"""The lowest and highest curvature of the whole landscape at places of a plane.

    A valley in the plane may be a saddle of all dimensions: principal curvatures of a random slice are
    averages of the whole Hessian's. The ratio of the two ends tells how far a seemingly convex region is
    convex (Li et al., "Visualizing the loss landscape of neural nets", NeurIPS 2018, §6).

    Args:
        landscape: Any.
        plane: Where points lie.
        window: Its corners are places of the map, of a picture to half a pixel.
        resolution: Places along each side, at least 2.
        tolerance: Of each eigenvalue, as a share of the largest magnitude.
        heard: Hears after each row how many places are known, and how many of them were made.

    Raises:
        ValueError: The resolution is below 2, or the landscape is not twice differentiable.
    """
    if resolution < 2:
        raise ValueError(f"Parameter `resolution` should be at least 2. Found `resolution = {resolution}`.")
    u, v = window.nodes(resolution)
    if plane.axes.picture:
        u, v = _between_pixels(u), _between_pixels(v)
    rows = crossed(u, v).view(resolution, resolution, 2)
    ends = torch.empty(resolution, resolution, 2, dtype=torch.float64)
    before: list[Tensor] = []
    made = 0
    for number, places in enumerate(rows):
        parts = plane.points(places).split(_batch(landscape))
        found = [_ends(landscape, *pair, number, tolerance) for pair in zip_longest(parts, before)]
        ends[number] = torch.cat([each.values for each in found]).cpu()
        made += sum(each.products * len(each.values) for each in found)
        heard((number + 1) * resolution, (number + 1) * resolution)
        before = [each.vectors for each in found] if landscape.dims * 2 * resolution <= KEPT else []
    lowest, highest = ends[..., 1].numpy(), ends[..., 0].numpy()
    return RatioMap(u.numpy(), v.numpy(), lowest, highest, made / resolution**2)


def _between_pixels(axis: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """Places more than a pixel apart, each moved to the nearest place half way between two pixels' centres.

    Within a pixel the second derivative of bicubic interpolation swings: of a parabola from 0 to twice
    its mean, which it has half way. Places at other distances would show stripes that are not there.
    """
    return axis if (axis[1] - axis[0]).abs() <= 1.0 else (axis + 0.5).round() - 0.5


def _batch(landscape: Landscape) -> int:
    """How many points are taken together."""
    if isinstance(landscape, PointLandscape):
        return max(1, CHEAP_NUMBERS // landscape.dims)
    return min(TOGETHER, max(1, DEAR_NUMBERS // landscape.dims))


def _ends(
    landscape: Landscape, points: Float[Tensor, "n dims"], near: Tensor | None, seed: int, tolerance: float
) -> Eigenpairs:
    """The highest and the lowest eigenvalue at points.

    The vectors of the row before, `near`, `[n, 2, dims]`, halve the products where there are any.
    """
    products = HessianProducts(landscape, points)
    start = None
    if near is not None:
        start = freshened(near.sum(dim=1).nan_to_num(), FRESH, seed)
    found = eigenpairs(products, top=1, bottom=1, tolerance=tolerance, limit=LIMIT, start=start, seed=seed)
    known = products.losses.isfinite().to(found.values.device)[:, None]  # log(x) has derivatives below 0
    return found._replace(values=torch.where(known, found.values, torch.nan))
