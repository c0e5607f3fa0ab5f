r"""Building blocks: the radius :math:`B(\theta)` to which the Fourier sum of a boundary is added.

Each is a function of x = cos θ and y = sin θ in the own frame, whose matrix turns and stretches it:
a disc to any ellipse, the triangle to any triangle, the square to any rectangle or parallelogram.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

Along = Float[Tensor, "..."]


class Outline(NamedTuple):
    """A radius by angle.

    Args:
        radius: B of (x, y), by operations that autograd follows; one number if it is constant.
        turning: dB/dθ of (x, y).
        steepest: The largest |dB/dθ|.
    """

    radius: Callable[[Along, Along], Along]
    turning: Callable[[Along, Along], Along]
    steepest: float


LEAST = 0.1
"""Below the smallest divisor of any direction: a pixel in the very centre of a shape has no direction."""


def _polygon(corners: int, inradius: float, first: float) -> Outline:
    """A regular polygon: B = inradius / the largest of the cosines between (x, y) and a side's normal.

    Args:
        corners: How many.
        inradius: From the centre to a side.
        first: The angle of a side's normal.
    """
    angles = [first + 2 * math.pi * k / corners for k in range(corners)]
    normals = [(math.cos(angle), math.sin(angle)) for angle in angles]

    def cosines(x: Tensor, y: Tensor) -> Tensor:
        return torch.stack([a * x + b * y for a, b in normals])

    def radius(x: Tensor, y: Tensor) -> Tensor:
        return inradius / cosines(x, y).amax(0).clamp(min=LEAST)

    def turning(x: Tensor, y: Tensor) -> Tensor:
        largest, side = cosines(x, y).max(0)
        return -inradius / largest.clamp(min=LEAST).square() * cosines(-y, x).gather(0, side[None])[0]

    half = math.pi / corners
    return Outline(radius, turning, steepest=inradius * math.tan(half) / math.cos(half))


WIDTH = 0.25
"""Half the width of a stroke of half-length 1; its ends are half discs."""
STRAIGHT = 1 - WIDTH


def _ends(x: Along, y: Along) -> tuple[Bool[Tensor, ...], Along]:
    """Whether (x, y) crosses a long side, and elsewhere the root of the end's circle."""
    side = WIDTH * x.abs() <= STRAIGHT * y.abs()
    return side, torch.where(side, torch.ones_like(y), WIDTH**2 - STRAIGHT**2 * y.square()).sqrt()


def _stroke(x: Along, y: Along) -> Along:
    """Along the sides WIDTH / |y|; at the ends the far crossing with the circle around (± STRAIGHT, 0)."""
    side, root = _ends(x, y)
    # Where a branch is not taken its derivative has to be a number all the same.
    beside = WIDTH / torch.where(side, y.abs(), torch.ones_like(y)).clamp(min=LEAST)
    return torch.where(side, beside, STRAIGHT * x.abs() + root)


def _stroke_turning(x: Along, y: Along) -> Along:
    side, root = _ends(x, y)
    beside = -WIDTH * x * y.sign() / torch.where(side, y.square(), torch.ones_like(y)).clamp(min=LEAST**2)
    return torch.where(side, beside, -STRAIGHT * x.sign() * y - STRAIGHT**2 * x * y / root)


OUTLINES = {
    "blob": Outline(lambda x, _: x.new_ones(()), lambda x, _: x.new_zeros(()), steepest=0.0),
    "triangle": _polygon(3, 0.5, first=-math.pi / 2),
    "rectangle": _polygon(4, 1.0, first=0.0),
    "stroke": Outline(_stroke, _stroke_turning, steepest=STRAIGHT * math.hypot(WIDTH, STRAIGHT) / WIDTH),
}
"""The primitives by name: a disc, which the Fourier sum bends; a triangle with corners at radius 1,
one of them at 90° (below, since y points down); the square of -1 … 1; a stroke along X."""
