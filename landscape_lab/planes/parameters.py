"""A point of a landscape as its named parameters, and which of its numbers count."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape

IGNORED = ("biases",)
"""What may be left out of directions."""


def in_own_shapes(landscape: Landscape, point: Float[Tensor, " dims"]) -> dict[str, Tensor]:
    """A point as one member's parameters, by name, each in its own shape.

    Raises:
        ValueError: The point is not of this landscape.
    """
    shapes = {name: part.shape for name, part in landscape.member(0).items()}
    check_size(landscape, point, "A point")
    parts = point.split([shape.numel() for shape in shapes.values()])
    return {name: part.view(shape) for part, (name, shape) in zip(parts, shapes.items(), strict=True)}


def kept_numbers(landscape: Landscape, ignore: str | None) -> Bool[Tensor, " dims"] | None:
    """Which numbers of a point count; `None` where all do.

    Args:
        landscape: Whose parameters are looked at.
        ignore: `biases` leaves out all parameters of fewer than two axes, the scales and shifts of
            normalisation layers among them.

    Raises:
        ValueError: Too few numbers would be left for a plane.
    """
    if ignore is None:
        return None
    parts = landscape.member(0).values()
    kept = torch.cat([torch.full((part.numel(),), part.dim() > 1) for part in parts])
    if int(kept.sum()) < 2:
        raise ValueError(
            f"Parameter `plane.ignore` should leave at least two numbers. Found `plane.ignore = {ignore}` "
            "on a landscape without parameters of two axes."
        )
    return kept


def check_size(landscape: Landscape, vector: Tensor, what: str) -> None:
    """Raise `ValueError` unless a vector has as many numbers as the landscape's points, all finite."""
    if vector.shape != (landscape.dims,):
        found = f"{vector.numel():,} numbers" if vector.dim() == 1 else f"the shape {tuple(vector.shape)}"
        raise ValueError(
            f"{what} should have {landscape.dims:,} numbers, as many as a point of the landscape. "
            f"Found {found}."
        )
    if not vector.isfinite().all():
        raise ValueError(f"{what} should be finite. Found NaN or infinity in it.")
