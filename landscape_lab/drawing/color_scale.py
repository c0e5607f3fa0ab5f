"""The one rule for colours of losses: without the extremes, logarithmic where most of them are low."""

from typing import NamedTuple

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, FuncNorm, LogNorm, Normalize

EXTREMES = (0.02, 0.98)
"""The shares of values between which colours change."""
SKEWED = 0.25
"""Values of which half lie in so small a share of their range are drawn logarithmically above the lowest."""
DECADES = 100.0
"""Positive values whose highest is so many times their lowest are drawn logarithmically, if half lie low."""
ROUND_OFF = 1e-8
"""Differences below so small a share of what the landscape spans are round-off and get no colours."""
TICKS = 6


class ColorScale(NamedTuple):
    """Colours for values.

    Args:
        norm: From values to the way through a colormap.
        extend: At which ends there are values beyond it, in matplotlib's words.
        ticks: At which values its bar has numbers; `None`: where matplotlib sets them.
    """

    norm: Normalize
    extend: str = "neither"
    ticks: np.ndarray | None = None

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to tell apart."""
        return self.ticks is not None and len(self.ticks) == 1

    def mappable(self, colors: str | Colormap) -> ScalarMappable:
        """What a bar needs."""
        return ScalarMappable(self.norm, colors)


def color_scale(values: np.ndarray, ground: np.ndarray | None = None) -> ColorScale:
    """The scale of some values, of which those that are not finite do not count.

    Args:
        values: Those that are seen.
        ground: Losses of the landscape around them: differences that are nothing beside theirs get no
            colours.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return ColorScale(Normalize(0.0, 1.0), ticks=np.array([0.0]))
    least = ROUND_OFF * _span(finite if ground is None else ground)
    low, middle, high = np.quantile(finite, [EXTREMES[0], 0.5, EXTREMES[1]])
    if high - low <= max(least, ROUND_OFF * abs(low)):
        return ColorScale(Normalize(low, low + (least or abs(low) or 1.0)), ticks=np.array([low]))
    extend = ("neither", "min", "max", "both")[(finite.min() < low) + 2 * (finite.max() > high)]
    if low > 0 and high > DECADES * low and middle - low < 0.5 * (high - low):
        return ColorScale(LogNorm(max(low, least), high), extend)
    if middle - low < SKEWED * (high - low):
        return _above(low, middle, high, extend)
    return ColorScale(Normalize(low, high), extend)


def _above(low: float, middle: float, high: float, extend: str) -> ColorScale:
    """A logarithmic scale of what is above the lowest, whose bar tells the values themselves."""
    room = max(0.1 * (middle - low), 1e-3 * (high - low))

    def height(value: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(value - low, 0.0) + room)

    def value(height: np.ndarray) -> np.ndarray:
        return np.exp(height) + low - room

    ends = height(np.array([low, high]))
    ticks = _round(value(np.linspace(ends[0], ends[1], TICKS)))
    norm = FuncNorm((height, value), low, high)
    return ColorScale(norm, extend, ticks)


def _round(values: np.ndarray) -> np.ndarray:
    """Increasing values with as few digits as tell neighbours apart, none beyond the first and the last.

    >>> _round(np.array([3.01, 3.17, 3.67, 5.13, 9.43, 22.1]))
    array([ 3.1,  3.2,  3.7,  5. ,  9. , 20. ])
    """
    gaps = np.diff(values)
    nearest = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    unit = 10.0 ** np.floor(np.log10(nearest))
    inside = np.clip(np.round(values / unit), np.ceil(values[0] / unit), np.floor(values[-1] / unit))
    return np.unique(inside * unit)


def _span(values: np.ndarray) -> float:
    """The highest finite value less the lowest."""
    finite = values[np.isfinite(values)]
    return float(np.ptp(finite)) if len(finite) else 0.0
