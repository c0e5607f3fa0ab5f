"""Augmentations of the coordinates: the landscape is shifted, turned, stretched or mirrored under the point.

On a picture they are what they would be for the whole picture: the new picture is the old one
looked up at the mapped centres of its pixels, with the landscape's interpolation where these do not
fall on pixels, edges repeated. Several of them in a row are one map, so that the picture is
interpolated only once.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from landscape_lab.augmentations.base import CoordinateAugmentation, Maps
from landscape_lab.keys import augmentations as keys


def displacements(distribution: str, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Random numbers from -1 to 1: uniform, triangular, or normal (of deviation 1/3, cut off at 1)."""
    if distribution == "normal":
        return (torch.randn(shape, generator=generator, dtype=torch.float64) / 3.0).clamp(-1.0, 1.0)
    if distribution == "uniform":
        return 2.0 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1.0
    one, other = torch.rand(2, *shape, generator=generator, dtype=torch.float64)
    return one - other


def _amount(maximum: float | None, fraction: float | None, size: Tensor | None) -> Tensor | float:
    """The most pixels, or the largest share of the width where there are none."""
    if size is None:
        return 0.0 if fraction is None else fraction
    return size * fraction if maximum is None and fraction is not None else float(maximum or 0.0)


def _check_amount(name: str, pixels: float | None, fraction: float | None) -> None:
    """Raise `ValueError` unless exactly one of the two is given."""
    if (pixels is None) == (fraction is None):
        raise ValueError(
            f"Either parameter `{name}` or `fraction` should be given. Found `{name} = {pixels}`, "
            f"`fraction = {fraction}`."
        )


@keys.RANDOM_SHIFT.checks_class
@dataclass(frozen=True)
class RandomShift(CoordinateAugmentation):
    """Shift the landscape along each axis, on a picture by whole pixels.

    With `crop`, as many columns on the left and rows at the top are cut off instead, and the rest
    spans -1…1: the landscape is shifted and a little stretched.

    Args:
        pixels: The largest shift, in pixels of a picture.
        fraction: The largest shift instead, as a share of the landscape's width.
        distribution: `uniform`, `triangular` (small shifts more likely), or `normal` (of a third of
            the largest shift).
        crop: Cut off the left and the top, by as much as the shift would be, rounded down; not to
            both sides.

    Raises:
        ValueError: The largest shift is negative, or as large as the landscape.

    >>> RandomShift(50, distribution="triangular", crop=True).pixels
    50
    """

    pixels: float | None = None
    fraction: float | None = None
    distribution: str = "uniform"
    crop: bool = False

    def __post_init__(self) -> None:
        _check_amount("pixels", self.pixels, self.fraction)

    @property
    def whole_pixels(self) -> bool:
        return True

    def check(self, dims: int, size: Tensor | None) -> None:
        if self.fraction is not None and self.fraction >= 1.0:
            raise ValueError(f"Parameter `fraction` should be below 1. Found `fraction = {self.fraction}`.")
        if self.pixels is None:
            return
        if size is None:
            raise ValueError(
                f"Parameter `fraction` should be given for a landscape without pixels. Found `pixels "
                f"= {self.pixels}`."
            )
        if self.pixels >= size.min():
            columns, rows = size.int().tolist()
            raise ValueError(
                f"Parameter `pixels` should be less than the picture's size, {columns} × {rows}. "
                f"Found `pixels = {self.pixels}`."
            )

    def compose(self, maps: Maps, members: int, generator: Generator) -> Maps:
        steps, _, dims = maps.offset.shape
        drawn = displacements(self.distribution, (steps, 1 if self.shared else members, dims), generator)
        shift = drawn * _amount(self.pixels, self.fraction, maps.size)
        matrix = torch.eye(dims, dtype=torch.float64)
        if maps.size is None:
            if self.crop:
                return maps.after(matrix * (1.0 - shift.abs()).unsqueeze(-1), shift.abs())
            return maps.after(matrix, 2.0 * shift)
        if not self.crop:
            return maps.after(matrix, 2.0 * shift.round() / maps.size)
        cut = torch.minimum(shift.abs().floor(), maps.size - 1.0)
        share = cut / maps.size
        return maps.after(matrix * (1.0 - share).unsqueeze(-1), share, maps.size - cut)


