"""Losses as they are drawn."""

import numpy as np

from landscape_lab.scene import Scene

FLAT = 0.12
"""Losses of which half lie in so small a share of their range are drawn logarithmically."""


class Heights:
    """Losses as they are drawn: logarithmically above the lowest where most of them lie far below the top.

    Attributes:
        label: What they are called.
        span: The lowest and the highest, for the colours.
    """

    def __init__(self, scene: Scene) -> None:
        picture = scene.plane.axes.picture
        finite = scene.losses[np.isfinite(scene.losses)]
        low, middle, high = np.quantile(finite, [0.0, 0.5, 1.0]) if len(finite) else (0.0, 0.5, 1.0)
        self.logarithmic = not picture and middle - low < FLAT * (high - low)
        self.low = low
        # The logarithm of zero is cut off where a hundredth of the window lies below, so that one deep cell
        # takes no colours.
        self.floor = (
            max(float(np.quantile(finite - low, 0.01)), 1e-6 * (high - low)) if self.logarithmic else 0.0
        )
        self.label = "log₁₀ of the loss above the lowest" if self.logarithmic else "loss"
        self.span = (0.0, 1.0) if picture else _span(self(finite))

    def __call__(self, losses: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(losses - self.low, 0.0) + self.floor) if self.logarithmic else losses


def _span(heights: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest; a flat landscape lies in the middle of its span."""
    low, high = (float(heights.min()), float(heights.max())) if len(heights) else (0.0, 0.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)
