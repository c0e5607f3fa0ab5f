"""Where the directions of a plane come from: so far, from the motion itself."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.base import Axes
from landscape_lab.planes.plane import Plane, blocks
from landscape_lab.point_file import Points

EXACT = 2**20
"""Points of more numbers are multiplied in float32, twice as fast; their sums are float64 all the same."""
NEGLIGIBLE = 1e-14
"""A share of the motion below this is rounding: no direction can be told from it."""


def principal(paths: Sequence[Points], *, centred: bool = True) -> Plane:
    """The plane of most motion, through the last point: the two principal components of all points.

    It equals scikit-learn's PCA, signs included (the largest entry of a direction is positive).
    Points that are not finite do not count. Memory holds one block of columns, so paths may be
    memory maps of points that do not fit.

    Args:
        paths: Points, `[…, dims]` each: arrays, or `HalfPrecisionPoints`.
        centred: Around their mean; otherwise around the last point.
    """
    points = [part for path in paths for part in _lists(path)]
    dims = points[0].shape[1]
    last = _last_finite(points)
    if last is None:
        return _plane(np.zeros(dims), _axis_directions(dims), np.zeros(2))
    motion = _small(points, last, centred) if sum(map(len, points)) > dims else _large(points, last, centred)
    return _plane(last, *motion)


def _lists(path: Points) -> Sequence[Points]:
    """The points `[…, dims]` as lists `[records, dims]`, one a member; those of a file stay there."""
    return [path.reshape(-1, path.shape[-1])] if isinstance(path, np.ndarray) else path.each_member()


def _plane(origin: np.ndarray, directions: Tensor, shares: np.ndarray) -> Plane:
    """The plane, whose axes tell how much of the motion lies along each."""
    labels = [
        f"direction {number} ({share:.1%} of the motion)" for number, share in enumerate(shares, start=1)
    ]
    explained = (float(shares[0]), float(shares[1]))
    return Plane(
        torch.from_numpy(origin).to(directions), directions, Axes(labels=(labels[0], labels[1])), explained
    )


def _last_finite(points: Sequence[Points]) -> Float[np.ndarray, " dims"] | None:
    """The last point that is finite, which is the origin.

    It is subtracted before products are summed, because digits of large numbers would cancel.
    """
    for path in reversed(points):
        for index in range(len(path) - 1, -1, -1):
            if np.isfinite(point := path[index]).all():
                return np.asarray(point, dtype=np.float64)
    return None


def _small(points: Sequence[Points], last: np.ndarray, centred: bool) -> tuple[Tensor, np.ndarray]:
    """Directions and shares from products of columns, `[dims, dims]`, where dims are fewer than points."""
    dims = len(last)
    products, total, number = np.zeros((dims, dims)), np.zeros(dims), 0
    for path in points:
        for part in blocks(dims, len(path)):  # blocks of points here, whole columns at once
            offsets = np.asarray(path[part], dtype=np.float64) - last
            offsets = offsets[np.isfinite(offsets).all(axis=1)]
            products += offsets.T @ offsets
            total += offsets.sum(axis=0)
            number += len(offsets)
    if centred:
        products -= np.outer(total, total) / number
    strengths, vectors = np.linalg.eigh(products)  # from weak to strong, a vector in each column
    return _two(
        torch.from_numpy(np.ascontiguousarray(vectors[:, :-3:-1].T)), strengths[:-3:-1], np.trace(products)
    )


def _large(points: Sequence[Points], last: np.ndarray, centred: bool) -> tuple[Tensor, np.ndarray]:
    """Directions and shares from products of points, `[records, records]`, where points are fewer.

    With the offsets X = U S V', the Gram matrix X X' = U S² U' has the same strengths, and V' = S⁻¹
    U' X gives the directions in a second pass. Centring X is centring the rows and columns of X X'.
    """
    records, dims = sum(map(len, points)), len(last)
    dtype = torch.float64 if dims <= EXACT else torch.float32
    gram = torch.zeros(records, records, dtype=torch.float64)
    finite = torch.ones(records, dtype=torch.bool)
    for part in blocks(records, dims):
        offsets = _offsets(points, last, part, dtype)
        known = offsets.isfinite()
        if not known.all():
            finite &= known.all(dim=1)
            offsets = torch.where(known, offsets, 0.0)  # their rows are dropped below
        gram += (offsets @ offsets.T).double()
    kept = finite.nonzero().view(-1)
    gram = gram[kept][:, kept]
    if centred:
        gram = gram - gram.mean(dim=0) - gram.mean(dim=1, keepdim=True) + gram.mean()
    strengths, vectors = torch.linalg.eigh(gram)
    strengths, vectors = strengths.flip(0)[:2], vectors.flip(1)[:, :2]  # [2], [kept, 2]
    weights = torch.zeros(2, records, dtype=dtype)
    weights[: vectors.shape[1], kept] = (vectors / strengths.clamp_min(1e-300).sqrt()).T.to(dtype)
    directions = torch.empty(2, dims, dtype=dtype)
    for part in blocks(records, dims):
        offsets = _offsets(points, last, part, dtype)
        directions[:, part] = weights @ torch.where(finite[:, None], offsets, 0.0)
    return _two(directions, strengths.numpy(), float(gram.trace()))


def _offsets(points: Sequence[Points], last: np.ndarray, part: slice, dtype: torch.dtype) -> Tensor:
    """Some columns of all points, as offsets from the last one, `[records, columns]`.

    They are subtracted in float64, because they nearly agree.
    """
    return torch.cat([torch.from_numpy(path[:, part] - last[part]).to(dtype) for path in points])


def _two(directions: Tensor, strengths: np.ndarray, total: float) -> tuple[Tensor, np.ndarray]:
    """Two unit directions and their shares: a straight path tells one direction, a single point none."""
    shares = np.zeros(2)
    shares[: len(strengths)] = np.clip(strengths, 0.0, None) / max(total, np.finfo(float).tiny)
    known = int((shares > NEGLIGIBLE).sum()) if total > 0 else 0
    if known == 0:
        return _axis_directions(directions.shape[1]).to(directions), np.zeros(2)
    for direction in directions[:known]:
        direction /= direction.norm()
        direction *= direction[direction.abs().argmax()].sign()
    if known == 1:
        directions[1] = _across(directions[0])
        shares[1] = 0.0
    return directions, shares


def _axis_directions(dims: int) -> Float[Tensor, "2 dims"]:
    """The first two axes, where no motion tells a direction."""
    directions = torch.zeros(2, dims, dtype=torch.float64)
    directions[0, 0] = directions[1, min(1, dims - 1)] = 1.0
    return directions


def _across(direction: Float[Tensor, " dims"]) -> Float[Tensor, " dims"]:
    """A unit vector orthogonal to another: the axis that is the most across it, without its part along it."""
    axis = int(direction.abs().argmin())
    across = -direction[axis] * direction
    across[axis] += 1.0
    return across / across.norm()
