"""Where members begin: one point or many, checked."""

import torch
from jaxtyping import Real
from torch import Tensor

from landscape_lab.keys.landscapes import DIMS


def check_dims(dims: object) -> None:
    """Raise `ValueError` unless a landscape can have so many dimensions: at least 2, to be drawn."""
    DIMS.kind.check("dims", dims)


def as_starts(start: object, dims: int) -> Real[Tensor, "members dims"]:
    """One start `[dims]` or many `[members, dims]`, of any kind, as a tensor of its own type.

    >>> as_starts((3, 4), dims=2)
    tensor([[3, 4]])
    """
    try:
        starts = torch.as_tensor(start)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"Parameter `start` should be {dims} numbers, or a list of such. Found `start = {start}`."
        ) from error
    starts = starts.unsqueeze(0) if starts.ndim == 1 else starts
    if (
        starts.ndim != 2
        or starts.shape[1] != dims
        or len(starts) == 0
        or starts.is_complex()
        or starts.dtype == torch.bool
    ):
        raise ValueError(
            f"Parameter `start` should be {dims} numbers, or a list of such. Found `start = {start}`."
        )
    if not starts.isfinite().all():
        raise ValueError(f"Parameter `start` should be finite. Found `start = {start}`.")
    return starts


def check_inside(starts: Real[Tensor, "members dims"], bounds: Real[Tensor, "2 dims"], frame: str) -> None:
    """Raise `ValueError` unless every start lies within the bounds, or on them."""
    low, high = bounds
    outside = ((starts < low) | (starts > high)).any(-1)
    if outside.any():
        window = " × ".join(f"{a:g}…{b:g}" for a, b in zip(low.tolist(), high.tolist(), strict=True))
        found = starts[outside][0].tolist()
        raise ValueError(f"Parameter `start` should lie inside {window} {frame}. Found `start = {found}`.")
