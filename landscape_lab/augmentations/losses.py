"""Augmentations of the loss."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from landscape_lab.augmentations.base import LossAugmentation
from landscape_lab.keys import augmentations as keys


@keys.LOSS_NOISE.checks_class
@dataclass(frozen=True)
class LossNoise(LossAugmentation):
    """Add a normal random number to the loss; the gradient stays.

    Args:
        std: Its standard deviation.
    """

    std: float

    def draw(self, steps: int, members: int, generator: Generator) -> Tensor:
        return torch.randn(steps, members, generator=generator).mul_(self.std)

    def apply(self, losses: Tensor, draw: Tensor) -> Tensor:
        return losses + draw

    def slope(self, losses: Tensor, draw: Tensor) -> None:
        return None


@keys.LOSS_POWER.checks_class
@dataclass(frozen=True)
class LossPower(LossAugmentation):
    """Raise the loss to a power, its sign kept: above 1 the valleys become flatter, below 1 steeper.

    Args:
        power: The exponent, positive.
    """

    power: float

    def draw(self, steps: int, members: int, generator: Generator) -> None:
        return None

    def apply(self, losses: Tensor, draw: None) -> Tensor:
        return losses * losses.abs().clamp_min(torch.finfo(losses.dtype).tiny) ** (self.power - 1.0)

    def slope(self, losses: Tensor, draw: None) -> Tensor:
        return self.power * losses.abs().clamp_min(torch.finfo(losses.dtype).tiny) ** (self.power - 1.0)
