"""The straight line between two weight vectors: what is measured along it, and the barrier on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.directions import finite_end
from landscape_lab.planes.parameters import check_size
from landscape_lab.planes.settings import PlaneSettings
from landscape_lab.planes.vectors import read_vector
from landscape_lab.records.point_file import Points

POINTS = 51
"""How many points of a line are measured; an odd number, so that its middle is among them."""


@dataclass(frozen=True)
class Line:
    """What is measured along a line, from its first point at 0 to its second at 1.

    Args:
        shares: Where along the line, `[n]`, from 0 to 1.
        measures: The `loss`, and what else the landscape tells, such as `accuracy`; `[n]` each.
        names: What the two points are called.
    """

    shares: Float[np.ndarray, " n"]
    measures: Mapping[str, Float[np.ndarray, " n"]]
    names: tuple[str, str] = ("start", "end")

    @property
    def excess(self) -> Float[np.ndarray, " n"]:
        """How far the loss is above the straight line between the losses of the two points."""
        loss = self.measures["loss"]
        return loss - ((1.0 - self.shares) * loss[0] + self.shares * loss[-1])

    @property
    def barrier(self) -> float:
        """The height of the barrier: max over α of L(α) − ((1 − α) L(0) + α L(1)), at least 0.

        Two points without a barrier are linearly mode connected. NaN where the loss is.

        Reference: Entezari et al., The Role of Permutation Invariance in Linear Mode Connectivity of
        Neural Networks, 2022, definition 1.
        """
        return float(self.excess.max())

    @property
    def summit(self) -> float:
        """Where along the line the barrier is highest, from 0 to 1."""
        return float(self.shares[self.excess.argmax()])


@torch.no_grad()
def interpolate(
    landscape: Landscape,
    first: Float[Tensor, " dims"],
    second: Float[Tensor, " dims"],
    points: int = POINTS,
    names: tuple[str, str] = ("start", "end"),
) -> Line:
    """Measure a landscape along the line w(α) = (1 − α) w₁ + α w₂.

    Args:
        landscape: Its clean loss and metrics, in one pass, are measured.
        first: Weights.
        second: Weights.
        points: How many points of the line, its ends among them.
        names: What the two weights are called.

    Raises:
        ValueError: The vectors are not points of the landscape, or they are the same.
    """
    for vector, name in zip((first, second), names, strict=True):
        check_size(landscape, vector, f"The point {name}")
    step = second.double().cpu() - first.double().cpu()
    if not step.any():
        raise ValueError(f"A line should join two different points. Found {names[0]} and {names[1]} equal.")
    shares = torch.linspace(0.0, 1.0, points, dtype=torch.float64)
    measure = landscape.slice(first.double().cpu(), torch.stack([step, torch.zeros_like(step)]))
    places = torch.stack([shares, torch.zeros_like(shares)], dim=1)
    parts = [measure(place) for place in places.split(max(1, 2**22 // landscape.dims))]
    measures = {name: torch.cat([part[name] for part in parts]).double().cpu().numpy() for name in parts[0]}
    return Line(shares.numpy(), measures, names)


def line_of(landscape: Landscape, paths: Sequence[Points], settings: PlaneSettings) -> Line:
    """What is measured on the line between two points: given ones, the ends of two paths, or those of one.

    Raises:
        ValueError: There are no two points, or they are the same or of another landscape.
    """
    points = settings.resolution or POINTS
    if settings.vectors is not None:
        first, second, *_ = (read_vector(landscape, source) for source in settings.vectors)
        return interpolate(landscape, first, second, points, (settings.vectors[0], settings.vectors[1]))
    if not paths:
        raise ValueError(
            "A line should join two points: the start and end of a run, or two files. Found none."
        )
    if len(paths) > 1:
        ends = [torch.from_numpy(finite_end(path)) for path in paths[:2]]
        return interpolate(landscape, ends[0], ends[1], points, ("end of the first run", "end of the second"))
    first, second = (torch.from_numpy(finite_end(paths[0], first=begins)) for begins in (True, False))
    return interpolate(landscape, first, second, points)
