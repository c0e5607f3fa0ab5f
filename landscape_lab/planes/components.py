"""The principal components of the motion, exact, from memory or from disk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.landscapes.axes import Axes
from landscape_lab.planes.plane import Plane, blocks
from landscape_lab.records.point_file import Points

EXACT = 2**20
"""Points of more numbers are multiplied in float32, twice as fast; their sums are float64 all the same."""
NEGLIGIBLE = 1e-14
"""A share of the motion below this is rounding: no direction can be told from it."""


def principal(
    paths: Sequence[Points], *, centred: bool = True, kept: Bool[Tensor, " dims"] | None = None
) -> Plane:
    """The plane of most motion, through the last point: the two principal components of all points.

    It equals scikit-learn's PCA, signs included (the largest entry of a direction is positive).
    Points that are not finite do not count. Memory holds one block of columns, so paths may be
    memory maps of points that do not fit.

    Args:
        paths: Points, `[…, dims]` each: arrays, or `HalfPrecisionPoints`.
        centred: Around their mean; otherwise around the last point.
        kept: Which numbers of a point count; all if not given. The shares are of their motion.
    """
    points = lists_of(paths)
    dims = points[0].shape[1]
    last = last_finite(points)
    if last is None:
        return _plane(np.zeros(dims), axis_directions(dims), np.zeros(2))
    return _plane(last, *_components(Motion(points, last, kept), centred))


def remaining(
    paths: Sequence[Points], across: Float[Tensor, " dims"], *, kept: Bool[Tensor, " dims"] | None = None
) -> Float[Tensor, " dims"]:
    """The first principal component of what the motion leaves across a direction, a unit vector.

    With a unit vector d, the points X become X − (X d) d'. Where nothing is left, it is an axis
    across d.

    Args:
        paths: Points, `[…, dims]` each.
        across: The direction, a unit vector.
        kept: Which numbers of a point count.
    """
    points = lists_of(paths)
    last = last_finite(points)
    unit = across.double().cpu()
    if last is None:
        return across_direction(unit, kept)
    directions, shares = _components(Motion(points, last, kept, unit), centred=True)
    return directions[0] if shares[0] > 0 else across_direction(unit, kept)


@dataclass(frozen=True)
class Motion:
    """The points as offsets from one of them.

    It is subtracted before products are summed, because digits of large numbers would cancel.

    Args:
        points: Lists of points, `[records, dims]` each.
        last: What is subtracted.
        kept: Which numbers count; all others are taken as 0.
        across: A unit vector along which motion does not count.
    """

    points: Sequence[Points]
    last: Float[np.ndarray, " dims"]
    kept: Bool[Tensor, " dims"] | None = None
    across: Float[Tensor, " dims"] | None = None

    def columns(self, part: slice, dtype: torch.dtype) -> Tensor:
        """Some columns of all points, `[records, columns]`; subtracted in float64, as they nearly agree."""
        offsets = torch.cat(
            [torch.from_numpy(path[:, part] - self.last[part]).to(dtype) for path in self.points]
        )
        return offsets if self.kept is None else offsets * self.kept[part]


def _components(motion: Motion, centred: bool) -> tuple[Tensor, np.ndarray]:
    """Two directions and their shares, by whichever products are fewer."""
    records, dims = sum(map(len, motion.points)), len(motion.last)
    return _small(motion, centred) if records > dims else _large(motion, centred)


def lists_of(paths: Sequence[Points]) -> list[Points]:
    """All points `[…, dims]` as lists `[records, dims]`, one a member where they lie in a file."""
    return [part for path in paths for part in _lists(path)]


def _lists(path: Points) -> Sequence[Points]:
    """The points `[…, dims]` as lists `[records, dims]`, one a member; those of a file stay there."""
    return [path.reshape(-1, path.shape[-1])] if isinstance(path, np.ndarray) else path.each_member()


def _plane(origin: np.ndarray, directions: Tensor, shares: np.ndarray) -> Plane:
    """The plane, whose axes tell how much of the motion lies along each."""
    explained = (float(shares[0]), float(shares[1]))
    axes = axes_named(("direction 1", "direction 2"), explained)
    return Plane(torch.from_numpy(origin).to(directions), directions, axes, explained)


def axes_named(names: tuple[str, str], explained: tuple[float, float] | None) -> Axes:
    """Axes that also tell how much of the motion lies along each, where that is known."""
    if explained is None:
        return Axes(labels=names)
    first, second = (
        f"{name} ({part_of(share)} of the motion)" for name, share in zip(names, explained, strict=True)
    )
    return Axes(labels=(first, second))


def part_of(share: float) -> str:
    """A share in words, none of which is said to be nothing unless it is.

    >>> part_of(0.25), part_of(0.0004), part_of(0.0)
    ('25.0%', '<0.1%', '0.0%')
    """
    return "<0.1%" if 0.0 < share < 0.0005 else f"{share:.1%}"


def last_finite(points: Sequence[Points]) -> Float[np.ndarray, " dims"] | None:
    """The last point of some lists that is finite, float64; `None` where there is none."""
    for path in reversed(points):
        for index in range(len(path) - 1, -1, -1):
            if np.isfinite(point := path[index]).all():
                return np.asarray(point, dtype=np.float64)
    return None


def _small(motion: Motion, centred: bool) -> tuple[Tensor, np.ndarray]:
    """Directions and shares from products of columns, `[dims, dims]`, where dims are fewer than points."""
    dims = len(motion.last)
    products, total, number = np.zeros((dims, dims)), np.zeros(dims), 0
    for path in motion.points:
        for part in blocks(dims, len(path)):  # blocks of points here, whole columns at once
            offsets = np.asarray(path[part], dtype=np.float64) - motion.last
            offsets = offsets[np.isfinite(offsets).all(axis=1)]
            products += offsets.T @ offsets
            total += offsets.sum(axis=0)
            number += len(offsets)
    if centred:
        products -= np.outer(total, total) / number
    if motion.kept is not None:
        products *= np.outer(motion.kept, motion.kept)
    if motion.across is not None:
        beside = np.eye(dims) - np.outer(motion.across, motion.across)
        products = beside @ products @ beside
    strengths, vectors = np.linalg.eigh(products)  # from weak to strong, a vector in each column
    return _two(
        torch.from_numpy(np.ascontiguousarray(vectors[:, :-3:-1].T)),
        strengths[:-3:-1],
        np.trace(products),
        motion.kept,
    )


def _large(motion: Motion, centred: bool) -> tuple[Tensor, np.ndarray]:
    """Directions and shares from products of points, `[records, records]`, where points are fewer.

    With the offsets X = U S V', the Gram matrix X X' = U S² U' has the same strengths, and V' = S⁻¹
    U' X gives the directions in a second pass. Centring X is centring the rows and columns of X X'.
    Without its part along d, X − (X d) d' has the products X X' − (X d) (X d)'.
    """
    records, dims = sum(map(len, motion.points)), len(motion.last)
    dtype = torch.float64 if dims <= EXACT else torch.float32
    gram = torch.zeros(records, records, dtype=torch.float64)
    along = torch.zeros(records, dtype=torch.float64)
    finite = torch.ones(records, dtype=torch.bool)
    for part in blocks(records, dims):
        offsets = motion.columns(part, dtype)
        known = offsets.isfinite()
        if not known.all():
            finite &= known.all(dim=1)
            offsets = torch.where(known, offsets, 0.0)  # their rows are dropped below
        gram += (offsets @ offsets.T).double()
        if motion.across is not None:
            along += (offsets @ motion.across[part].to(dtype)).double()
    kept = finite.nonzero().view(-1)
    gram = (gram - along.outer(along) if motion.across is not None else gram)[kept][:, kept]
    if centred:
        gram = gram - gram.mean(dim=0) - gram.mean(dim=1, keepdim=True) + gram.mean()
    strengths, vectors = torch.linalg.eigh(gram)
    strengths, vectors = strengths.flip(0)[:2], vectors.flip(1)[:, :2]  # [2], [kept, 2]
    weights = torch.zeros(2, records, dtype=dtype)
    weights[: vectors.shape[1], kept] = (vectors / strengths.clamp_min(1e-300).sqrt()).T.to(dtype)
    directions = torch.empty(2, dims, dtype=dtype)
    for part in blocks(records, dims):
        offsets = motion.columns(part, dtype)
        directions[:, part] = weights @ torch.where(finite[:, None], offsets, 0.0)
    if motion.across is not None:
        unit = motion.across.to(dtype)
        directions -= (directions @ unit)[:, None] * unit
    return _two(directions, strengths.numpy(), float(gram.trace()), motion.kept)


def _two(
    directions: Tensor, strengths: np.ndarray, total: float, kept: Tensor | None
) -> tuple[Tensor, np.ndarray]:
    """Two unit directions and their shares: a straight path tells one direction, a single point none."""
    shares = np.zeros(2)
    shares[: len(strengths)] = np.clip(strengths, 0.0, None) / max(total, np.finfo(float).tiny)
    known = int((shares > NEGLIGIBLE).sum()) if total > 0 else 0
    if known == 0:
        return axis_directions(directions.shape[1], kept).to(directions), np.zeros(2)
    for direction in directions[:known]:
        direction /= direction.norm()
        direction *= direction[direction.abs().argmax()].sign()
    if known == 1:
        directions[1] = across_direction(directions[0], kept)
        shares[1] = 0.0
    return directions, shares


def axis_directions(dims: int, kept: Bool[Tensor, " dims"] | None = None) -> Float[Tensor, "2 dims"]:
    """The first two axes of those that count, where no motion tells a direction."""
    directions = torch.zeros(2, dims, dtype=torch.float64)
    first, second = (0, min(1, dims - 1)) if kept is None else kept.nonzero().view(-1)[:2].tolist()
    directions[0, first] = directions[1, second] = 1.0
    return directions


def across_direction(
    direction: Float[Tensor, " dims"], kept: Bool[Tensor, " dims"] | None = None
) -> Float[Tensor, " dims"]:
    """A unit vector orthogonal to another: the axis that is the most across it, without its part along it.

    Args:
        direction: A unit vector.
        kept: Which numbers count, that is, which axes there are.
    """
    sizes = direction.abs() if kept is None else torch.where(kept, direction.abs(), torch.inf)
    axis = int(sizes.argmin())
    across = -direction[axis] * direction
    across[axis] += 1.0
    return across / across.norm()
