"""How a user's function is called: on two tensors or on one, on all points at once or one by one."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.gradients import Evaluate

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def count_arguments(fn: Callable) -> int | None:
    """How many arguments a function must be given; `None` if it takes any number, or does not tell.

    >>> count_arguments(lambda x, y, power=2: x + y**power)
    2
    """
    try:
        parameters = inspect.signature(fn.forward if isinstance(fn, nn.Module) else fn).parameters.values()
    except (TypeError, ValueError):  # functions written in C
        return None
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(map(_must_be_given, parameters))


def _must_be_given(parameter: inspect.Parameter) -> bool:
    """Whether a call without names has to have this argument."""
    return parameter.kind in POSITIONAL and parameter.default is inspect.Parameter.empty


def of_one_tensor(fn: Callable, dims: int, probe: Float[Tensor, "n dims"]) -> Callable[[Tensor], object]:
    """`fn(x, y)` and `fn(xy)` alike as a function of points whose last dimension holds the coordinates.

    One that changes its arguments in place, `x *= 2`, gets copies.

    Args:
        fn: A function of `dims` tensors, or of one.
        dims: How many coordinates there are.
        probe: Points where the function can be called.

    Raises:
        ValueError: It takes another number of arguments.
    """
    count = count_arguments(fn)
    if count not in (None, 1, dims):
        raise ValueError(
            f"Parameter `fn` should take {dims} tensors, or one of {dims} numbers. Found a function of "
            f"{count} arguments."
        )

    def plain(points: Tensor) -> object:
        return fn(points) if count == 1 else fn(*points.unbind(-1))

    def copying(points: Tensor) -> object:
        return fn(points.clone()) if count == 1 else fn(*map(torch.clone, points.unbind(-1)))

    return copying if _changes(plain, probe) else fn if count == 1 else plain


def _changes(fn: Callable[[Tensor], object], probe: Float[Tensor, "n dims"]) -> bool:
    """Whether a function changes a point or points that it is given."""
    given = probe.clone()
    for points in (given[0], given):
        with suppress(Exception):  # what it raises is told where its losses are needed
            fn(points)
    return not torch.equal(given, probe)


def batched(fn: Callable[[Tensor], Any], probe: Float[Tensor, "n dims"]) -> Evaluate:
    """The fastest way to call a function on many points that gives what it gives on each.

    Three ways are tried on a few points: the whole batch at once; `torch.func.vmap` of the function
    of one point, which fails where the function branches on values; a loop.

    Args:
        fn: Takes a point `[dims]`, points `[n, dims]`, or both.
        probe: Points where the function can be called, not as many as there are dimensions.

    Raises:
        ValueError: The function raises, or does not return one real number for each point.
    """

    def whole(points: Tensor) -> Tensor:
        losses = fn(points)
        return losses.squeeze(-1) if losses.shape == (len(points), 1) else losses

    def mapped(points: Tensor) -> Tensor:
        return torch.func.vmap(lambda point: _as_loss(fn(point), point), randomness="different")(points)

    def looped(points: Tensor) -> Tensor:
        return torch.stack([_loss_at(fn, point) for point in points])

    try:
        expected = looped(probe)
    except ValueError:  # it may take batches only
        if _agrees(whole, probe, lambda points: torch.cat([whole(point) for point in points.split(1)])):
            return whole
        raise
    return next((way for way in (whole, mapped) if _agrees(way, probe, lambda points: expected)), looped)


def _agrees(way: Evaluate, probe: Float[Tensor, "n dims"], reference: Evaluate) -> bool:
    """Whether a way of calling works, and gives the reference's losses."""
    try:
        losses, expected = way(probe), reference(probe)
        if losses.shape != probe.shape[:1] or losses.is_complex():
            return False
        return torch.allclose(losses.to(probe), expected.to(probe), rtol=1e-4, atol=1e-6, equal_nan=True)
    except Exception:  # noqa: BLE001 - a user's function can raise anything
        return False


def _loss_at(fn: Callable[[Tensor], object], point: Float[Tensor, " dims"]) -> Float[Tensor, ""]:
    """The loss at one point, or what is wrong there."""
    try:
        loss = fn(point)
    except Exception as error:
        raise ValueError(
            f"Parameter `fn` should return a loss at {_shown(point)}. It raised "
            f"{type(error).__name__}: {str(error).rstrip('.')}."
        ) from error
    return _as_loss(loss, point)


def _as_loss(loss: object, point: Float[Tensor, " dims"]) -> Float[Tensor, ""]:
    """One real number as a tensor without dimensions."""
    try:
        loss = torch.as_tensor(loss)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"Parameter `fn` should return one real number for a point. Found {type(loss).__name__}."
        ) from error
    if loss.numel() != 1:
        raise ValueError(
            f"Parameter `fn` should return one real number for a point. Found a tensor of shape "
            f"{tuple(loss.shape)}."
        )
    if loss.is_complex():
        raise ValueError(f"Parameter `fn` should return one real number for a point. Found {loss.item()}.")
    return loss.reshape(()).to(point.dtype)


def _shown(point: Float[Tensor, " dims"]) -> str:
    return f"({', '.join(f'{coordinate:g}' for coordinate in point.tolist())})"


def check_finite(evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> None:
    """Raise `ValueError` unless the losses are numbers that a descent can begin with."""
    with torch.no_grad():
        losses = evaluate(points)
    for point, loss in zip(points, losses, strict=True):
        if not loss.isfinite():
            raise ValueError(
                f"Parameter `fn` should be finite at the start. Found {loss.item()} at {_shown(point)}."
            )


def check_differentiable(evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> None:
    """Raise `ValueError` unless autograd follows the losses back to the points."""
    advice = (
        "Parameter `fn` should be differentiable by autograd; with `gradient = central` it need not be. Found"
    )
    with torch.inference_mode(False), torch.enable_grad():
        points = points.detach().clone().requires_grad_()
        try:
            losses = evaluate(points)
            connected = (
                losses.requires_grad
                and torch.autograd.grad(losses.sum(), points, allow_unused=True)[0] is not None
            )
        except Exception as error:
            cause = error.__cause__ or error
            raise ValueError(f"{advice} {type(cause).__name__}: {str(cause).rstrip('.')}.") from error
    if not connected:
        raise ValueError(f"{advice} losses that do not depend on the point through torch operations.")
