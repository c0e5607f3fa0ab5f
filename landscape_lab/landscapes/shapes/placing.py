"""Where new shapes are wanted most, and which."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

SIZES = 0.35, 0.7, 1.4, 2.8
"""Of the ellipses that are tried, as multiples of a radius."""
ASPECT = 4.0
"""The ratio of the half-axes of those that are no discs."""
ANGLES = 6
"""At how many angles these are tried."""
APART = 1.5
"""How far apart new shapes begin, in their own radii."""
COARSE = 8
"""Pixels of a radius that suffice to place shapes."""


class Ellipse(NamedTuple):
    """An ellipse with an edge as soft as that of a new shape, all lengths in pixels.

    Args:
        half_axes: The first and the second.
        angle: Of the first, radians, as the rotation of shapes has it.
    """

    half_axes: tuple[float, float]
    angle: float

    def square(self, right: Float[Tensor, "..."], down: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The square of the own radius at some offsets from the centre: 1 on the boundary."""
        (first, second), cos, sin = self.half_axes, math.cos(self.angle), math.sin(self.angle)
        return ((right * cos - down * sin) / first).square() + ((right * sin + down * cos) / second).square()

    def cover(self, right: Float[Tensor, "..."], down: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The profile of `over` with a sharpness of 2."""
        level = (1.5 - self.square(right, down).sqrt()).clamp(0, 1)
        return level.square() * (3 - 2 * level)


class Wanted(NamedTuple):
    """Ellipses where something is missing.

    Args:
        places: Their centres, (x, y), from 0 to 1.
        half_axes: In the longer side of the picture.
        angles: Radians.
        colours: The mean of a picture in them.
    """

    places: Float[Tensor, "number 2"]
    half_axes: Float[Tensor, "number 2"]
    angles: Float[Tensor, " number"]
    colours: Float[Tensor, "number channels"]


def wanted(
    residual: Float[Tensor, "channels height width"],
    paint: Float[Tensor, "channels height width"],
    number: int,
    radius: float,
) -> Wanted:
    r"""The ellipses that would take most of a residual away, each added alone, and that lie apart.

    An ellipse w in its best colour takes :math:`\sum_c \langle r_c, w \rangle^2 / \lVert w \rVert^2`
    from the squared residual r. That is computed for discs and ellipses of several sizes at every pixel.
    After each choice the gains around it are damped, by one minus a Gaussian `APART` times its size.

    Source: a step of Mallat and Zhang 1993, "Matching pursuits with time-frequency dictionaries".

    Args:
        residual: Black outside.
        paint: What the colours are the means of.
        number: Of ellipses.
        radius: In the longer side of the picture; `SIZES` are multiples of it.
    """
    residual, paint = (_coarse(some, radius) for some in (residual.nan_to_num(0, 0, 0), paint))
    height, width = residual.shape[1:]
    longer = max(height, width)
    bank = _bank(radius * longer)
    gains = _gains(residual, bank)
    rows, columns = (torch.arange(side).to(gains) for side in (height, width))
    chosen = []
    for _ in range(number):
        kind, row, column = (int(at) for at in np.unravel_index(int(gains.argmax()), gains.shape))
        ellipse, offsets = bank[kind], (columns - column, rows[:, None] - row)
        gains = gains * -torch.expm1(-ellipse.square(*offsets) / (2 * APART**2))
        cover = ellipse.cover(*offsets)
        place = gains.new_tensor([(column + 0.5) / width, (row + 0.5) / height])
        half_axes = gains.new_tensor(ellipse.half_axes) / longer
        colour = (paint * cover).sum((1, 2)) / cover.sum()
        chosen.append((place, half_axes, gains.new_tensor(ellipse.angle), colour))
    return Wanted(*(torch.stack(kind) for kind in zip(*chosen, strict=True)))


def _coarse(
    picture: Float[Tensor, "channels height width"], radius: float
) -> Float[Tensor, "channels lower narrower"]:
    """A picture no finer than is needed to place shapes of some radius, so that its size costs nothing."""
    factor = max(1, int(radius * max(picture.shape[1:]) / COARSE))
    height, width = (math.ceil(side / factor) for side in picture.shape[1:])
    return F.adaptive_avg_pool2d(picture, (height, width))


def _bank(radius: float) -> list[Ellipse]:
    """What is tried, of a radius in pixels."""
    shapes = [(1.0, 0.0)] + [(ASPECT**0.5, math.pi * turn / ANGLES) for turn in range(ANGLES)]
    return [
        Ellipse((size * radius * stretch, size * radius / stretch), angle)
        for size in SIZES
        for stretch, angle in shapes
    ]


def _gains(
    residual: Float[Tensor, "channels height width"], bank: Sequence[Ellipse]
) -> Float[Tensor, "ellipses height width"]:
    """What each ellipse takes away with its centre at each pixel, by Fourier transforms.

    They are so much larger than the picture that what leaves it on one side does not enter on the other.
    """
    height, width = residual.shape[1:]
    reach = math.ceil(1.5 * max(max(ellipse.half_axes) for ellipse in bank))
    size = height + min(reach, height - 1), width + min(reach, width - 1)
    down, right = (((torch.arange(side) + side // 2) % side - side // 2).to(residual) for side in size)
    transformed = torch.fft.rfft2(residual, s=size)
    gains = []
    for ellipse in bank:
        cover = ellipse.cover(right, down[:, None])
        products = torch.fft.irfft2(transformed * torch.fft.rfft2(cover / cover.norm()), s=size)
        gains.append(products[:, :height, :width].square().sum(0))
    return torch.stack(gains)
