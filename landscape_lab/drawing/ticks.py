"""Numbers along logarithmic axes, as people write them: 400 and 0.05, no 4 × 10² and no 9 × 10⁻¹."""

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import (
    Formatter,
    FuncFormatter,
    LogLocator,
    NullFormatter,
    NullLocator,
)

from landscape_lab.drawing.style import PLAIN, in_full, power

FEW = 2.5
"""An axis of fewer decades has numbers between its powers of ten: 1, 2 and 5 times each."""
MARKED = 4.0
"""An axis of more decades has no marks between its numbers: drawing them takes a while."""
MOST = 8
"""About so many numbers stand along an axis."""


def label_logarithm(axis: Axis) -> None:
    """Plain numbers along an axis whose limits are set, if it is logarithmic."""
    if axis.get_scale() != "log":
        return
    low, high = sorted(axis.get_view_interval())
    if low <= 0.0:
        return  # nothing is drawn along it
    decades = np.log10(high / low)
    if decades < FEW:
        fine = decades < 1.0
        axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7) if fine else (1, 2, 5), numticks=12))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(LogLocator(numticks=MOST))
        axis.set_minor_formatter(NullFormatter())
        if decades > MARKED:
            axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(_formatter(axis, low, high, decades))


def _formatter(axis: Axis, low: float, high: float, decades: float) -> Formatter:
    """How the numbers between two limits are written."""
    shown = [tick for tick in axis.get_majorticklocs() if low <= tick <= high]
    if all(PLAIN[0] < tick < PLAIN[1] for tick in shown):
        return FuncFormatter(lambda value, _: in_full(value))
    if decades >= FEW:
        return FuncFormatter(power)
    return FuncFormatter(lambda value, _: f"{value:g}")
