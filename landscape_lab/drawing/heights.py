"""Losses as they are drawn."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from PIL import Image

from landscape_lab.drawing.style import add_scale, in_full
from landscape_lab.scene import Scene

HEIGHT_COLORS = "bone"
BRIGHTNESS = (-0.1, 1.1)
"""Losses of a picture within this range are drawn as brightness: it may overshoot between pixels."""

SMOOTH = 300
"""So many cells along the longer side of a map are not seen one by one."""
FLAT = 0.12
"""Losses of which half lie in so small a share of their range are drawn logarithmically."""


class Heights:
    """Losses as they are drawn: logarithmically above the lowest where most of them lie far below the top.

    Attributes:
        label: What they are called.
        colors: The name of their colormap.
        span: The lowest and the highest, for the colours.
        flat: Whether all are the same.
    """

    def __init__(self, scene: Scene) -> None:
        picture = scene.plane.axes.picture
        finite = scene.losses[np.isfinite(scene.losses)]
        low, middle, high = np.quantile(finite, [0.0, 0.5, 1.0]) if len(finite) else (0.0, 0.5, 1.0)
        self.logarithmic = not picture and middle - low < FLAT * (high - low)
        self.low, self.flat = float(low), bool(low == high)
        # The logarithm of zero is cut off where a hundredth of the window lies below, so that one deep cell
        # takes no colours.
        self.floor = (
            max(float(np.quantile(finite - low, 0.01)), 1e-6 * (high - low)) if self.logarithmic else 0.0
        )
        self.colors = scene.shading.colormap or ("gray" if picture else HEIGHT_COLORS)
        self.label = "loss"
        if self.logarithmic:
            above = "" if abs(low) < self.floor else f" above {low:.4g}"
            self.label = f"loss{above}, logarithmic"
        bright = picture and BRIGHTNESS[0] <= low and high <= BRIGHTNESS[1]
        self.span = (0.0, 1.0) if bright else _span(self(finite))

    def __call__(self, losses: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(losses - self.low, 0.0) + self.floor) if self.logarithmic else losses

    def name(self, height: float) -> str:
        """The loss at a height, also where heights are logarithms."""
        return in_full(10.0**height if self.logarithmic else float(height))

    def write_losses(self, axis: Axis) -> None:
        """Losses as the numbers of a bar, also where heights are their logarithms."""
        if self.logarithmic:
            axis.set_major_locator(MaxNLocator(5, steps=(1, 2, 5, 10), integer=True, min_n_ticks=2))
            axis.set_major_formatter(lambda height, _: self.name(height))
        elif self.flat:
            axis.set_ticks([self.low], [self.name(self.low)])
        else:  # nobody adds an offset in a corner to every number
            formatter = ScalarFormatter(useOffset=False)
            formatter.set_powerlimits((-5, 9))
            axis.set_major_formatter(formatter)


def _span(heights: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest; a flat landscape lies in the middle of its span."""
    low, high = (float(heights.min()), float(heights.max())) if len(heights) else (0.0, 0.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def add_height_scale(axes: Axes, scene: Scene) -> None:
    """What the shades of a map stand for, beside it; its numbers are losses, also where it is logarithmic."""
    heights = Heights(scene)
    shades = ScalarMappable(Normalize(*heights.span), heights.colors)
    heights.write_losses(add_scale(axes, shades, f"map: {heights.label}").long_axis)


def finer(levels: np.ndarray) -> np.ndarray:
    """Levels of few cells with more between them, bicubic, so that no cell is seen; others as they are."""
    times = -(-SMOOTH // max(levels.shape)) if np.isfinite(levels).all() else 1
    shape = times * levels.shape[1], times * levels.shape[0]
    image = Image.fromarray(levels.astype(np.float32))
    return levels if times == 1 else np.asarray(image.resize(shape, Image.Resampling.BICUBIC))
