"""What a member of the catalogue says about itself, and how it enrols."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.calling import count_arguments
from landscape_lab.landscapes.starts import check_dims
from landscape_lab.validation import check_number

LIBRARY = "Surjanovic & Bingham, Virtual Library of Simulation Experiments"
TINY = 1e-37
"""Added under a root: at a kink the derivative is then 0, not infinity times 0."""

Coordinates = Float[Tensor, " n"]
Losses = Float[Tensor, " n"]
Points = Float[Tensor, "n dims"]

Pair = tuple[float, float]
Point = tuple[float, ...]


@dataclass(frozen=True)
class Formula:
    """A test function and what is known about it.

    Args:
        loss: `loss(x, y)` for two dimensions only, `loss(points)` on `[n, dims]` for any number;
            its parameters are keywords.
        bounds: The usual window: (low, high) for all axes, or one such pair for each.
        start: Where a descent is worth seeing; for more dimensions it is repeated.
        minima: All global minimisers within the bounds, or what tells them for a number of
            dimensions; `None` if unknown.
        value: The loss there, or what tells it.
        source: Where the function comes from.
        smooth: Whether the loss is differentiable at its minima.
        at_bounds: Whether the minima lie on the bounds, where the gradient need not vanish.
        positive: The parameters that should be positive.
    """

    loss: Callable[..., Tensor]
    bounds: Pair | tuple[Pair, Pair]
    start: Point
    minima: tuple[Point, ...] | Callable[[int], tuple[Point, ...] | None] | None
    value: float | Callable[[int], float]
    source: str
    smooth: bool = True
    at_bounds: bool = False
    positive: tuple[str, ...] = ()

    @property
    def takes_dims(self) -> bool:
        """Whether there is one for each number of dimensions."""
        return count_arguments(self.loss) == 1

    @property
    def parameters(self) -> dict[str, float]:
        """The formula's own parameters and their defaults."""
        signature = inspect.signature(self.loss).parameters.values()
        return {
            parameter.name: parameter.default
            for parameter in signature
            if parameter.kind is parameter.KEYWORD_ONLY
        }

    def check(self, dims: int, parameters: dict[str, float]) -> None:
        """Raise `ValueError` unless there is such a formula."""
        check_dims(dims)
        if dims != 2 and not self.takes_dims:
            raise ValueError(f"Parameter `dims` should be 2 for {self.loss.__name__}. Found `dims = {dims}`.")
        for name, value in parameters.items():
            check_number(name, value, positive=name in self.positive)

    def start_in(self, dims: int) -> Point:
        """The start, its coordinates repeated as often as it takes."""
        return (self.start * dims)[:dims]

    def minima_in(self, dims: int) -> tuple[Point, ...] | None:
        """The minimisers in so many dimensions, if they are known."""
        return self.minima(dims) if callable(self.minima) else self.minima

    def value_in(self, dims: int) -> float:
        """The lowest loss in so many dimensions."""
        return self.value(dims) if callable(self.value) else self.value


CATALOGUE: dict[str, Formula] = {}
"""Every test function by its name."""


def formula(
    *,
    bounds: Pair | tuple[Pair, Pair],
    start: Point,
    minima: tuple[Point, ...] | Callable[[int], tuple[Point, ...] | None] | None,
    value: float | Callable[[int], float] = 0.0,
    source: str,
    smooth: bool = True,
    at_bounds: bool = False,
    positive: tuple[str, ...] = (),
) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Enrol a function in the catalogue under its own name; what the arguments mean, `Formula` tells."""

    def enrol(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
        CATALOGUE[loss.__name__] = Formula(
            loss, bounds, start, minima, value, source, smooth, at_bounds, positive
        )
        return loss

    return enrol


def at(coordinate: float) -> Callable[[int], tuple[Point, ...]]:
    """The minimum with the same number in all coordinates, for any number of dimensions."""
    return lambda dims: ((coordinate,) * dims,)


def mirrored(x: float, y: float) -> tuple[Point, ...]:
    """A point and its mirror images in both axes."""
    return (x, y), (-x, y), (x, -y), (-x, -y)
