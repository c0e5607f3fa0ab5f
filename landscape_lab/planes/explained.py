"""How much of the motion the directions of a plane hold."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.planes.components import last_finite, lists_of
from landscape_lab.planes.plane import blocks
from landscape_lab.records.point_file import Points


def explained_variance(
    paths: Sequence[Points], directions: Float[Tensor, "2 dims"]
) -> tuple[float, float] | None:
    """The share of the variance of all points along the first direction, and along the second across it.

    With points x_i around their mean and orthonormal vectors e_1, e_2 that span the plane, e_1 along the
    first direction, the shares are Σ (x_i · e_k)² / Σ ‖x_i‖². Their sum is the plane's, however oblique
    the directions are. `None` where nothing moves.

    Args:
        paths: Points, `[…, dims]` each; those that are not finite do not count.
        directions: Linearly independent.
    """
    points = lists_of(paths)
    last = last_finite(points) if points else None
    if last is None:
        return None
    basis = torch.linalg.qr(directions.double().cpu().T).Q.numpy()  # [dims, 2]
    finite = _finite(points, len(last))
    records = int(finite.sum())
    places, total = np.zeros((records, 2)), 0.0
    for part in blocks(len(finite), len(last)):
        offsets = _columns(points, part)[finite] - last[part]
        offsets -= offsets.mean(axis=0)
        places += offsets @ basis[part]
        total += float((offsets**2).sum())
    if total == 0:
        return None
    first, second = (places**2).sum(axis=0) / total
    return float(first), float(second)


def _finite(points: Sequence[Points], dims: int) -> np.ndarray:
    """Which of the points are finite."""
    records = sum(map(len, points))
    finite = np.ones(records, dtype=bool)
    for part in blocks(records, dims):
        finite &= np.isfinite(_columns(points, part)).all(axis=1)
    return finite


def _columns(points: Sequence[Points], part: slice) -> np.ndarray:
    """Some columns of all points, float64."""
    return np.concatenate([np.asarray(path[:, part], dtype=np.float64) for path in points])
