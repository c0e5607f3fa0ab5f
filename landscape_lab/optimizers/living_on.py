"""What optimizers have in common whose best points live on from step to step."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.optimizers.rows import losses_of


def landscape_of(closure: Callable[[], Tensor] | None, dims: int) -> object:
    """What a descent's closure evaluates, where its points are of so many numbers; else `None`.

    The function of a plain loop does not tell it, and an optimizer may have a part of its parameters.
    """
    landscape = getattr(closure, "landscape", None)
    return landscape if getattr(landscape, "dims", dims) == dims else None


def losses_today(
    optimizer: Optimizer, points: Tensor, losses: Tensor, closure: Callable[[], Tensor] | None
) -> Tensor:
    """The losses `[k, rows]` of points `[k, rows, dims]` from earlier steps; the record gets the first.

    On a landscape that each step sees differently, the loss of a point that was lucky would never be
    beaten: there, they are evaluated anew.
    """
    if getattr(getattr(closure, "landscape", None), "stochastic", True):  # a plain loop does not say
        losses = losses_of(optimizer, points, closure)
    note = getattr(closure, "note", None)
    if note is not None:
        note(losses[0])
    return losses


def adapted(sigma: Tensor, successes: Tensor, damping: float) -> Tensor:
    r"""Rechenberg's rule, :math:`σ \exp((p - 1/5) / d)`, `[rows]`; it stays positive and finite.

    Args:
        sigma: The spread σ of mutations.
        successes: p, the share of children that are no worse than their parents.
        damping: d.
    """
    limits = torch.finfo(sigma.dtype)
    return (sigma * ((successes - 0.2) / damping).exp()).clamp(limits.tiny, limits.max**0.5)
