"""A two-dimensional landscape as it is seen in some draws, for pictures."""

from dataclasses import dataclass

import numpy as np
import torch

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes import Plane

RESOLUTION = 320
"""Samples along the longer side."""
BATCH = 4096
"""Points looked at together."""


@dataclass(frozen=True)
class Seen:
    """The clean landscape and the landscape in some draws.

    Args:
        losses: `[1 + draws, rows, columns]`, the clean landscape's first.
        gradients: `[1 + draws, 2, rows, columns]`, along x and along y.
        extent: Left, right, first row and last row, in the plane's coordinates.
        plane: What is looked at.
    """

    losses: np.ndarray
    gradients: np.ndarray
    extent: tuple[float, float, float, float]
    plane: Plane


def see(landscape: Landscape, draws: int) -> Seen:
    """The landscape inside its bounds, clean and in as many draws, with its gradient at every point.

    Raises:
        ValueError: The landscape has no augmentations, or not two dimensions.
    """
    if landscape.augmented is None:
        raise ValueError("A landscape should have augmentations to be seen in their draws: augmentation=shift_noise.")
    plane = Plane.of(landscape)
    assert landscape.bounds is not None
    low, high = plane.project(landscape.bounds.cpu().numpy())
    shape = np.clip((high - low) * RESOLUTION / (high - low).max(), 2, None) if plane.axes.picture else [RESOLUTION] * 2
    u, v = (torch.linspace(a, b, 2 * round(n) + 1, dtype=torch.float64)[1::2] for a, b, n in zip(low, high, shape, strict=True))
    points = plane.points(torch.cartesian_prod(v, u).flip(-1)).to(landscape.flat())
    looks = [landscape.augmented.alone(clean=True)] + [landscape.augmented.alone()] * draws
    seen = []
    for look in looks:
        look.advance()
        parts = [look.sample(part) for part in points.split(BATCH)]
        losses, gradients = (torch.cat(part).double().cpu().numpy() for part in zip(*parts, strict=True))
        seen.append((losses.reshape(len(v), len(u)), gradients.T.reshape(2, len(v), len(u))))
    losses, gradients = (np.stack(part) for part in zip(*seen, strict=True))
    return Seen(losses, gradients, (low[0], high[0], low[1], high[1]), plane)
