"""A formula as a landscape: from the catalogue, from text, or your own."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.dotted_paths import locate
from landscape_lab.keys import landscapes as keys
from landscape_lab.landscapes.boundaries import make_boundary
from landscape_lab.landscapes.bounds import as_bounds, bounds_around, default_start
from landscape_lab.landscapes.calling import (
    batched,
    check_differentiable,
    check_finite,
    count_arguments,
    of_one_tensor,
)
from landscape_lab.landscapes.expressions import naming_expression, parse_expression
from landscape_lab.landscapes.functions import CATALOGUE
from landscape_lab.landscapes.gradients import Evaluate, make_gradient
from landscape_lab.landscapes.grid import tabled
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.landscapes.starts import as_starts, check_dims, check_inside
from landscape_lab.validation import check_choice, refusal

Given = TypeVar("Given")

SAMPLES_ON_AXIS = 256
"""How finely a loss is looked at to rescale it: a grid of 256 × 256, or as many random points."""


@keys.FUNCTION.checks_class
class FunctionLandscape(PointLandscape):
    """Descend any function of two or more numbers, in its own units.

    Args:
        fn: `fn(x, y)` on tensors, `fn(xy)` on one tensor, or the dotted path of either,
            `my_module.my_fn`. It may work on many points at once or on one; the fastest way that
            gives the same is found on a few points inside the bounds. Also an object, or a class
            without arguments, that can be called and may have methods `start()`, `domain()` and
            `minimum()`: they stand in for `start`, `bounds` and `minima` where these are not given.
        start: Where members begin, `[dims]` or `[members, dims]`; near the low corner of the bounds
            if not given.
        bounds: The window, `(low, high)` for all axes or `[[xmin, xmax], [ymin, ymax], …]`; around
            the origin, the start and the minima if not given.
        minima: Known minimisers, `[dims]` or `[n, dims]`.
        dims: How many coordinates there are, at least 2; as many as `fn`, `start` or `bounds` has
            if not given.
        gradient: `exact`, or `forward` or `central` differences of step `h`, for functions without
            a derivative.
        h: Step of the differences.
        boundary: What happens outside the bounds: `none`, `hard`, `soft`, `freeze` or `reflect`.
        wall: Multiplies the gradient of a `hard` (0.003) or `soft` (distance³) boundary.
        normalize: Rescale the loss to 0…1 over the bounds, from its values on a grid (2 dimensions)
            or at 65,536 random points, and at the known minima.
        grid: Read the loss from its table at so many points along x and y, bilinear in between.

    Raises:
        ValueError: A parameter is out of range, or the function raises, is not finite at the start,
            not differentiable, or does not return one real number for each point.

    >>> landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(-1.0, -0.5))
    >>> landscape()
    tensor([1.2500], grad_fn=<...>)
    >>> landscape.evaluate(torch.tensor([[0.0, 0.0], [3.0, 4.0]]))
    tensor([ 0., 25.])
    """

    extremes: Float[Tensor, "2"] | None

    def __init__(
        self,
        fn: object,
        start: object = None,
        bounds: object = None,
        minima: object = None,
        dims: int | None = None,
        gradient: str = "exact",
        h: float = 1e-3,
        boundary: str = "none",
        wall: float = 100.0,
        normalize: bool = False,
        grid: Sequence[int] | None = None,
    ) -> None:
        # A constructor that works, against our habit: it calls the user's function, so that what is
        # wrong with it is an error where the function is given, not in the first step.
        fn = _callable(fn)
        start, bounds, minima = (
            _own(fn, start, "start"),
            _own(fn, bounds, "domain"),
            _own(fn, minima, "minimum"),
        )
        dims = _count_dims(dims, fn, start, bounds)
        best = None if minima is None else as_starts(minima, dims).float()
        starts = None if start is None else as_starts(start, dims).float()
        window = _window(bounds, dims, *(points for points in (starts, best) if points is not None))
        if starts is None:
            starts = default_start(window)
        elif boundary != "none":
            check_inside(starts, window, "(x, y)" if dims == 2 else "")
        mover, walls = make_boundary(boundary, starts, window, wall)
        rule = make_gradient(gradient, dims, h)
        probe = _probe(starts, window)
        evaluate = tabled(batched(of_one_tensor(fn, dims, probe), probe), window, grid)
        check_finite(evaluate, starts)
        if gradient == "exact":
            check_differentiable(evaluate, starts)
        super().__init__(start=starts, bounds=window, gradient=rule, boundary=mover, wall=walls, minima=best)
        self._losses = evaluate
        self.register_buffer(
            "extremes", _extremes(evaluate, window, best) if normalize else None, persistent=False
        )

    @classmethod
    @keys.CATALOGUE.checks
    def named(
        cls, name: str, dims: int = 2, start: object = None, bounds: object = None, **settings: Any
    ) -> "FunctionLandscape":
        """A function of the catalogue: `FunctionLandscape.named("rosenbrock", dims=10)`.

        Args:
            name: One of `landscape_lab.landscapes.functions.CATALOGUE`.
            dims: How many coordinates; only some functions have any number of them.
            start: Where members begin, if not where the catalogue says.
            bounds: The window, if not that of the catalogue.
            **settings: The function's own parameters, such as `condition` of `quadratic`; the rest
                is as for any function.

        Raises:
            ValueError: There is no such function, or it has no such number of dimensions or
                parameter.

        >>> FunctionLandscape.named("booth").minima
        tensor([[1., 3.]])
        """
        check_choice("name", name, CATALOGUE)
        formula = CATALOGUE[name]
        own = {key: settings.pop(key) for key in formula.parameters if key in settings}
        formula.check(dims, own)
        return cls(
            partial(formula.loss, **own),
            start=formula.start_in(dims) if start is None else start,
            bounds=formula.bounds if bounds is None else bounds,
            minima=formula.minima_in(dims),
            dims=dims,
            **settings,
        )

    @classmethod
    @keys.EXPRESSION.checks
    def from_expression(cls, expression: str, dims: int = 2, **settings: Any) -> "FunctionLandscape":
        """A formula as text, such as `x**2 + 10*sin(y)`; see `parse_expression`.

        Args:
            expression: A formula in `x` and `y`, or `x0`, `x1`, ….
            dims: How many coordinates there are.
            **settings: As for any function.

        >>> FunctionLandscape.from_expression("abs(x) + y**2", start=(1, 2))()
        tensor([5.], grad_fn=<...>)
        """
        with naming_expression():
            return cls(parse_expression(expression, dims), dims=dims, **settings)

    def loss(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        losses = self._losses(points).to(points.dtype)
        if self.extremes is None:
            return losses
        lowest, highest = self.extremes
        return (losses - lowest) / (highest - lowest)


def _callable(fn: Any) -> Callable:
    """The function itself: a dotted path is followed, a class is called."""
    if isinstance(fn, str):
        fn = locate("fn", fn)
    if isinstance(fn, type):
        try:
            fn = fn()
        except TypeError as error:
            raise refusal("fn", "a function, or a class that needs no arguments", fn.__name__) from error
    if not callable(fn):
        raise ValueError(
            f"Parameter `fn` should be a function, or the dotted path of one. Found `fn = {fn}`."
        )
    return fn


def _own(fn: Callable, given: Given, method: str) -> Given:
    """What was given; else what the object itself says, if it says anything."""
    return getattr(fn, method)() if given is None and callable(getattr(fn, method, None)) else given


def _window(bounds: object, dims: int, *known: Float[Tensor, "_ dims"]) -> Float[Tensor, "2 dims"]:
    """The bounds that were given, or some around the origin and all points that are known."""
    return (
        as_bounds(bounds, dims)
        if bounds is not None
        else bounds_around(torch.cat([torch.zeros(1, dims), *known]))
    )


def _count_dims(dims: int | None, fn: Callable, start: Any, bounds: Any) -> int:
    """The number of coordinates: as given, or that of the arguments, the start, the bounds, or 2."""
    if dims is None:
        pairs, count = np.shape(bounds), count_arguments(fn) or 1
        dims = (
            count
            if count > 1
            else np.shape(start)[-1]
            if np.ndim(start)
            else pairs[0]
            if len(pairs) == 2
            else 2
        )
    check_dims(dims)
    return dims


def _probe(starts: Float[Tensor, "members dims"], bounds: Float[Tensor, "2 dims"]) -> Float[Tensor, "n dims"]:
    """The first start and other points; three more than dimensions, so no axis passes for the batch."""
    low, high = bounds
    shares = torch.rand(bounds.shape[1] + 2, bounds.shape[1], generator=torch.Generator().manual_seed(0))
    return torch.cat([starts[:1], low + shares * (high - low)])


def _extremes(
    evaluate: Evaluate, bounds: Float[Tensor, "2 dims"], minima: Float[Tensor, "n dims"] | None
) -> Float[Tensor, "2"]:
    """The lowest and the highest loss over the bounds; points where it is not finite are passed over."""
    dims = bounds.shape[1]
    if dims == 2:
        shares = torch.cartesian_prod(*torch.linspace(0.0, 1.0, SAMPLES_ON_AXIS).expand(2, -1))
    else:
        shares = torch.rand(SAMPLES_ON_AXIS**2, dims, generator=torch.Generator().manual_seed(0))
    points = bounds[0] + shares * (bounds[1] - bounds[0])
    with torch.no_grad():
        losses = evaluate(points if minima is None else torch.cat([points, minima]))
    losses = losses[losses.isfinite()].float()
    if len(losses) == 0 or losses.min() == losses.max():
        raise ValueError("Parameter `normalize` should rescale a loss that varies. Found a constant one.")
    return torch.stack([losses.min(), losses.max()])
