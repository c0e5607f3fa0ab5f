"""Augmentations of the gradient."""

from dataclasses import dataclass
from os import PathLike
from typing import Any

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
            raise ValueError("Parameter `probability` should be below 1 to rescale the rest. Found `probability = 1`.")

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
                f"Either parameter `norm` or `value` should be given. Found `norm = {self.norm}`, `value = {self.value}`."
            )

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        if self.norm is not None:
            return gradients.renorm(2, 0, self.norm)
        return gradients.clamp(-self.value, self.value)  # type: ignore[operator]


@keys.PROJECT_GRADIENT.checks_class
@dataclass(frozen=True)
class ProjectGradient(GradientAugmentation):
    """Keep only the part of the gradient along some directions: descent in a subspace (SubGD).

    M. Gauch et al., "Few-Shot Learning by Dimensionality Reduction in Gradient Space", CoLLAs 2022.

    Args:
        directions: `[dims]` or `[n, dims]`, of any length, not necessarily orthogonal.
        trajectory: A `trajectory.npz` instead: the direction is from its start to its end, of its first member.

    Raises:
        ValueError: The directions are no numbers or do not span anything, or the file is no trajectory.
        FileNotFoundError: There is no such file.
    """

    directions: Any = None
    trajectory: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        if (self.directions is None) == (self.trajectory is None):
            raise ValueError("Either parameter `directions` or `trajectory` should be given, and not both.")
        object.__setattr__(self, "basis", self._basis())

    def _basis(self) -> Tensor:
        """Orthonormal directions, `[n, dims]`."""
        if self.trajectory is not None:
            from landscape_lab.trajectory import Trajectory  # it imports the landscapes

            points = torch.from_numpy(Trajectory.load(self.trajectory).points).double()
            given, found = (points[-1, 0] - points[0, 0]).unsqueeze(0), f"the start and the end of {self.trajectory}"
        else:
            found = f"`directions = {self.directions}`"
            try:
                given = torch.as_tensor(self.directions, dtype=torch.float64)
            except (TypeError, ValueError, RuntimeError) as error:
                raise ValueError(f"Parameter `directions` should be vectors. Found {found}.") from error
            given = given.unsqueeze(0) if given.ndim == 1 else given
        if given.ndim != 2 or given.numel() == 0 or not given.isfinite().all() or torch.linalg.matrix_rank(given) < len(given):
            raise ValueError(f"Parameter `directions` should be finite, linearly independent vectors. Found {found}.")
        return torch.linalg.qr(given.T)[0].T

    def check(self, dims: int) -> None:
        if (found := self.basis.shape[1]) != dims:  # type: ignore[attr-defined]
            raise ValueError(f"Parameter `directions` should have {dims} components, as the landscape. Found {found}.")

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        basis = self.basis.to(gradients)  # type: ignore[attr-defined]
        return gradients @ basis.T @ basis
