"""The parameters of an optimizer as rows: each row a problem of its own."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer


def evaluate(closure: Callable[[], Tensor] | None) -> Tensor:
    """The losses of the rows `[rows]`; their gradients are then in the parameters.

    A closure returns either a loss for each row of its parameter, or one number: then all
    parameters together are one row.
    """
    if closure is None:
        raise ValueError("This optimizer evaluates the loss itself: call step(closure).")
    with torch.enable_grad():
        return closure().detach().reshape(-1)


def evaluate_losses(closure: Callable[[], Tensor] | None) -> Tensor:
    """The losses of the rows `[rows]`, without a gradient where the closure can do that.

    A descent's closure can, the function of a plain loop cannot.
    """
    return evaluate(getattr(closure, "losses", closure))


def losses_of(optimizer: Optimizer, candidates: Tensor, closure: Callable[[], Tensor] | None) -> Tensor:
    """The losses `[k, rows]` of candidates `[k, rows, dims]`; what is not a number counts as infinite.

    A descent's closure evaluates them together where it can. Else the parameters go from one to the
    next, and stay at the last.
    """
    together = getattr(closure, "losses_at", None)
    losses = None if together is None else together(candidates, parameters_of(optimizer))
    if losses is None:
        found = []
        for points in candidates:
            move_to(optimizer, points)
            found.append(evaluate_losses(closure))
        losses = torch.stack(found)
    return losses.nan_to_num(nan=math.inf, posinf=math.inf, neginf=-math.inf)


def parameters_of(optimizer: Optimizer) -> list[Tensor]:
    """All parameters."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def points_of(optimizer: Optimizer, rows: int) -> Tensor:
    """The parameters as rows `[rows, dims]`, copied."""
    return torch.cat([parameter.detach().reshape(rows, -1) for parameter in parameters_of(optimizer)], dim=1)


def move_to(optimizer: Optimizer, points: Tensor) -> None:
    """Set the parameters to rows `[rows, dims]`."""
    parameters = parameters_of(optimizer)
    sizes = [parameter.numel() // len(points) for parameter in parameters]
    for parameter, part in zip(parameters, points.split(sizes, dim=1), strict=True):
        parameter.detach().copy_(part.reshape(parameter.shape))


def gradients_of(optimizer: Optimizer, rows: int) -> Tensor:
    """The gradients as rows `[rows, dims]`, copied; with the graph that they have."""
    with torch.enable_grad():
        return torch.cat(
            [
                (torch.zeros_like(parameter) if parameter.grad is None else parameter.grad).reshape(rows, -1)
                for parameter in parameters_of(optimizer)
            ],
            dim=1,
        )
