"""How a landscape whose parameters are a point is put together."""

from abc import abstractmethod
from typing import Any, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.axes import Axes
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.boundaries import Freeze, Reflect, Wall
from landscape_lab.landscapes.field import CleanField, Field

AnyPointLandscape = TypeVar("AnyPointLandscape", bound="PointLandscape")


class PointLandscape(Landscape):
    """A landscape whose parameters *are* the point: `points`, of shape `[members, dims]`.

    It is put together from two parts: a *field*, which is the loss and its gradient inside the
    bounds, and a *boundary*, which moves a point that is outside. A subclass writes the loss, and
    its constructor chooses the parts. `augmentations.augment` puts another field around the clean
    one.

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
    field: Field

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
        super().__init__(len(start), start=start, bounds=bounds, minima=minima, axes=axes)
        self.points = nn.Parameter(start.clone())
        self.field = CleanField(self.loss, gradient, bounds, wall)
        self.boundary = boundary

    @abstractmethod
    def loss(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The loss inside the bounds."""

    @property
    def gradient(self) -> Any:  # the rules have each their own attributes
        """How the gradient is taken."""
        return self.field.clean.rule

    @property
    def stochastic(self) -> bool:
        """Whether the landscape has augmentations."""
        return self.field.stochastic

    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        return self.field.clean.losses(
            self.boundary(points) if isinstance(self.boundary, Reflect) else points
        )

    def forward(self, batch: object = None) -> Float[Tensor, " members"]:
        points = self.points
        return self.field(points if self.boundary is None else self.boundary(points))

    def at(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, " members"]:
        # `Freeze` puts a member that left the bounds back in place: here into a copy, not into the
        # caller's tensor.
        return self.field(points if self.boundary is None else self.boundary(points.clone()))

    def with_members(self: AnyPointLandscape, points: Float[Tensor, "n dims"]) -> AnyPointLandscape:
        if self.field is not self.field.clean:
            raise ValueError(
                "A landscape should get its members before its augmentations, whose draws are made "
                "for each member: "
                "augment(landscape, []) takes them away."
            )
        return super().with_members(points)

    def move_to(self, points: Float[Tensor, "members dims"]) -> None:
        super().move_to(points)
        if isinstance(self.boundary, Freeze):
            self.boundary.restart(self.points.detach())

    # A step on two numbers takes some 20 µs. The graph of `forward` and its backward pass would
    # double that, and each part of a module that is looked up by attribute costs 1 µs:
    # `nn.Module.__getattr__` is a search in three dictionaries in Python. So the methods that every
    # step calls go to the parts directly.

    def see(self, step: int | None) -> None:
        field: Field = self._modules["field"]  # type: ignore[assignment]
        field.see(step)

    def backward(self) -> Float[Tensor, " members"]:
        field: Field = self._modules["field"]  # type: ignore[assignment]
        parameter: nn.Parameter = self._parameters["points"]  # type: ignore[assignment]
        points, boundary = parameter.detach(), self.boundary
        if boundary is None:
            losses, gradients = field.sample(points)
        else:
            losses, gradients = field.sample(boundary(points))
            gradients = boundary.pull_back(gradients, points)
        parameter.grad = gradients if gradients.is_contiguous() else gradients.contiguous()
        return losses

    def flat(self) -> Float[Tensor, "members dims"]:
        points: Tensor = self._parameters["points"].detach()  # type: ignore[union-attr]
        return self.boundary(points) if isinstance(self.boundary, Freeze) else points

    def flat_gradient(self) -> Float[Tensor, "members dims"]:
        parameter: nn.Parameter = self._parameters["points"]  # type: ignore[assignment]
        gradient = parameter.grad
        if gradient is None:
            return torch.zeros_like(parameter)
        return (
            gradient.detach() if gradient.requires_grad else gradient
        )  # a second-order optimizer's has a graph

    def copy_to(self, out: Float[Tensor, "members dims"]) -> None:
        out.copy_(self.flat())
