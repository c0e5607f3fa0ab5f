"""What losses and distances are drawn on: from where to where, and whether logarithmically."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landscape_lab.drawing.rates import lowest_so_far, medians
from landscape_lab.outcomes.quantiles import quantiles, typical
from landscape_lab.scene import Trace

DECADE = 10.0
"""Values whose highest is not so many times their lowest are drawn linearly only."""
ROUND_OFF = 1e-7
"""What is left of a difference between two losses, as a share of them, is round-off: they are float32."""
DIVERGED = 100.0
"""What is so many times as large as at the start has diverged and leaves the window."""
DECADES = 1e25
"""The most that a logarithmic axis spans."""
SO_FAR = "lowest loss so far"
"""What is drawn of many learning rates."""
MARGIN = 0.05
RECORDS = 500
"""Of many members at most so many records tell the limits: their quantiles take a while."""


@dataclass(frozen=True)
class ValueAxis:
    """An axis of values.

    Args:
        name: What stands beside it.
        limits: The lowest and the highest that are seen.
        logarithmic: Whether it is drawn so.
        base: What is taken from each value before it is drawn.
    """

    name: str
    limits: tuple[float, float]
    logarithmic: bool = False
    base: float = 0.0

    def shown(self, values: np.ndarray) -> np.ndarray:
        """Values as they are drawn; NaN where they cannot be."""
        above = values - self.base if self.base else values
        drawn = np.isfinite(above)
        if self.logarithmic:
            drawn &= above > ROUND_OFF * abs(self.base)
        return np.where(drawn, above, np.nan)

    def heights(self, shown: np.ndarray) -> np.ndarray:
        """How high values that are drawn stand, as shares of the axis."""
        scale = np.log10 if self.logarithmic else np.asarray
        low, high = scale(self.limits)
        return (scale(shown) - low) / (high - low)


def linear_axis(name: str, curves: Sequence[np.ndarray]) -> ValueAxis:
    """An axis for curves `[records, members]`, which those that diverge leave."""
    low, high, begin = _extent(curves)
    top = begin + DIVERGED * max(begin - low, abs(begin))
    high = min(high, top) if top > low else high
    margin = MARGIN * (high - low) or 0.5 * abs(low) or 0.5
    return ValueAxis(name, (low - margin, high + margin))


def loss_axes(traces: Sequence[Trace], lowest: float | None) -> list[ValueAxis]:
    """A linear axis for the losses of some traces, and a logarithmic one where they span a decade.

    Losses that are not positive have no logarithm. Then the lowest is taken from them.

    Args:
        traces: Whose losses.
        lowest: The loss at the known minimum, if there is one.
    """
    curves = [curve for trace in traces for curve in _curves(trace)]
    name, base = SO_FAR if any(trace.rates is not None for trace in traces) else "loss", 0.0
    linear = linear_axis(name, curves)
    low, _, _ = _extent(curves)
    name += ", logarithmic"
    if low < 0:
        known = lowest is not None and lowest <= low + ROUND_OFF * abs(low)
        base = min(low, lowest) if lowest is not None and known else low
        name = f"loss above {base:.4g}, {'the minimum' if known else 'the lowest seen'}, logarithmic"
    logarithmic = logarithmic_axis(name, curves, base)
    return [linear, *([] if logarithmic is None else [logarithmic])]


def logarithmic_axis(name: str, curves: Sequence[np.ndarray], base: float = 0.0) -> ValueAxis | None:
    """An axis for what of curves `[records, members]` lies above a base, or `None` below a decade."""
    axis = ValueAxis(name, (0.0, 1.0), True, base)
    low, high, begin = _extent([axis.shown(curve) for curve in curves])
    high = min(high, DIVERGED * begin) if begin > 0 else high
    if not high > DECADE * low > 0:
        return None
    low = max(low, high / DECADES)
    room = (high / low) ** MARGIN
    return ValueAxis(name, (low / room, high * room), True, base)


def _curves(trace: Trace) -> list[np.ndarray]:
    """The losses of a trace that are drawn: measured ones where there are some, of rates or as bands."""
    names = [name for name in ("measured_losses", "validation_losses") if name in trace.measured]
    measured = [trace.measured[name] for name in names]
    curves = [trace.losses, *measured] if trace.losses.shape[1] == 1 or not measured else measured
    return [drawn(trace, curve) for curve in curves]


def drawn(trace: Trace, curve: np.ndarray) -> np.ndarray:
    """What is drawn of the values of many members `[records, members]`: the lowest of each rate, or bands."""
    return bands(curve) if trace.rates is None else medians(trace, lowest_so_far(curve))


def bands(values: np.ndarray) -> np.ndarray:
    """What is drawn of many members `[records, members]`: their outer deciles and their median."""
    if values.shape[1] <= 1:
        return values
    some = np.unique(np.linspace(0, len(values) - 1, RECORDS).astype(int))
    members = np.where(np.isfinite(values[some]), values[some], np.nan)
    return quantiles(members[~np.isnan(members).all(axis=1)], [0.1, 0.5, 0.9]).T


def _extent(curves: Sequence[np.ndarray]) -> tuple[float, float, float]:
    """The lowest and the highest finite value, and the highest with which a curve begins in the median."""
    finite = np.concatenate([curve[np.isfinite(curve)] for curve in curves] or [np.empty(0)])
    begins = [curve[0][np.isfinite(curve[0])] for curve in curves if len(curve)]
    begin = max((float(typical(values)) for values in begins if len(values)), default=0.0)
    return (float(finite.min()), float(finite.max()), begin) if len(finite) else (0.0, 0.0, begin)
