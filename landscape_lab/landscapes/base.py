"""What every landscape is, and how a landscape whose parameters are a point is put together."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.boundaries import Freeze, Reflect, Wall, excess

AnyLandscape = TypeVar("AnyLandscape", bound="Landscape")


@dataclass(frozen=True)
class Axes:
    """How a two-dimensional landscape is drawn: the unit in which its coordinates are read.

    A point is shown at `(point - origin) / unit`: in pixels for a picture, as it is for a formula.

    Args:
        labels: The names of the two axes.
        origin: The point shown at (0, 0).
        unit: The length shown as 1, along each axis.
        picture: Whether the landscape is a picture: drawn in grey, its rows downwards.
    """

    labels: tuple[str, str] = ("x", "y")
    origin: tuple[float, float] = (0.0, 0.0)
    unit: tuple[float, float] = (1.0, 1.0)
    picture: bool = False


class Landscape(nn.Module, ABC):
    """Parameters and their loss: all that an optimizer sees, and all that a picture needs.

    `members` independent descents live in one landscape; each has its own parameters and its own loss.

    Attributes:
        start: Where each member begins, `[members, dims]`, or `None`.
        bounds: The window in which the landscape is drawn, low corner and high corner, `[2, dims]`, or `None`.
        minima: The known minimisers, `[n, dims]`, or `None`.
        axes: How a two-dimensional landscape is drawn.
        augmented: The landscape as an optimizer sees it, if it has augmentations.
    """

    augmented: Any = None
    start: Float[Tensor, "members dims"] | None
    bounds: Float[Tensor, "2 dims"] | None
    minima: Float[Tensor, "n dims"] | None
    axes: Axes

    @abstractmethod
    def forward(self, batch: Any = None) -> Float[Tensor, " members"]:
        """The loss of each member where it now is; `.sum().backward()` gives each its gradient."""

    @abstractmethod
    def backward(self, batch: Any = None) -> Float[Tensor, " members"]:
        """What `forward` and `.sum().backward()` do after `zero_grad()`, in one call and without a graph where none is needed."""

    @abstractmethod
    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The loss at any flat parameter vectors; the landscape's own parameters stay as they are."""

    @abstractmethod
    def seen(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, " members"]:
        """The losses that `forward` would return if the members were at other points; autograd follows them back."""

    def at(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, " members"]:
        """The same: the losses of the current draw at other points."""
        return self.seen(points)

    def suit(self, exact: bool) -> str | None:
        """Give the gradient that an optimizer needs; returns the `key=value` that changed, or `None`."""
        return None

    @abstractmethod
    def begin(self, points: Float[Tensor, "members dims"]) -> None:
        """Replace the members: one begins at each point."""

    @abstractmethod
    def flat(self) -> Float[Tensor, "members dims"]:
        """The parameters of each member as one vector, detached and shared with the parameters where possible."""

    @abstractmethod
    def flat_gradient(self) -> Float[Tensor, "members dims"]:
        """The gradient that the last backward pass left, in the order of `flat`."""

    def augment(self: AnyLandscape, augmentations: Sequence[Any], seed: int | Sequence[int] = 0) -> AnyLandscape:
        """Change what `forward` and `backward` see at each step; `evaluate`, and so every picture, stays the clean landscape.

        Each call of `forward` or `backward` sees the next draw; under `Descent` all those of one step see the same.

        Args:
            augmentations: How, from `landscape_lab.augmentations`; none to see the clean landscape again.
            seed: Of their draws; or one for each member, which then sees what a single member sees with that seed.

        Returns:
            The landscape itself.

        Raises:
            ValueError: An augmentation does not fit the landscape.
        """
        from landscape_lab.augmentations.augmented import Augmented  # it imports this module

        self.augmented = Augmented(self, augmentations, seed) if augmentations else None
        return self

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        """The landscape moves to another device or type."""
        if self.augmented is not None:
            self.augmented.forget()
        return super()._apply(fn, recurse)


class PointLandscape(Landscape):
    """A landscape whose parameters *are* the point: `points`, of shape `[members, dims]`.

    It is put together from three parts: the loss (a subclass), the gradient (exact, or a stencil of losses),
    and what happens outside the bounds.

    Args:
        start: `[members, dims]`.
        bounds: `[2, dims]`, low and high.
        gradient: How the gradient is taken: a rule of `gradients.py`.
        boundary: What moves a point that is outside the bounds.
        wall: What is added to the loss outside the bounds.
        minima: `[n, dims]`.
        axes: Names and units for pictures.
    """

    start: Float[Tensor, "members dims"]
    bounds: Float[Tensor, "2 dims"]
    gradient: Any

    def __init__(
        self,
        start: Float[Tensor, "members dims"],
        bounds: Float[Tensor, "2 dims"],
        gradient: nn.Module,
        boundary: Freeze | Reflect | None = None,
        wall: Wall | None = None,
        minima: Float[Tensor, "n dims"] | None = None,
        axes: Axes | None = None,
    ) -> None:
        super().__init__()
        self.points = nn.Parameter(start.clone())
        self.register_buffer("start", start, persistent=False)
        self.register_buffer("bounds", bounds, persistent=False)
        self.register_buffer("minima", minima, persistent=False)
        self.gradient = gradient
        self.wall = wall
        self.boundary = boundary
        self.axes = Axes() if axes is None else axes

    @abstractmethod
    def loss(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The loss inside the bounds."""

    def _walled(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        return self.loss(points) if self.wall is None else self.loss(points) + self.wall.height(excess(points, self.bounds))

    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        return self._walled(self.boundary(points) if isinstance(self.boundary, Reflect) else points)

    def forward(self, batch: Any = None) -> Float[Tensor, " members"]:
        return self.seen(self.points)

    def seen(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, " members"]:
        points = points if self.boundary is None else self.boundary(points)
        return self.gradient(self._walled, points) if self.augmented is None else self.augmented(points)

    def backward(self, batch: Any = None) -> Float[Tensor, " members"]:
        parts: Any = self._modules  # by attribute, a module's parts cost as much as an operation on two numbers
        parameters: Any = self._parameters
        parameter, rule, boundary = parameters["points"], parts["gradient"], self.boundary
        augmented = self.augmented
        points = parameter.detach()
        inside = points if boundary is None else boundary(points)
        losses, gradients = rule.sample(self._walled, inside) if augmented is None else augmented.sample(inside)
        if boundary is not None:
            gradients = boundary.pull_back(gradients, points)
        parameter.grad = gradients if gradients.is_contiguous() else gradients.contiguous()
        return losses

    def begin(self, points: Float[Tensor, "members dims"]) -> None:
        self.points, self.start = nn.Parameter(points.clone()), points.clone()
        if isinstance(self.boundary, Freeze):
            self.boundary = Freeze(points, self.bounds)

    def flat(self) -> Float[Tensor, "members dims"]:
        parameters: Any = self._parameters
        points = parameters["points"].detach()
        return self.boundary(points) if isinstance(self.boundary, Freeze) else points

    def flat_gradient(self) -> Float[Tensor, "members dims"]:
        parameters: Any = self._parameters
        gradient = parameters["points"].grad
        return torch.zeros_like(self.points) if gradient is None else gradient
