"""Where the directions of a plane come from: the ends of a path, a gradient, or points and vectors given."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.components import across_direction, remaining
from landscape_lab.planes.parameters import check_size
from landscape_lab.planes.random_directions import random
from landscape_lab.records.point_file import Points

PARALLEL = 1e-8
"""What is left of a unit vector across another, below which the two are parallel but for rounding."""

Pair = Float[Tensor, "2 dims"]


def start_to_end(
    paths: Sequence[Points],
    second: str = "principal",
    seed: int = 0,
    kept: Bool[Tensor, " dims"] | None = None,
) -> Pair:
    """From the first point to the last one, and the most motion across that: two orthogonal unit vectors.

    Args:
        paths: Points, `[records, members, dims]` each. The first member of the first path gives the
            first direction.
        second: `principal`, the first principal component of what is left of all paths; or `random`.
        seed: Of a random one.
        kept: Which numbers of a point count.

    Raises:
        ValueError: The path has no two different points.
    """
    direction = torch.from_numpy(finite_end(paths[0]) - finite_end(paths[0], first=True))
    if kept is not None:
        direction = direction * kept
    if not direction.any():
        found = "one record" if len(paths[0]) == 1 else "the same point at both"
        raise ValueError(
            f"A path should start and end at different points: plane=start_to_end. Found {found}."
        )
    return with_second(direction, paths, second, seed, kept)


def gradient(
    landscape: Landscape,
    point: Float[Tensor, " dims"],
    paths: Sequence[Points] = (),
    second: str = "random",
    seed: int = 0,
    kept: Bool[Tensor, " dims"] | None = None,
) -> Pair:
    """The gradient of the clean loss at a point, and a direction across it: two orthogonal unit vectors.

    Args:
        landscape: Whose loss is looked at.
        point: Where.
        paths: Points, of which `principal` takes the most motion across the gradient.
        second: `random`, or `principal`.
        seed: Of a random one.
        kept: Which numbers of a point count.

    Raises:
        ValueError: There the gradient is zero, or not finite.
    """
    like = next(landscape.parameters())
    at = point.detach().to(like)[None].requires_grad_()
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(landscape.evaluate(at).sum(), at)
    slope = slope[0].double().cpu()
    slope = slope if kept is None else slope * kept
    if not slope.isfinite().all() or not slope.any():
        found = "zero" if slope.isfinite().all() else "NaN or infinity"
        raise ValueError(
            f"The gradient at the centre should be finite and not zero: plane=gradient. Found {found}."
        )
    return with_second(slope, paths, second, seed, kept)


def three_points(first: Tensor, second: Tensor, third: Tensor) -> Pair:
    """The plane through three points, `[dims]` each: two orthonormal vectors from the first one.

    u = (w₂ − w₁) / ‖w₂ − w₁‖, and v is w₃ − w₁ without its part along u, of unit length.

    Raises:
        ValueError: The points lie on a line.

    Reference: Garipov et al., Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs, 2018.
    """
    one, two = second.double() - first.double(), third.double() - first.double()
    if not one.any() or not two.any():
        raise ValueError("Three points should differ: plane=three_points. Found two that are the same.")
    unit = one / one.norm()
    across = _across(unit, two)
    if across is None:
        raise ValueError("Three points should not lie on a line: plane=three_points. Found three that do.")
    return torch.stack([unit, across])


def custom(landscape: Landscape, vectors: Sequence[Tensor]) -> Pair:
    """Two given directions, as long as they are.

    Args:
        landscape: Whose points they are to be added to.
        vectors: Two, `[dims]` each.

    Raises:
        ValueError: They are not two, of another size, not finite, or parallel.
    """
    if len(vectors) != 2:
        raise ValueError(f"Parameter `plane.vectors` should hold two directions. Found {len(vectors)}.")
    for number, vector in enumerate(vectors, start=1):
        check_size(landscape, vector, f"Direction {number}")
    directions = torch.stack([vector.double().cpu() for vector in vectors])
    check_independent(directions)
    return directions


def check_independent(directions: Pair) -> None:
    """Raise `ValueError` where two directions span no plane."""
    first, second = directions.double()
    for number, vector in enumerate((first, second), start=1):
        if not vector.any():
            raise ValueError(f"A direction should not be zero. Found direction {number} so.")
    if _across(first / first.norm(), second) is None:
        raise ValueError("Two directions should not be parallel. Found one a multiple of the other.")


def with_second(
    direction: Float[Tensor, " dims"],
    paths: Sequence[Points],
    second: str,
    seed: int,
    kept: Bool[Tensor, " dims"] | None = None,
) -> Pair:
    """A direction of unit length, and one across it: of most motion where there is any, or random."""
    unit = direction.double() / direction.double().norm()
    if second == "principal" and len(paths):
        return torch.stack([unit, remaining(paths, unit, kept=kept).to(unit)])
    across = _across(unit, random(len(unit), seed, kept)[1].to(unit))
    return torch.stack([unit, across_direction(unit, kept) if across is None else across])


def _across(unit: Tensor, vector: Tensor) -> Tensor | None:
    """What a vector is across a unit vector, of unit length; `None` where that is rounding."""
    vector = vector / vector.norm()
    across = vector - (vector @ unit) * unit
    if across.norm() < PARALLEL:
        return None
    across = across / across.norm()
    across = across - (across @ unit) * unit  # once more: the first time digits may cancel
    return across / across.norm()


def finite_end(path: Points, *, first: bool = False) -> Float[np.ndarray, " dims"]:
    """The last point of a path's first member that is finite, or the first one, float64.

    Args:
        path: `[records, members, dims]`.
        first: Whether the first one is meant.

    Raises:
        ValueError: There is none.
    """
    for record in range(len(path)) if first else reversed(range(len(path))):
        if np.isfinite(point := path[record, 0]).all():
            return np.asarray(point, dtype=np.float64)
    raise ValueError("A path should have a finite point to tell a direction. Found only NaN or infinity.")
