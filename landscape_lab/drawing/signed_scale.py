"""Scales of what has a sign and of its size: logarithmic above a linear middle, where values span decades."""

import numpy as np
from matplotlib.colors import Normalize, SymLogNorm

from landscape_lab.drawing.color_scale import ColorScale

CUT, FAR = 0.998, 2.0
"""The share of sizes above 0 that a scale holds; all, if the largest is at most so many times its end."""
SKEWED = 0.1
"""A scale is logarithmic where half of the sizes lie in so small a share of it."""
MIDDLE = 0.05
"""The share of sizes that are then drawn linearly, around 0."""
DECADES = 4
"""The most decades on each side of the linear middle."""
TICKS = 3
"""The most powers of ten on each side of 0 that have numbers."""


def signed_scale(values: np.ndarray, least: float = 0.0) -> ColorScale:
    """A scale as wide below 0 as above.

    Args:
        values: All that have its colours; those that are not finite do not count.
        least: Sizes up to it are noise, and drawn linearly.
    """
    return _scale(values, least, lower=-1.0)


def size_scale(values: np.ndarray, least: float = 0.0) -> ColorScale:
    """The upper half of such a scale, for values that have no sign."""
    return _scale(values, least, lower=0.0)


def _scale(values: np.ndarray, least: float, lower: float) -> ColorScale:
    """A scale from so many times its upper end."""
    finite = values[np.isfinite(values)]
    sizes = np.abs(finite)
    largest = float(sizes.max(initial=0.0))
    if largest == 0.0:
        return ColorScale(Normalize(lower, 1.0), ticks=np.zeros(1))
    middle, half, top = (float(size) for size in np.quantile(sizes[sizes > 0.0], [MIDDLE, 0.5, CUT]))
    if largest <= FAR * top:
        top = largest
    extend = ("neither", "min", "max", "both")[int(finite.min() < lower * top) + 2 * int(finite.max() > top)]
    middle = max(middle, least, top * 10.0**-DECADES)
    if max(middle, half) > SKEWED * top:
        return ColorScale(Normalize(lower * top, top), extend)
    return ColorScale(SymLogNorm(middle, vmin=lower * top, vmax=top), extend, _ticks(middle, lower, top))


def _ticks(middle: float, lower: float, top: float) -> np.ndarray:
    """0 and some powers of ten between the linear middle and the ends."""
    powers = np.arange(np.ceil(np.log10(middle)), np.floor(np.log10(top)) + 1)
    upper = 10.0 ** powers[:: -(-len(powers) // TICKS)]
    return np.concatenate([-upper[::-1] if lower < 0 else [], [0.0], upper])
