"""What every landscape is, and how a landscape whose parameters are a point is put together."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
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

    `members` independent descents live in one landscape; each has its own parameters and its own loss. Parameters
    have a leading dimension of members where there are several; one member may keep its own shapes.

    Attributes:
        members: How many there are.
        start: Where each member begins, `[members, dims]`, or `None`.
        bounds: The window in which the landscape is drawn, low corner and high corner, `[2, dims]`, or `None`.
        minima: The known minimisers, `[n, dims]`, or `None`.
        axes: How a two-dimensional landscape is drawn.
        augmented: The landscape as an optimizer sees it, if it has augmentations.
        stochastic: Whether steps see draws: only then is `see` called.
    """

    augmented: Any = None
    stochastic: bool = False
    start: Float[Tensor, "members dims"] | None
    bounds: Float[Tensor, "2 dims"] | None
    minima: Float[Tensor, "n dims"] | None
    axes: Axes
    members: int

    @abstractmethod
    def forward(self, batch: Any = None) -> Float[Tensor, " members"]:
        """The loss of each member where it now is; `.sum().backward()` gives each its gradient."""

    @abstractmethod
    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The loss at any flat parameter vectors; the landscape's own parameters stay as they are."""

    @property
    def dims(self) -> int:
        """How many numbers a point has."""
        return sum(parameter.numel() for parameter in self.parameters()) // self.members

    def backward(self, batch: Any = None) -> Float[Tensor, " members"]:
        """What `forward` and `.sum().backward()` do after `zero_grad()`, in one call."""
        self.zero_grad()
        losses = self(batch)
        losses.sum().backward()
        return losses.detach()

    def flat(self) -> Float[Tensor, "members dims"]:
        """The parameters of each member as one vector, detached."""
        return torch.cat([parameter.detach().reshape(self.members, -1) for parameter in self.parameters()], 1)

    def flat_gradient(self) -> Float[Tensor, "members dims"]:
        """The gradient that the last backward pass left, in the order of `flat`."""
        gradients = (torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters())
        return torch.cat([gradient.reshape(self.members, -1) for gradient in gradients], 1)

    @torch.no_grad()
    def move_to(self, points: Float[Tensor, "members dims"]) -> None:
        """Move the members to other points; the parameters stay the same objects."""
        parameters = list(self.parameters())
        parts = points.split([parameter.numel() // self.members for parameter in parameters], 1)
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.copy_(part.reshape(parameter.shape))

    def at(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, " members"]:
        """The losses of this step's draw at other points; autograd follows them."""
        named = dict(self.named_parameters())
        parts = points.split([parameter.numel() // self.members for parameter in named.values()], 1)
        moved = {name: part.reshape(named[name].shape) for name, part in zip(named, parts, strict=True)}
        return torch.func.functional_call(self, moved, ())

    def member(self, number: int) -> dict[str, Tensor]:
        """One member's parameters in their own shapes."""
        several = self.members > 1
        return {name: p.detach()[number] if several else p.detach() for name, p in self.named_parameters()}

    def copy_to(self, out: Float[Tensor, "members dims"]) -> None:
        """`flat()` into a record, without a concatenation first."""
        sizes = [parameter.numel() // self.members for parameter in self.parameters()]
        for parameter, part in zip(self.parameters(), out.split(sizes, 1), strict=True):
            part.copy_(parameter.detach().reshape(self.members, -1))

    def see(self, step: int | None) -> None:
        """Move to the draw of a step; with `None`, each evaluation moves on by itself."""

    def measure(self, points: Float[Tensor, "n dims"]) -> dict[str, Tensor]:
        """The clean loss and other measures `[n]` at any points, in one pass."""
        return {"loss": self.evaluate(points)}

    def slice(self, origin: Tensor, directions: Tensor) -> Callable[[Tensor], dict[str, Tensor]]:
        """`measure` at the places `[n, 2]` of a plane."""
        return lambda places: self.measure(origin + places @ directions)

    def suit(self, exact: bool) -> str | None:
        """Give the gradient that an optimizer needs; the `key=value` that changed, or `None`."""
        return None

    def augment(self: AnyLandscape, augmentations: Sequence[Any], seed: int | Sequence[int] = 0) -> AnyLandscape:
        """Stands in until the merge."""
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
