"""The parameters of shapes: a tensor for each kind of number, or one for each kind and cohort."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from landscape_lab.files.weights import check_alike, load_weights
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.shapes.coordinates import UNBORN
from landscape_lab.landscapes.shapes.growth import whole

SHARED = "background"
"""The kind of which all shapes have one."""


def kept_shapes(begin: Mapping[str, Tensor], source: str | PathLike[str]) -> dict[str, Tensor]:
    """The numbers by kind that a run kept, instead of those where a descent would begin.

    Args:
        begin: Numbers in whose shapes they have to be.
        source: The folder of the run, or its file of weights.

    Raises:
        ValueError: There is none, or it holds other kinds or numbers of shapes.
    """
    found = load_weights(source)
    check_alike(begin, found, f"The shapes in {source} are others than landscape.shapes, .model, … say")
    return {kind: found[kind].to(numbers) for kind, numbers in begin.items()}


class Cohorts(Landscape):
    """A landscape whose coordinates are the numbers of shapes, some of which may be born later.

    Attributes:
        plan: The step before which each cohort is born, from the front to the back.
    """

    plan: Int[Tensor, " cohorts"]

    def _hold(self, begin: Mapping[str, Tensor], sizes: Sequence[int], births: Sequence[int]) -> None:
        """Make parameters of the numbers of all shapes.

        Args:
            begin: Where a descent begins, by kind.
            sizes: How many shapes each cohort has, from the front to the back.
            births: When each of them is born.
        """
        self.register_buffer("plan", torch.tensor(births), persistent=len(sizes) > 1)
        unborn = sum(size for size, birth in zip(sizes, births, strict=True) if birth > 0)
        for kind, numbers in begin.items():
            if kind == "scale":
                numbers[:unborn] = UNBORN
            self._own(kind, numbers.unsqueeze(0).contiguous(), sizes)
        self.start = self.flat().clone()

    def _own(self, kind: str, numbers: Float[Tensor, "1 shapes ..."], sizes: Sequence[int]) -> None:
        """Make a parameter of numbers, or a list of one for each cohort; all shapes share the background."""
        if len(sizes) == 1:
            self.register_parameter(kind, nn.Parameter(numbers))
        else:
            parts = [numbers] if kind == SHARED else numbers.split(list(sizes), dim=1)
            self.add_module(kind, nn.ParameterList([nn.Parameter(part.clone()) for part in parts]))

    @property
    def births(self) -> dict[str, int]:
        """The step, above 0, from which a parameter is moved, by its name."""
        plan = self.plan.tolist()
        named = [name.split(".") for name, _ in self.named_parameters() if "." in name]
        return {
            f"{kind}.{cohort}": plan[int(cohort)]
            for kind, cohort in named
            if kind != SHARED and plan[int(cohort)] > 0
        }

    def _unborn(self, step: int | None) -> Iterator[tuple[int, int]]:
        """The cohorts, and of which members, whose step it is, unless they are there already."""
        plan = self.plan.tolist()
        for cohort in reversed([number for number, birth in enumerate(plan) if birth == step and birth > 0]):
            for member, scale in enumerate(self.get_parameter(f"scale.{cohort}")):
                if bool((scale == UNBORN).all()):
                    yield cohort, member

    def _bear(self, cohort: int, member: int, newborn: Callable[[int], Mapping[str, Tensor]]) -> None:
        """Place the shapes of a cohort: `newborn(number)` has their numbers by kind."""
        number = self.get_parameter(f"scale.{cohort}").shape[1]
        for kind, numbers in newborn(number).items():
            self.get_parameter(f"{kind}.{cohort}")[member].copy_(numbers)

    def state_of(self, member: int) -> dict[str, Tensor]:
        """The numbers of a member's shapes by kind, those of all cohorts together, and the background."""
        return {kind: numbers.detach() for kind, numbers in self._numbers(member).items()}

    def _numbers(self, member: int) -> dict[str, Tensor]:
        """A member's numbers by kind; autograd follows them."""
        return whole({name: numbers[member] for name, numbers in self.named_parameters()})

    def _at(self, point: Float[Tensor, " dims"]) -> dict[str, Tensor]:
        """The numbers of any point by kind."""
        named = self._trainable()
        parts = point.split(self._sizes())
        return whole(
            {name: part.view(numbers.shape[1:]) for part, (name, numbers) in zip(parts, named, strict=True)}
        )
