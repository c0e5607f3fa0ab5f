"""Values between the nodes of a grid: smooth losses by a spline, staircases by straight lines."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.interpolate import RectBivariateSpline, make_interp_spline
from scipy.ndimage import distance_transform_edt, maximum_filter1d

from landscape_lab.planes.window import Window

CUBIC, LINEAR = 3, 1
"""Degrees of splines: losses are smooth; accuracies are staircases, about which a smooth curve swings."""
FEW = 7
"""So many nodes about a hole say little of a spline: their values lean on those that fill the hole."""
ROUNDING = 1e-6
"""Losses in single precision agree to such a share; a smaller error of a spline is none."""


def between(
    u: np.ndarray,
    v: np.ndarray,
    values: Float[np.ndarray, "v u"],
    window: Window,
    shape: tuple[int, int],
    degree: int = CUBIC,
) -> Float[np.ndarray, "rows columns"]:
    """Values at the centres of cells, from those at nodes.

    Smooth ones through their logarithms where all are positive, since losses span decades. A cell is
    not finite where its nearest node is not.

    Args:
        u: The nodes along the columns, at least one more than the degree.
        v: The nodes along the rows.
        values: At the nodes.
        window: What is drawn.
        shape: Its cells, rows and columns.
        degree: Of the spline, `CUBIC` or `LINEAR`.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(shape, np.nan)
    logarithmic = degree == CUBIC and is_positive(values)
    whole = filled(values)
    spline = RectBivariateSpline(v, u, np.log(whole) if logarithmic else whole, kx=degree, ky=degree)
    rows, columns = window.rows(shape[0]).numpy(), window.columns(shape[1]).numpy()
    smooth = spline(rows, columns)
    unknown = ~known[np.ix_(_nearest(v, rows), _nearest(u, columns))]
    return np.where(unknown, np.nan, np.exp(smooth) if logarithmic else smooth)


def foretelling_error(at: np.ndarray, losses: Float[np.ndarray, "v u"], axis: int) -> float:
    """How far a cubic spline through every other node misses the nodes between, along one axis.

    Args:
        at: The nodes along the axis, an odd number of 7 at least.
        losses: At all nodes; those that are not finite, and the nodes about them, do not count.
        axis: 0 for the rows, 1 for the columns.

    Returns:
        The largest miss, as a share of the range of the losses; of their logarithms, where all are
        positive. 0 where it is rounding.
    """
    values = np.log(filled(losses)) if is_positive(losses) else filled(losses)
    known = np.isfinite(losses)
    range_ = np.ptp(values[known])
    rounding = ROUNDING * (1.0 if is_positive(losses) else float(np.abs(values[known]).max()))
    lines = np.moveaxis(values, axis, -1)
    spline = make_interp_spline(at[::2], lines[..., ::2], k=CUBIC, axis=-1)
    misses = np.abs(spline(at[1::2]) - lines[..., 1::2])
    miss = float(misses[~_near_holes(known, axis)[..., 1::2]].max(initial=0.0))
    return miss / range_ if miss > rounding else 0.0


def is_positive(values: np.ndarray) -> bool:
    """Whether all that are finite are above 0, so that they have logarithms."""
    return bool((values[np.isfinite(values)] > 0).all())


def filled(values: Float[np.ndarray, "v u"]) -> Float[np.ndarray, "v u"]:
    """The values, and for each that is not finite the nearest that is: a spline needs a number everywhere."""
    nearest = distance_transform_edt(~np.isfinite(values), return_distances=False, return_indices=True)
    return values[tuple(nearest)]


def _near_holes(known: Bool[np.ndarray, "v u"], axis: int) -> Bool[np.ndarray, "lines nodes"]:
    """Which nodes have one that is not finite beside them, along an axis that is put last."""
    holes = np.moveaxis(~known, axis, -1).astype(np.uint8)
    return maximum_filter1d(holes, FEW, axis=-1, mode="constant").astype(bool)


def _nearest(nodes: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The index of the node nearest to each coordinate."""
    return np.abs(nodes - at[:, None]).argmin(axis=1)
