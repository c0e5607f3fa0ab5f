"""What optimizers and layouts see of a landscape: less than it is, so that a member can offer the same."""

from collections.abc import Iterator, Sequence
from operator import is_
from typing import Protocol

from torch import Tensor, nn


class Problem(Protocol):
    """What an optimizer sees: a landscape, or one member of it."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """What is optimised."""

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The same, with names."""

    def __call__(self) -> Tensor:
        """The losses `[members]`, which autograd follows back to the parameters."""

    def backward(self) -> Tensor:
        """The losses `[members]`, detached; their gradients are then in the parameters."""


class Members(Problem, Protocol):
    """What a layout sees: many members, each of which begins somewhere else."""

    def flat(self) -> Tensor:
        """The parameters of each member as one vector, `[members, dims]`, detached."""

    def at(self, points: Tensor) -> Tensor:
        """The losses `[members]` if the members were at other points `[members, dims]`."""


def are_whole(parameters: Sequence[Tensor], landscape: Problem) -> bool:
    """Whether parameters are all that is optimised, in the order in which a point holds them."""
    own = [one for one in landscape.parameters() if one.requires_grad]
    return len(own) == len(parameters) and all(map(is_, own, parameters))


def are_vectors(landscape: Problem) -> bool:
    """Whether the only parameter is the members' points `[members, dims]`.

    Otherwise a member has parameters in shapes of their own, which matrix optimizers look at.
    """
    dimensions = [parameter.ndim for parameter in landscape.parameters() if parameter.requires_grad]
    return dimensions == [2]
