"""One member of a landscape, as its own optimizer sees it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from greenlet import getcurrent
from torch import Tensor, nn

from landscape_lab.optimizers.problem import Members, are_vectors, are_whole


class Part(NamedTuple):
    """What a member has of one parameter of the landscape.

    Args:
        own: The member's parameter, whose numbers are the landscape's.
        view: The same numbers, in the landscape's parameter.
        whole: The landscape's parameter, `[members, …]`.
    """

    own: nn.Parameter
    view: Tensor
    whole: nn.Parameter


class Note(NamedTuple):
    """What an optimizer says about the point where its step began; `None` where it does not know.

    Args:
        losses: `[1]`.
        gradients: `[1, dims]`.
    """

    losses: Tensor | None
    gradients: Tensor | None


class Member(nn.Module):
    """One member of a landscape: a problem whose parameters are parts of the landscape's.

    Where the landscape's only parameter is the points `[members, dims]`, the member has a point
    `[1, dims]`, as a landscape of one member has. Else its parameters have shapes of their own: of
    weights `[members, 3, 2]` it has a matrix `[3, 2]`.

    Args:
        landscape: Of all members.
        number: Which one.
    """

    def __init__(self, landscape: Members, number: int) -> None:
        super().__init__()
        self.number = number
        self.landscape = (landscape,)  # in a tuple, its parameters are not ours
        self.which = slice(number, number + 1) if are_vectors(landscape) else number
        trainable = [(name, whole) for name, whole in landscape.named_parameters() if whole.requires_grad]
        self.parts = [
            self._part(name.replace(".", "_"), whole) for name, whole in trainable
        ]  # a name holds no dot

    def _part(self, name: str, whole: nn.Parameter) -> Part:
        """Make the member's own parameter of one of the landscape's."""
        view = whole.detach()[self.which]
        own = nn.Parameter(view)
        self._parameters[name] = (
            own  # not as an attribute: a landscape may call its parameter `number`, or `parts`
        )
        return Part(own, view, whole)

    def settle(self) -> None:
        """Bring back what an optimizer stored elsewhere: some put a new tensor into `parameter.data`."""
        for own, view, _ in self.parts:
            if own.data_ptr() != view.data_ptr():
                view.copy_(own.detach())
                own.data = view

    def forward(self) -> Tensor:
        """The loss `[1]`; its graph goes back to this member only."""
        landscape, number = self.landscape[0], self.number
        own = torch.cat([part.own.reshape(1, -1) for part in self.parts], dim=1)  # [1, dims]
        points = landscape.flat()  # [members, dims], detached
        losses = landscape.at(torch.cat([points[:number], own, points[number + 1 :]]))
        return losses[number : number + 1]

    def backward(self) -> Tensor:
        """The loss `[1]`, evaluated when the other members have asked too; the gradient is then in place."""
        self.settle()
        loss = ask("gradients")
        for own, _, whole in self.parts:
            own.grad = None if whole.grad is None else whole.grad.detach()[self.which]
        return loss.view(1)


class MemberClosure:
    """A member's closure: an evaluation waits until all members want one.

    Args:
        member: Whose loss is evaluated.
        notes: Where notes for the record are kept, by the member's number.

    Attributes:
        pools: Whether candidates may be evaluated together.
    """

    def __init__(self, member: Member, notes: dict[int, Note]) -> None:
        self.member = member
        self.landscape = member.landscape[0]
        self.notes = notes
        self.pools = False

    def __call__(self) -> Tensor:
        return self.member.backward().squeeze()

    def losses(self) -> Tensor:
        self.member.settle()
        return ask("losses")

    def losses_at(self, candidates: Tensor, parameters: Sequence[Tensor]) -> Tensor | None:
        """The losses `[k, 1]` of candidates `[k, 1, dims]`, together with those of the other members."""
        if not self.pools or not are_whole(parameters, self.member):
            return None
        return ask(candidates)[: len(candidates), None]

    def note(self, losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
        self.notes[self.member.number] = Note(losses, gradients)


def ask(what: str | Tensor) -> Tensor:
    """Wait until all members have asked for `losses`, for `gradients` too, or for those of candidates.

    Returns this member's loss, or those of its candidates `[k, 1, dims]`, `[k]` or longer.

    The optimizer that asks runs in a greenlet, and `switch` leaves it in the midst of its step.
    """
    # Greenlets share one thread, and to it belongs autograd's mode. Meanwhile other optimizers set it
    # as they like, so it is brought back.
    enabled = torch.is_grad_enabled()
    loss = getcurrent().parent.switch(what)
    torch.set_grad_enabled(enabled)
    return loss
