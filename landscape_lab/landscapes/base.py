"""What every landscape is: parameters, their loss, and what follows from these two alone."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.axes import Axes
from landscape_lab.landscapes.parts import Parts

AnyLandscape = TypeVar("AnyLandscape", bound="Landscape")


class Landscape(nn.Module, ABC):
    """Parameters and their loss: all that an optimizer sees, and all that a picture needs.

    `members` independent descents live in one landscape; each has its own parameters and its own
    loss. A member's *point* is all its trainable parameters in the order of `named_parameters()`,
    as one vector of `dims` numbers.

    A new landscape writes `forward` and `evaluate`. The rest follows from these and from
    `parameters()`, and the hooks `see`, `suit`, `mutate`, `parts` and `measure` have defaults.

    Args:
        members: How many descents there are.
        stacked: Whether each parameter has a leading dimension of members. It has none where the
            parameters are those of a module that knows no members, such as a network; then there is
            one member, and each parameter has its own shape.
        start: Where each member begins, `[members, dims]`, if that is worth keeping.
        bounds: The window in which the landscape is drawn, low corner and high corner, `[2, dims]`.
        minima: The known minimisers, `[n, dims]`.
        axes: How a two-dimensional landscape is drawn.

    Attributes:
        stochastic: Whether what steps see differs from `evaluate`, and from step to step. Where it
            is false nobody has to call `see`, but before steps at which parameters are born.
        sampled: Whether steps see samples of the data, so that the losses they see are lucky or
            unlucky and no result of a descent: such results are measured on all data.
        births: The step, above 0, from which a parameter is moved, by its name; absent: always.

    Raises:
        ValueError: There are several members but no dimension for them.
    """

    stochastic: bool = False
    sampled: bool = False
    births: Mapping[str, int] = MappingProxyType({})
    start: Float[Tensor, "members dims"] | None
    bounds: Float[Tensor, "2 dims"] | None
    minima: Float[Tensor, "n dims"] | None

    def __init__(
        self,
        members: int = 1,
        *,
        stacked: bool = True,
        start: Float[Tensor, "members dims"] | None = None,
        bounds: Float[Tensor, "2 dims"] | None = None,
        minima: Float[Tensor, "n dims"] | None = None,
        axes: Axes | None = None,
    ) -> None:
        super().__init__()
        if members != 1 and not stacked:
            raise ValueError(
                f"Parameter `members` should be 1 where parameters have no dimension of members. "
                f"Found `members = {members}`."
            )
        self.members = members
        self.stacked = stacked
        self.register_buffer("start", start, persistent=False)
        self.register_buffer("bounds", bounds, persistent=False)
        self.register_buffer("minima", minima, persistent=False)
        self.axes = Axes() if axes is None else axes

    @abstractmethod
    def forward(self, batch: object = None) -> Float[Tensor, " members"]:
        """The loss of each member as this step sees it; `.sum().backward()` gives each its gradient."""

    @abstractmethod
    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The clean losses at any points, for autograd too; nothing of the landscape is touched."""

    # What follows from the two, over all parameters.

    @property
    def dims(self) -> int:
        """How many numbers the point of a member consists of."""
        return sum(self._sizes())

    def backward(self) -> Float[Tensor, " members"]:
        """What `zero_grad()`, `forward()` and `.sum().backward()` do; the losses, detached."""
        self.zero_grad()
        with torch.enable_grad():
            losses = self()
            losses.sum().backward()
        return losses.detach()

    def flat(self) -> Float[Tensor, "members dims"]:
        """The point of each member, detached; of a single parameter it shares the memory."""
        return self._joined([parameter.detach() for _, parameter in self._trainable()])

    def flat_gradient(self) -> Float[Tensor, "members dims"]:
        """The gradient that the last backward pass left, detached, in the order of `flat`."""
        parameters = (parameter for _, parameter in self._trainable())
        return self._joined(
            [torch.zeros_like(each) if each.grad is None else each.grad.detach() for each in parameters]
        )

    def copy_to(self, out: Float[Tensor, "members dims"]) -> None:
        """Write `flat` into a record, without a concatenation of all parameters first."""
        parts = out.split(self._sizes(), dim=-1)
        for part, (_, parameter) in zip(parts, self._trainable(), strict=True):
            part.copy_(parameter.detach().reshape(self.members, -1))

    @torch.no_grad()
    def move_to(self, points: Float[Tensor, "members dims"]) -> None:
        """Copy points into the parameters; the parameters stay the same objects, as an optimizer needs."""
        parts = self._in_own_shapes(points)
        for name, parameter in self._trainable():
            parameter.copy_(parts[name])

    def at(self, points: Float[Tensor, "members dims"]) -> Float[Tensor, " members"]:
        """The losses that `forward` would return if the members were at other points; autograd follows."""
        return torch.func.functional_call(self, self._in_own_shapes(points), ())

    def member(self, number: int) -> dict[str, Tensor]:
        """The parameters of one member by name, each in its own shape, shared with the landscape."""
        return {
            name: value.detach()[number] if self.stacked else value.detach()
            for name, value in self._trainable()
        }

    def with_members(self: AnyLandscape, points: Float[Tensor, "n dims"]) -> AnyLandscape:
        """The same landscape with one member at each point; this one stays as it is.

        Parameters are new; buffers, such as a picture, are shared.

        Raises:
            ValueError: There are several points, but parameters have no dimension of members.
        """
        if len(points) != 1 and not self.stacked:
            raise ValueError(
                f"A {type(self).__name__} should have one member: its parameters have no dimension "
                "of members. "
                f"Found {len(points)} points."
            )
        fresh = {
            id(value): nn.Parameter(self._with_room(value, len(points))) for _, value in self._trainable()
        }
        # `deepcopy` takes what it finds in its memo for a copy that is already made. So it puts the
        # new parameters where the old ones were, shares buffers, and binds methods to the new
        # landscape.
        twin = copy.deepcopy(self, {**{id(buffer): buffer for buffer in self.buffers()}, **fresh})
        twin.members = len(points)
        twin.start = points.to(next(iter(fresh.values())), copy=True)
        twin.move_to(twin.start)
        return twin

    def _with_room(self, parameter: Tensor, members: int) -> Tensor:
        """An empty tensor for a parameter of so many members."""
        return parameter.new_empty((members, *parameter.shape[1:]) if self.stacked else parameter.shape)

    def _trainable(self) -> list[tuple[str, nn.Parameter]]:
        """The parameters that make up a point, tied ones once."""
        return [(name, parameter) for name, parameter in self.named_parameters() if parameter.requires_grad]

    def _sizes(self) -> list[int]:
        """How many numbers of a member each parameter holds."""
        return [parameter.numel() // self.members for _, parameter in self._trainable()]

    def _joined(self, parts: list[Tensor]) -> Float[Tensor, "members dims"]:
        """Tensors in the parameters' shapes as one vector for each member."""
        rows = [part.reshape(self.members, -1) for part in parts]
        return rows[0] if len(rows) == 1 else torch.cat(rows, dim=1)

    def _in_own_shapes(self, points: Float[Tensor, "members dims"]) -> dict[str, Tensor]:
        """Points as the parameters would hold them, by name; autograd follows them back."""
        parts = points.split(self._sizes(), dim=-1)
        return {
            name: part.reshape(value.shape)
            for part, (name, value) in zip(parts, self._trainable(), strict=True)
        }

    # Hooks: what a landscape may do differently.

    def see(self, step: int | None) -> None:
        """Move to the draw of a step, a function of the landscape's seed and the step, until the next call.

        Args:
            step: Which; `None`: nobody counts any more, and each evaluation moves on to its own draw.
        """

    def suit(self, exact: bool) -> str | None:
        """Give the gradient that an optimizer needs, where the landscape was left the choice.

        Args:
            exact: Whether the optimizer needs the derivative of the loss.

        Returns:
            The setting that changed, as `key=value`, or `None`.
        """
        return None

    def mutate(self, points: Float[Tensor, "n dims"], scale: Float[Tensor, "n 1"]) -> Float[Tensor, "n dims"]:
        """A child of each point, for evolution: Gaussian noise is added.

        A landscape that knows better moves, such as a swap of two parts, makes them here, with
        torch's random numbers and as large as the scales say.
        """
        return points + scale * torch.randn_like(points)

    def parts(self) -> Parts | None:
        """What an optimizer may add part by part; `None` where a point is one whole."""
        return None

    def measure(self, points: Float[Tensor, "n dims"]) -> dict[str, Float[Tensor, " n"]]:
        """All that one clean pass tells of points: the loss, and what else a landscape knows."""
        return {"loss": self.evaluate(points)}

    def slice(
        self, origin: Float[Tensor, " dims"], directions: Float[Tensor, "2 dims"]
    ) -> Callable[[Float[Tensor, "n 2"]], dict[str, Float[Tensor, " n"]]]:
        """What is measured at places (u, v) of a plane: at `origin + u * directions[0] + v * directions[1]`.

        Points are made in the precision of the plane and measured in that of the parameters.
        """
        like = next(self.parameters())

        def measured(places: Float[Tensor, "n 2"]) -> dict[str, Float[Tensor, " n"]]:
            return self.measure((origin + places.to(directions) @ directions).to(like))

        return measured
