"""What is counted on the way of a descent."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from landscape_lab.chunk import Counts
from landscape_lab.records.known import no_nan
from landscape_lab.records.series import State


@dataclass
class Tally:
    """The costs of a descent so far, and what is known of each of its members.

    Args:
        members: How many there are.
        target: A loss, or `None`.

    Attributes:
        evaluations: Of the loss.
        gradient_evaluations: Those that gave a gradient, too.
        hessian_vector_products: So many.
        seconds: Of stepping.
        alive: Whether a member's point, loss and gradient have always been finite, `[members]`.
        best: The lowest loss of each member, `[members]`.
        hit: The first step whose loss was no higher than the target, else infinite, `[members]`.
    """

    members: int
    target: float | None = None
    evaluations: int = 0
    gradient_evaluations: int = 0
    hessian_vector_products: int = 0
    seconds: float = 0.0
    alive: Tensor = field(init=False)
    best: Tensor = field(init=False)
    hit: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.alive = torch.ones(self.members, dtype=torch.bool)
        self.best = torch.full((self.members,), torch.inf)
        self.hit = torch.full((self.members,), torch.inf, dtype=torch.float64)

    def to(self, device: torch.device) -> None:
        """Move to where the landscape is."""
        self.alive, self.best, self.hit = (values.to(device) for values in (self.alive, self.best, self.hit))

    def dead(self) -> list[int]:
        """The numbers of the members that are not alive."""
        return (~self.alive).nonzero().view(-1).tolist()

    def count(self, taken: Counts) -> None:
        """Add what some steps took."""
        self.evaluations += taken.evaluations
        self.gradient_evaluations += taken.evaluations - taken.without_gradient
        self.hessian_vector_products += taken.products

    def follow(self, first: int, losses: Tensor) -> None:
        """Take note of the losses `[n, members]` of the steps from `first` on."""
        lowest = losses.amin(0)
        if bool(lowest.isnan().any()):  # `amin` passes NaN on: the other losses want a second pass
            losses = no_nan(losses)
            lowest = losses.amin(0)
        self.best = torch.minimum(self.best, lowest.to(self.best))
        if self.target is None:
            return
        new = (lowest <= self.target) & self.hit.isinf()  # [members]
        if bool(new.any()):
            reached = losses[:, new] <= self.target  # [n, new]; `argmax` finds the first of equal ones
            self.hit[new] = (first + reached.byte().argmax(0)).to(self.hit)

    def state_dict(self) -> State:
        """Tensors and numbers only."""
        return {name: value for name, value in vars(self).items() if name not in ("members", "target")}

    def load_state_dict(self, state: State) -> None:
        """Go on from there."""
        vars(self).update(state)
