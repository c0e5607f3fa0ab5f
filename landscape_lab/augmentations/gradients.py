"""Augmentations of the gradient."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from landscape_lab.augmentations.base import GradientAugmentation
from landscape_lab.keys import augmentations as keys


@keys.GRADIENT_NOISE.checks_class
@dataclass(frozen=True)
class GradientNoise(GradientAugmentation):
    """Add a normal random number to each component of the gradient.

    Args:
        std: Its standard deviation.
        common: Add one and the same number to all components.
    """

    std: float
    common: bool = False

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> Tensor:
        return torch.randn(steps, members, 1 if self.common else dims, generator=generator).mul_(self.std)

    def apply(self, gradients: Tensor, draw: Tensor) -> Tensor:
        return gradients + draw


@keys.GRADIENT_DROPOUT.checks_class
@dataclass(frozen=True)
class GradientDropout(GradientAugmentation):
    """Set some components of the gradient to zero.

    Args:
        probability: How likely a component is dropped, below 1.
        rescale: Divide the others by `1 - probability`, so that the mean stays.
    """

    probability: float
    rescale: bool = True

    def __post_init__(self) -> None:
        if self.rescale and self.probability == 1:
            raise ValueError(
                "Parameter `probability` should be below 1 to rescale the rest. Found `probability = 1`."
            )

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> Tensor:
        kept = torch.rand(steps, members, dims, generator=generator) >= self.probability
        return kept / (1.0 - self.probability) if self.rescale else kept.float()

    def apply(self, gradients: Tensor, draw: Tensor) -> Tensor:
        return gradients * draw


@keys.GRADIENT_SIGN.checks_class
@dataclass(frozen=True)
class GradientSign(GradientAugmentation):
    """Only the signs of the gradient's components."""

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        return gradients.sign()


@keys.GRADIENT_CLIP.checks_class
@dataclass(frozen=True)
class GradientClip(GradientAugmentation):
    """Shorten a gradient that is too long, or clamp its components.

    Args:
        norm: The largest norm of a member's gradient.
        value: The largest size of a component.
    """

    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        if (self.norm is None) == (self.value is None):
            raise ValueError(
                f"Either parameter `norm` or `value` should be given. Found `norm = {self.norm}`, "
                f"`value = {self.value}`."
            )

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        if self.norm is not None:
            return gradients.renorm(2, 0, self.norm)
        return gradients.clamp(-self.value, self.value)  # type: ignore[operator]
