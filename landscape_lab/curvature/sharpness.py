"""Sharpness, the highest curvature, along a path."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.curvature.lanczos import eigenpairs, freshened
from landscape_lab.curvature.products import HessianProducts, Scaled, dense

TOLERANCE = 1e-4
"""Of a sharpness, as a share of it."""
FRESH = 0.1
"""How much of a random vector is added to the eigenvector of the point before: others may overtake it."""
EXACT = 2
"""Of so few dimensions the whole Hessian is taken."""


class Sharpness(NamedTuple):
    """The curvature at a point.

    Args:
        highest: λmax of the Hessian.
        lowest: λmin, where the whole Hessian was taken; else NaN.
        vector: The eigenvector of the highest, `[dims]`.
    """

    highest: float
    lowest: float
    vector: Float[Tensor, " dims"]


class Sharpnesses(NamedTuple):
    """The curvature along a path.

    Args:
        steps: At which steps, `[n]`.
        values: By name, `[n]` each: `sharpness`, `preconditioned_sharpness`, `lowest_curvature`; NaN
            where there is none.
        thresholds: Above which the optimizer is unstable at each step, `[n]`; NaN where not known.
        formula: How the threshold follows from the optimizer's settings; empty where not known.
        preconditioned: Whether the threshold is one of the preconditioned sharpness.
    """

    steps: Int[np.ndarray, " n"]
    values: Mapping[str, Float[np.ndarray, " n"]]
    thresholds: Float[np.ndarray, " n"]
    formula: str = ""
    preconditioned: bool = False


def sharpness(
    products: HessianProducts, preconditioner: Tensor | None = None, near: Tensor | None = None
) -> Sharpness:
    r"""The highest eigenvalue of a Hessian, or of :math:`P^{-1/2} H P^{-1/2}`.

    Args:
        products: Of one point.
        preconditioner: The diagonal of P, `[dims]`.
        near: The eigenvector of a point nearby, `[dims]`, saves products.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> products = HessianProducts(FunctionLandscape(lambda x, y: 3 * x**2 - y**2, start=(1.0, 1.0)))
    >>> sharpness(products)[:2]
    (6.0, -2.0)
    """
    n, dims = products.shape
    if n != 1:
        raise ValueError(f"Sharpness should be asked of one point. Found {n}.")
    matrix = products if preconditioner is None else Scaled(products, preconditioner.rsqrt()[None])
    if dims <= EXACT:
        return _whole(dense(matrix)[0].double().cpu())
    start = None
    if near is not None and bool(near.isfinite().all()):
        start = freshened(near[None], FRESH)
    found = eigenpairs(matrix, tolerance=TOLERANCE, start=start)
    return Sharpness(float(found.values[0, 0]), float("nan"), found.vectors[0, 0])


def _whole(hessian: Float[Tensor, "dims dims"]) -> Sharpness:
    """Both ends, of all eigenvalues."""
    if not hessian.isfinite().all():
        return Sharpness(float("nan"), float("nan"), torch.full_like(hessian[0], torch.nan))
    values, vectors = torch.linalg.eigh(hessian)
    return Sharpness(float(values[-1]), float(values[0]), vectors[:, -1])
