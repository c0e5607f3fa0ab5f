"""Descent in a subspace: only a part of the gradient is kept."""

from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Generator, Tensor

from landscape_lab.augmentations.base import GradientAugmentation
from landscape_lab.keys import augmentations as keys
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.point import PointLandscape


@keys.PROJECT_GRADIENT.checks_class
@dataclass(frozen=True)
class ProjectGradient(GradientAugmentation):
    """Keep only the part of the gradient along some directions: descent in a subspace (SubGD).

    M. Gauch et al., "Few-Shot Learning by Dimensionality Reduction in Gradient Space", CoLLAs 2022.

    Args:
        directions: `[dims]` or `[n, dims]`, of any length, not necessarily orthogonal.
        trajectory: A `trajectory.npz` instead: the direction is from its start to its end, of its
            first member.
        steps: Of a descent instead, of the first member on the clean landscape: the direction is from its
            start to its end. The optimizer is plain gradient descent.
        lr: Its learning rate.

    Raises:
        ValueError: The directions are no numbers or do not span anything, or the file is no
            trajectory.
        FileNotFoundError: There is no such file.
    """

    directions: object = None
    trajectory: str | PathLike[str] | None = None
    steps: int | None = None
    lr: float = 0.01
    basis: Tensor | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.directions, self.trajectory, self.steps)) != 1:
            raise ValueError("One parameter of `directions`, `trajectory` and `steps` should be given.")
        if self.steps is None:
            self._settle()

    def _settle(self) -> None:
        """Make the basis of what was given."""
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

    def on(self, landscape: Landscape) -> "ProjectGradient":
        if self.steps is None:
            return self
        return replace(self, steps=None, directions=_descended(landscape, self.steps, self.lr).tolist())

    def check(self, dims: int) -> None:
        if self.basis is not None and (found := self.basis.shape[1]) != dims:
            raise ValueError(
                f"Parameter `directions` should have {dims} components, as the landscape. Found {found}."
            )

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        if self.basis is None:
            raise ValueError("Parameter `steps` should be used on a landscape: augment(landscape, …).")
        basis = self.basis.to(gradients)
        return gradients @ basis.T @ basis


def _descended(landscape: Landscape, steps: int, lr: float) -> Tensor:
    """From the start of the first member to where gradient descent brings it, `[dims]`."""
    if not isinstance(landscape, PointLandscape):
        raise ValueError(
            f"Parameter `steps` should be used on a picture, a function or noise. Found a "
            f"{type(landscape).__name__}; for it, parameter `trajectory` tells a descent that was made."
        )
    alone = landscape.with_members(landscape.flat()[:1].clone())
    begin, optimizer = alone.flat()[0].double(), torch.optim.SGD(alone.parameters(), lr)
    for _ in range(steps):
        alone.backward()
        optimizer.step()
    return alone.flat()[0].double() - begin


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
