"""Losses and gradients inside the bounds of a landscape, clean or as a step sees them."""

from abc import ABC, abstractmethod
from typing import Protocol

from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.boundaries import Wall, excess
from landscape_lab.landscapes.gradients import Evaluate

Sample = tuple[Float[Tensor, " n"], Float[Tensor, "n dims"]]
"""Losses and their gradients, both detached."""


class Rule(Protocol):
    """How a gradient is taken of losses; see `gradients.py`."""

    def __call__(self, evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses whose backward pass returns the gradient."""

    def sample(self, evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> Sample:
        """Losses and their gradients, both detached."""


class Field(nn.Module, ABC):
    """What a point landscape is inside its bounds.

    Attributes:
        stochastic: Whether what steps see differs from the clean field, and from step to step.
    """

    stochastic: bool

    @property
    @abstractmethod
    def clean(self) -> "CleanField":
        """The field without augmentations."""

    @abstractmethod
    def forward(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses whose backward pass returns the gradient."""

    @abstractmethod
    def sample(self, points: Float[Tensor, "n dims"]) -> Sample:
        """Losses and their gradients, both detached: the same as by `forward`, without a graph."""

    @abstractmethod
    def see(self, step: int | None) -> None:
        """Move to the draw of a step; see `Landscape.see`."""


class CleanField(Field):
    """A loss, the wall around it, and how its gradient is taken.

    Args:
        loss: The losses inside the bounds.
        rule: How the gradient is taken: a rule of `gradients.py`.
        bounds: `[2, dims]`, low and high.
        wall: What is added to the loss outside the bounds.
    """

    stochastic = False
    bounds: Float[Tensor, "2 dims"]
    rule: nn.Module

    def __init__(
        self, loss: Evaluate, rule: nn.Module, bounds: Float[Tensor, "2 dims"], wall: Wall | None = None
    ) -> None:
        super().__init__()
        self.loss = loss
        self.rule = rule
        self.wall = wall
        self.register_buffer("bounds", bounds, persistent=False)

    @property
    def clean(self) -> "CleanField":
        return self

    def walled(self, losses: Float[Tensor, " n"], points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses at points with the wall's height there."""
        return losses if self.wall is None else losses + self.wall.height(excess(points, self.bounds))

    def losses(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The losses with the wall, as often differentiable as the loss is."""
        return self.walled(self.loss(points), points)

    def forward(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        return self.rule(self.losses, points)

    def sample(self, points: Float[Tensor, "n dims"]) -> Sample:
        rule: Rule = self._modules["rule"]  # type: ignore[assignment] # by attribute it takes 1 µs, see `PointLandscape.backward`
        return rule.sample(self.losses, points)

    def see(self, step: int | None) -> None:
        return
