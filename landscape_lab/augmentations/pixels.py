"""Augmentations of a picture's pixels; those that can leave the range 0…1 are clamped to it."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from landscape_lab.augmentations.base import PixelAugmentation, Pixels
from landscape_lab.keys import augmentations as keys


@keys.ADD_NOISE.checks_class
@dataclass(frozen=True)
class AddNoise(PixelAugmentation):
    """Add a normal random number to each pixel.

    Args:
        std: Its standard deviation; a picture's losses lie from 0 to 1.
        clamp: Whether the sum is clamped to 0…1.
    """

    std: float
    clamp: bool = True

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return torch.randn(steps, members, rows, columns, generator=generator).mul_(self.std)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        values = values + draw
        return values.clamp_(0.0, 1.0) if self.clamp else values


@keys.SALT_AND_PEPPER.checks_class
@dataclass(frozen=True)
class SaltAndPepper(PixelAugmentation):
    """Make some pixels white or black.

    Args:
        probability: How likely a pixel is changed, to 0 or 1 alike.
    """

    probability: float

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return torch.rand(steps, members, rows, columns, generator=generator)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        half = 0.5 * self.probability
        return values.masked_fill(draw < half, 0.0).masked_fill(draw >= 1.0 - half, 1.0)


@keys.DROPOUT.checks_class
@dataclass(frozen=True)
class Dropout(PixelAugmentation):
    """Replace some pixels by a constant.

    Args:
        probability: How likely a pixel is replaced.
        value: What replaces it, from 0 to 1.
    """

    probability: float
    value: float = 0.0

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return torch.rand(steps, members, rows, columns, generator=generator)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        return values.masked_fill(draw < self.probability, self.value)


@keys.CUTOUT.checks_class
@dataclass(frozen=True)
class Cutout(PixelAugmentation):
    """Replace a square, somewhere in the picture, by a constant.

    Its centre is equally likely anywhere, so at the border part of it may lie outside.

    Args:
        size: The side of the square in pixels.
        value: What fills it, from 0 to 1.
    """

    size: float
    value: float = 0.0

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return torch.rand(steps, members, 1, 2, generator=generator)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        centre = draw.transpose(1, 2) * (pixels.last + 1) - 0.5
        columns, rows = ((pixels.indices - centre).abs() <= 0.5 * self.size).unbind(1)
        inside = rows.unsqueeze(2) & columns.unsqueeze(1)
        return values.masked_fill(inside, self.value)


@keys.BRIGHTNESS.checks_class
@dataclass(frozen=True)
class Brightness(PixelAugmentation):
    """Make the whole picture brighter or darker.

    Args:
        amount: The most that is added to or taken from all pixels.
    """

    amount: float

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return self.amount * (2.0 * torch.rand(steps, members, 1, 1, generator=generator) - 1.0)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        return (values + draw).clamp_(0.0, 1.0)


def stretches(factor: float, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Factors from 1 / `factor` to `factor`, their logarithms uniform: as likely on either side of 1."""
    return torch.exp(math.log(factor) * (2.0 * torch.rand(shape, generator=generator) - 1.0))


@keys.CONTRAST.checks_class
@dataclass(frozen=True)
class Contrast(PixelAugmentation):
    """Stretch the picture's greys about the middle, ½.

    Args:
        factor: The largest stretch, at least 1; down to its inverse, and as likely on either side
            of 1.
    """

    factor: float

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return stretches(self.factor, (steps, members, 1, 1), generator)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        return ((values - 0.5) * draw + 0.5).clamp_(0.0, 1.0)


@keys.GAMMA.checks_class
@dataclass(frozen=True)
class Gamma(PixelAugmentation):
    """Raise the pixels to a power: middle greys become darker or brighter, black and white stay.

    Args:
        factor: The largest power, at least 1; down to its inverse, and as likely on either side of
            1.
    """

    factor: float

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor:
        return stretches(self.factor, (steps, members, 1, 1), generator)

    def apply(self, values: Tensor, draw: Tensor, pixels: Pixels) -> Tensor:
        return values.clamp(0.0, 1.0).pow_(draw)


@keys.QUANTIZE.checks_class
@dataclass(frozen=True)
class Quantize(PixelAugmentation):
    """Round the pixels to a few greys: terraces with cliffs between them.

    Args:
        levels: How many greys there are from 0 to 1, at least 2.
    """

    levels: int

    def __post_init__(self) -> None:
        if not isinstance(self.levels, int) or isinstance(self.levels, bool) or self.levels < 2:
            raise ValueError(
                f"Parameter `levels` should be a whole number of at least 2. Found `levels = {self.levels}`."
            )

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> None:
        return None

    def apply(self, values: Tensor, draw: None, pixels: Pixels) -> Tensor:
        return (values.clamp(0.0, 1.0) * (self.levels - 1)).round_().div_(self.levels - 1)


@keys.BLUR.checks_class
@dataclass(frozen=True)
class Blur(PixelAugmentation):
    """Blur the picture with a Gaussian, cut off at 4 standard deviations, edges repeated.

    The only augmentation that looks at neighbours: a step reads (8 `sigma` + 1)² times as many
    pixels.

    Args:
        sigma: The standard deviation in pixels, at most 4: `smoothing` blurs once and for all.
    """

    sigma: float

    @property
    def reach(self) -> int:
        return int(4.0 * self.sigma + 0.5)

    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> None:
        return None

    def apply(self, values: Tensor, draw: None, pixels: Pixels) -> Tensor:
        if self.reach == 0:
            return values
        distance = torch.arange(-self.reach, self.reach + 1, dtype=torch.float64)
        kernel = torch.exp(-0.5 * (distance / self.sigma) ** 2)
        kernel = (kernel / kernel.sum()).to(values)
        return torch.einsum("nricj,i,j->nrc", values, kernel, kernel)
