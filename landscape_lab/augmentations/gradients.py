"""Augmentations of the gradient."""

from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
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


@keys.PROJECT_GRADIENT.checks_class
@dataclass(frozen=True)
class ProjectGradient(GradientAugmentation):
    """Keep only the part of the gradient along some directions: descent in a subspace (SubGD).

    M. Gauch et al., "Few-Shot Learning by Dimensionality Reduction in Gradient Space", CoLLAs 2022.

    Args:
        directions: `[dims]` or `[n, dims]`, of any length, not necessarily orthogonal.
        trajectory: A `trajectory.npz` instead: the direction is from its start to its end, of its
            first member.

    Raises:
        ValueError: The directions are no numbers or do not span anything, or the file is no
            trajectory.
        FileNotFoundError: There is no such file.
    """

    directions: object = None
    trajectory: str | PathLike[str] | None = None
    basis: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if (self.directions is None) == (self.trajectory is None):
            raise ValueError("Either parameter `directions` or `trajectory` should be given, and not both.")
        if self.trajectory is not None:
            given, found = _line(self.trajectory), f"the start and the end of {self.trajectory}"
        else:
            given, found = _vectors(self.directions), f"`directions = {self.directions}`"
        independent = (
            given.numel() > 0 and given.isfinite().all() and torch.linalg.matrix_rank(given) == len(given)
        )
        if given.ndim != 2 or not independent:
            raise ValueError(
                f"Parameter `directions` should be finite, linearly independent vectors. Found {found}."
            )
        object.__setattr__(self, "basis", torch.linalg.qr(given.T)[0].T)  # orthonormal, [n, dims]

    def check(self, dims: int) -> None:
        if (found := self.basis.shape[1]) != dims:
            raise ValueError(
                f"Parameter `directions` should have {dims} components, as the landscape. Found {found}."
            )

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        basis = self.basis.to(gradients)
        return gradients @ basis.T @ basis


def _vectors(directions: object) -> Tensor:
    """The directions that were given as rows, `[n, dims]`."""
    try:
        vectors = torch.as_tensor(directions, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"Parameter `directions` should be vectors. Found `directions = {directions}`."
        ) from error
    return vectors.unsqueeze(0) if vectors.ndim == 1 else vectors


def _line(path: str | PathLike[str]) -> Tensor:
    """From the start to the end of the first member of a saved trajectory, `[1, dims]`.

    Only the points are read, `[records, members, dims]`: augmentations know nothing of
    trajectories.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"There is no trajectory {path}.")
    try:
        with np.load(path, allow_pickle=False) as archive:
            points = torch.from_numpy(archive["points"][[0, -1], 0]).double()
    except (ValueError, KeyError, OSError, EOFError, BadZipFile, IndexError, TypeError) as error:
        raise ValueError(f"{path} is not a trajectory whose points can be read: {error}") from error
    return (points[1] - points[0]).unsqueeze(0)
