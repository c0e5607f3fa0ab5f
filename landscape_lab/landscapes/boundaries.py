"""What happens to a point outside the bounds: a wall pushes it back, or it is moved."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import BOUNDARY


def make_boundary(
    kind: str, start: Float[Tensor, "members dims"], bounds: Float[Tensor, "2 dims"], scale: float
) -> tuple["Freeze | Reflect | None", "Wall | None"]:
    """The two parts of a boundary: what moves a point outside, and what is added to the loss there."""
    BOUNDARY.kind.check("boundary", kind)
    walls = {"hard": Wall(0.003 * scale, power=1), "soft": Wall(scale, power=4)}
    if kind == "freeze":
        return Freeze(start, bounds), None
    return (Reflect(bounds) if kind == "reflect" else None), walls.get(kind)


def excess(points: Float[Tensor, "n dims"], bounds: Float[Tensor, "2 dims"]) -> Float[Tensor, "n dims"]:
    """By how much each coordinate lies outside: positive beyond the high bound, negative below the low."""
    low, high = bounds
    return points - points.clamp(low, high)


@dataclass(frozen=True)
class Wall:
    r"""A loss outside the bounds whose gradient points back in.

    With the distance :math:`e_i` by which coordinate i lies outside, the wall is :math:`s \sum_i
    |e_i|` (`power=1`, gradient ±s) or :math:`\tfrac{s}{4} \sum_i e_i^4` (`power=4`, a gradient of
    :math:`s e_i^3`).

    Args:
        slope: s, the gradient of a hard wall, or of a soft one at distance 1.
        power: 1 for a hard wall, 4 for a soft one.
    """

    slope: float
    power: int

    def height(self, excess: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The loss that is added."""
        heights = (
            excess.abs() if self.power == 1 else excess.pow(self.power)
        )  # |e|¹ by `pow` has no second derivative at 0
        return (self.slope / self.power) * heights.sum(-1)

    def add_gradient(
        self, gradients: Float[Tensor, "n dims"], excess: Float[Tensor, "n dims"]
    ) -> Float[Tensor, "n dims"]:
        """Add the wall's gradient, in place: to a gradient that is not the derivative of the loss."""
        return gradients.add_(excess.sign_() if self.power == 1 else excess.pow(3), alpha=self.slope)


class Freeze(nn.Module):
    """Keeps a member that left the bounds for good at its last point inside, without a gradient.

    Args:
        start: `[members, dims]`, inside the bounds.
        bounds: `[2, dims]`, low and high.
    """

    bounds: Float[Tensor, "2 dims"]
    frozen: Bool[Tensor, "members 1"]
    inside: Float[Tensor, "members dims"]

    def __init__(self, start: Float[Tensor, "members dims"], bounds: Float[Tensor, "2 dims"]) -> None:
        super().__init__()
        self.register_buffer("bounds", bounds, persistent=False)
        self.register_buffer("inside", start.clone())
        self.register_buffer("frozen", torch.zeros(len(start), 1, dtype=torch.bool))

    def restart(self, points: Float[Tensor, "members dims"]) -> None:
        """Forget who left: the members, of which there may now be others, go on from these points."""
        self.inside = points.clone()
        self.frozen = torch.zeros(len(points), 1, dtype=torch.bool, device=points.device)

    @torch.no_grad()
    def _settle(self, points: Float[Tensor, "members dims"]) -> None:
        """Put every member that has ever been outside back where it left."""
        low, high = self.bounds
        self.frozen |= ((points < low) | (points > high)).any(-1, keepdim=True)
        points.copy_(torch.where(self.frozen, self.inside, points))
        self.inside.copy_(points)

    def forward(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, "members dims"]:
        """Freeze who left, in place; the result passes no gradient on to a frozen member."""
        self._settle(points.detach())
        # the graph keeps a copy: the next call may freeze more members before this one's backward pass
        frozen = self.frozen.clone() if points.requires_grad else self.frozen
        return torch.where(frozen, points.detach(), points)

    def pull_back(
        self,
        gradients: Float[Tensor, "members dims"],
        points: Float[Tensor, "members dims"],
    ) -> Float[Tensor, "members dims"]:
        """The gradients with those of frozen members set to zero."""
        return gradients.masked_fill(self.frozen, 0.0)


class Reflect(nn.Module):
    """Mirrors the landscape at its bounds, as often as it takes: a triangle wave of period twice the width.

    >>> Reflect(torch.tensor([[-1.0, -1.0], [1.0, 1.0]]))(torch.tensor([[1.5, -3.0]]))
    tensor([[0.5000, 1.0000]])

    Args:
        bounds: `[2, dims]`, low and high.
    """

    low: Float[Tensor, " dims"]
    width: Float[Tensor, " dims"]

    def __init__(self, bounds: Float[Tensor, "2 dims"]) -> None:
        super().__init__()
        self.register_buffer("low", bounds[0], persistent=False)
        self.register_buffer("width", bounds[1] - bounds[0], persistent=False)

    def _fall(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
        """How far a point has still to go to the high bound; negative on the way back."""
        return self.width - torch.remainder(points - self.low, 2 * self.width)

    def forward(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
        """The points' mirror images inside the bounds."""
        return self.low + self.width - self._fall(points).abs()

    def pull_back(
        self, gradients: Float[Tensor, "n dims"], points: Float[Tensor, "n dims"]
    ) -> Float[Tensor, "n dims"]:
        """The gradients at the mirror images as gradients at the points."""
        return torch.where(self._fall(points) < 0, -gradients, gradients)
