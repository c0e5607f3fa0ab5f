"""What an augmentation is: a change at each step, of coordinates, pixels, gradient or loss.

A method that a kind of augmentation need not write has a neutral default: `check` refuses nothing,
`on` settles nothing, `whole_pixels` is false and `reach` is 0.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from landscape_lab.landscapes.base import Landscape


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """A change to the landscape at each step.

    The draws of many steps are made at once, for each member its own or, if `shared`, one for all
    members: common random numbers, with which members are compared on the same noise.

    Args:
        shared: Whether all members see the same draw.
    """

    shared: bool = False


class Maps(NamedTuple):
    """Where the augmented landscape is looked up in the clean one: `point -> matrix @ point + offset`.

    Points are in half-widths of the landscape from its centre, so the landscape spans -1…1 whatever
    its size.

    Args:
        matrix: `[steps, members, dims, dims]`; the number of members may be 1.
        offset: `[steps, members, dims]`.
        size: How many pixels the augmented picture has along (x, y), `[steps, members, 2]`; `None`
            without pixels.
        jitter: How far the point itself is moved first, `[steps, members, dims]`.
    """

    matrix: Tensor
    offset: Tensor
    size: Tensor | None
    jitter: Tensor

    def after(self, matrix: Tensor, offset: Tensor, size: Tensor | None = None) -> "Maps":
        """The maps of a landscape that is changed once more, by `point -> matrix @ point + offset`."""
        moved = (self.matrix @ offset.unsqueeze(-1)).squeeze(-1) + self.offset
        return self._replace(
            matrix=self.matrix @ matrix, offset=moved, size=self.size if size is None else size
        )

    @classmethod
    def identity(cls, steps: int, dims: int, size: Tensor | None) -> "Maps":
        """No change, for so many steps and all members; `size` is `[2]`."""
        zero = torch.zeros(steps, 1, dims, dtype=torch.float64)
        wide = None if size is None else size.double().expand(steps, 1, 2)
        return cls(torch.eye(dims, dtype=torch.float64).expand(steps, 1, dims, dims), zero, wide, zero)


class CoordinateAugmentation(Augmentation, ABC):
    """Moves, turns or stretches the landscape: an affine map of coordinates at each step."""

    def check(self, dims: int, size: Tensor | None) -> None:
        """Raise `ValueError` where a landscape of such dimensions, or pixels (x, y), cannot be changed."""
        return

    @property
    def whole_pixels(self) -> bool:
        """Whether pixels become pixels; otherwise the picture is interpolated."""
        return False

    @abstractmethod
    def compose(self, maps: Maps, members: int, generator: Generator) -> Maps:
        """The maps with those of this augmentation added, drawn for each step and `members` members."""


class Pixels(NamedTuple):
    """Which pixels of the augmented picture some values are.

    Args:
        indices: Their columns and their rows, `[members, 2, n]`.
        last: The picture's last column and last row, `[members, 2, 1]`.
    """

    indices: Tensor
    last: Tensor


class PixelAugmentation(Augmentation, ABC):
    """Changes pixels, each by itself or with its neighbours."""

    @property
    def reach(self) -> int:
        """How many pixels away a pixel's new value depends on."""
        return 0

    @abstractmethod
    def draw(self, steps: int, members: int, rows: int, columns: int, generator: Generator) -> Tensor | None:
        """Random numbers: `[steps, members, rows, columns]` of single pixels, or `[steps, members, 1, n]`."""

    @abstractmethod
    def apply(self, values: Tensor, draw: Tensor | None, pixels: Pixels) -> Tensor:
        """The new values of pixels, `[members, rows, columns]`, from the old ones and this step's draw.

        With a `reach` the values are `[members, rows, 2 reach + 1, columns, 2 reach + 1]`: each
        pixel's neighbourhood.
        """


class GradientAugmentation(Augmentation, ABC):
    """Changes the gradient."""

    def check(self, dims: int) -> None:
        """Raise `ValueError` where a gradient of so many components cannot be changed so."""
        return

    def on(self, landscape: Landscape) -> "GradientAugmentation":
        """This augmentation on a landscape, which is clean: settled, if it has to look at it first."""
        return self

    @abstractmethod
    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> Tensor | None:
        """Random numbers, `[steps, members, …]`."""

    @abstractmethod
    def apply(self, gradients: Tensor, draw: Tensor | None) -> Tensor:
        """The new gradients `[members, dims]`, from the old ones and this step's draw."""


class LossAugmentation(Augmentation, ABC):
    """Changes the loss, and by the chain rule the gradient."""

    @abstractmethod
    def draw(self, steps: int, members: int, generator: Generator) -> Tensor | None:
        """Random numbers, `[steps, members]`."""

    @abstractmethod
    def apply(self, losses: Tensor, draw: Tensor | None) -> Tensor:
        """The new losses `[members]`, by this step's draw and in operations that autograd follows."""

    @abstractmethod
    def slope(self, losses: Tensor, draw: Tensor | None) -> Tensor | None:
        """The derivative of the new losses by the old ones, `[members]`; `None` if it is 1."""