@keys.JITTER.checks_class
@dataclass(frozen=True)
class Jitter(CoordinateAugmentation):
    """Look at the landscape a little beside the point: each coordinate is moved by a normal random number.

    Args:
        std: Its standard deviation in pixels of a picture.
        fraction: The same instead, as a share of the landscape's width.
    """

    std: float | None = None
    fraction: float | None = None

    def __post_init__(self) -> None:
        _check_amount("std", self.std, self.fraction)

    @property
    def whole_pixels(self) -> bool:
        return True

    def check(self, dims: int, size: Tensor | None) -> None:
        if size is None and self.std is not None:
            raise ValueError(
                f"Parameter `fraction` should be given for a landscape without pixels. Found `std = "
                f"{self.std}`."
            )

    def compose(self, maps: Maps, members: int, generator: Generator) -> Maps:
        steps, _, dims = maps.offset.shape
        drawn = torch.randn(
            steps, 1 if self.shared else members, dims, generator=generator, dtype=torch.float64
        )
        moved = drawn * _amount(self.std, self.fraction, maps.size)
        width = 1.0 if maps.size is None else maps.size
        return maps._replace(jitter=maps.jitter + 2.0 * moved / width)


@keys.RANDOM_FLIP.checks_class
@dataclass(frozen=True)
class RandomFlip(CoordinateAugmentation):
    """Mirror the landscape along each axis.

    Args:
        probability: How likely each axis is mirrored, one number for all axes or one for each.
    """

    probability: float | tuple[float, ...] = 0.5

    def _probabilities(self) -> tuple[float, ...]:
        given = self.probability
        return (given,) if isinstance(given, int | float) else tuple(given)

    @property
    def whole_pixels(self) -> bool:
        return True

    def check(self, dims: int, size: Tensor | None) -> None:
        if len(self._probabilities()) not in (1, dims):
            raise ValueError(
                f"Parameter `probability` should be one number or {dims}. Found `probability = "
                f"{self.probability}`."
            )

    def compose(self, maps: Maps, members: int, generator: Generator) -> Maps:
        steps, _, dims = maps.offset.shape
        drawn = torch.rand(
            steps, 1 if self.shared else members, dims, generator=generator, dtype=torch.float64
        )
        sign = 1.0 - 2.0 * (drawn < torch.tensor(self._probabilities(), dtype=torch.float64)).double()
        return maps.after(torch.diag_embed(sign), torch.zeros_like(sign))


@keys.RANDOM_ROTATION.checks_class
@dataclass(frozen=True)
class RandomRotation(CoordinateAugmentation):
    """Turn a two-dimensional landscape about its centre.

    Args:
        degrees: The largest angle, to either side; all angles are equally likely.
    """

    degrees: float

    def check(self, dims: int, size: Tensor | None) -> None:
        if dims != 2:
            raise ValueError(
                f"A landscape should have 2 dimensions to be turned by RandomRotation. Found {dims}."
            )

    def compose(self, maps: Maps, members: int, generator: Generator) -> Maps:
        shape = (len(maps.offset), 1 if self.shared else members)
        angle = math.radians(self.degrees) * displacements("uniform", shape, generator)
        rows = [torch.stack([angle.cos(), -angle.sin()], -1), torch.stack([angle.sin(), angle.cos()], -1)]
        turn = torch.stack(rows, -2)
        if maps.size is not None:
            turn = turn * maps.size.unsqueeze(-2) / maps.size.unsqueeze(-1)
        return maps.after(turn, torch.zeros(*shape, 2, dtype=torch.float64))


@keys.RANDOM_ZOOM.checks_class
@dataclass(frozen=True)
class RandomZoom(CoordinateAugmentation):
    """Enlarge or shrink the landscape about its centre.

    Args:
        factor: The largest enlargement, at least 1; down to its inverse, and as likely on either
            side of 1.
    """

    factor: float

    def compose(self, maps: Maps, members: int, generator: Generator) -> Maps:
        steps, _, dims = maps.offset.shape
        shape = (steps, 1 if self.shared else members, 1)
        shrunk = torch.exp(math.log(self.factor) * displacements("uniform", shape, generator))
        matrix = torch.eye(dims, dtype=torch.float64) * shrunk.unsqueeze(-1)
        return maps.after(matrix, torch.zeros(*shape[:2], dims, dtype=torch.float64))
