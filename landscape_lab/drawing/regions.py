"""The colours of classes: of samples, and of the regions in which a network answers with them."""

from functools import cache

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from landscape_lab.drawing.paint import resized
from landscape_lab.drawing.palette import CLASS_COLORS, INK
from landscape_lab.scene import Samples

FAINT, STRONG = 0.06, 0.55
"""How much of a class's colour a region has: where all classes are equally likely, where one is certain."""
MOST = 12
"""The most classes with a line of their own in a legend."""


def class_color(number: int) -> str:
    """The colour of a class."""
    return CLASS_COLORS[number % len(CLASS_COLORS)]


def region_colors(
    shares: Float[np.ndarray, "rows columns classes"], shape: tuple[int, int]
) -> UInt8[np.ndarray, "height width 3"]:
    """The most likely class in its colour, the lighter the less likely it is.

    Probabilities, not colours, are interpolated: borders stay sharp, however coarse the cells.

    Args:
        shares: The probability of each class.
        shape: Pixels high and wide.
    """
    most, best = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    for number, share in enumerate(np.moveaxis(shares, -1, 0)):
        fine = resized(np.ascontiguousarray(share), shape)
        best[fine > most] = number  # an `argmax` over all classes takes three times as long
        most = np.maximum(most, fine)
    classes = shares.shape[-1]
    least = 1.0 / classes  # the most likely of so many classes is never below this
    certain = ((most - least) * (255.0 / (1.0 - least))).clip(0.0, 255.0).astype(np.uint8)
    return _table(classes)[best, certain]


@cache
def _table(classes: int) -> UInt8[np.ndarray, "classes 256 3"]:
    """The colour of each class where it is more and more certain."""
    ink = np.linspace(FAINT, STRONG, 256)[:, None]
    colors = np.array([to_rgb(class_color(number)) for number in range(classes)])[:, None]
    return (255.0 * (1.0 - ink * (1.0 - colors)) + 0.5).astype(np.uint8)


def right_share(samples: Samples) -> str:
    """How many samples are answered rightly, in words."""
    where = " held out" if samples.held_out else ""
    wrong = samples.targets != samples.answers
    return f"{len(samples.targets):,} samples{where} · {1.0 - wrong.mean():.1%} right"


def draw_classes(axes: Axes, places: Float[np.ndarray, "n 2"], samples: Samples) -> None:
    """Samples at their places in the colours of their classes, each that is answered wrongly in a ring."""
    size = float(np.clip(12_000 / len(places), 8.0, 30.0))
    colors = np.array([class_color(number) for number in samples.targets])
    order = np.random.default_rng(0).permutation(len(places))  # no class lies above all others
    x, y = places[order].T
    axes.scatter(x, y, s=size, c=colors[order], edgecolors="white", linewidths=0.5, zorder=3)
    x, y = places[samples.targets != samples.answers].T
    axes.scatter(x, y, s=2.6 * size, facecolors="none", edgecolors=INK, linewidths=0.9, zorder=4)


def write_classes(axes: Axes, samples: Samples) -> None:
    """The legend, to the right of the axes."""
    names = [(class_color(number), "white", name) for number, name in enumerate(samples.classes[:MOST])]
    if (samples.targets != samples.answers).any():
        names.append(("none", INK, "wrong"))
    handles = [
        Line2D([], [], marker="o", linestyle="", color=face, markeredgecolor=edge, markersize=8, label=name)
        for face, edge, name in names
    ]
    axes.legend(
        handles=handles,
        title="class",
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        frameon=False,
        alignment="left",
        handletextpad=0.3,
    )
