"""Random directions: as they are drawn, or as long as the weights, filter by filter or layer by layer."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.components import EXACT
from landscape_lab.planes.parameters import in_own_shapes

TINY = 1e-10
"""Added to the norm of a random filter, as in the code of Li et al."""

Pair = Float[Tensor, "2 dims"]


def random(dims: int, seed: int = 0, kept: Bool[Tensor, " dims"] | None = None) -> Pair:
    """Two random unit vectors, uniform on the sphere: d = g / ‖g‖ with g ~ N(0, I).

    In many dimensions they are nearly orthogonal; they are not made so.

    Args:
        dims: How many numbers they have.
        seed: Of the random numbers.
        kept: Which numbers are not 0.

    >>> random(1000).norm(dim=1).allclose(torch.ones(2, dtype=torch.float64))
    True
    """
    directions = _gaussian(dims, seed, kept)
    return directions / directions.norm(dim=1, keepdim=True)


def filter_normalised(landscape: Landscape, point: Float[Tensor, " dims"], seed: int = 0) -> Pair:
    """Two random directions whose filters are as long as the weights' filters.

    With a Gaussian d, each row along the first axis of a parameter of at least two axes becomes
    d_i ‖w_i‖ / (‖d_i‖ + 10⁻¹⁰); a parameter of one axis becomes 0. So a network whose filters are
    scaled, which computes the same, has the same picture. The unit is the norm of the weights. Of
    transposed convolutions and embeddings the first axis is no filter: as in the authors' code.

    Args:
        landscape: Whose named parameters are looked at.
        point: The weights w.
        seed: Of the random numbers.

    Raises:
        ValueError: The landscape has no parameter of two axes.

    Reference: Li et al., Visualizing the Loss Landscape of Neural Nets, 2018, section 4.
    """
    return _normalised(landscape, point, seed, whole=False)


def layer_normalised(landscape: Landscape, point: Float[Tensor, " dims"], seed: int = 0) -> Pair:
    """Two random directions whose layers are as long as the weights' layers: d ‖w‖ / ‖d‖ for each parameter.

    Arguments and errors are those of `filter_normalised`; parameters of one axis become 0.
    """
    return _normalised(landscape, point, seed, whole=True)


def _normalised(landscape: Landscape, point: Tensor, seed: int, *, whole: bool) -> Pair:
    """Gaussian directions whose filters, or whole layers, have the norms of the weights'."""
    weights = in_own_shapes(landscape, point)
    if all(part.dim() < 2 for part in weights.values()):
        raise ValueError(
            "A landscape should have a parameter of two axes for directions normalised by filter or layer: "
            "landscape=network. Found none."
        )
    directions = _gaussian(landscape.dims, seed)
    for direction in directions:
        for name, part in in_own_shapes(landscape, direction).items():
            part *= _scale(part, weights[name].to(part), whole=whole)
    return directions


def _scale(direction: Tensor, weight: Tensor, *, whole: bool) -> Tensor:
    """By what a parameter of a direction is multiplied."""
    if weight.dim() < 2:
        return torch.zeros_like(weight)
    if whole:
        return weight.norm() / direction.norm()
    norms = weight.flatten(1).norm(dim=1) / (direction.flatten(1).norm(dim=1) + TINY)  # one a filter
    return norms.view(-1, *[1] * (weight.dim() - 1))


def _gaussian(dims: int, seed: int, kept: Tensor | None = None) -> Pair:
    """Two vectors of Gaussian numbers, in single precision where they are large."""
    generator = torch.Generator().manual_seed(seed)
    dtype = torch.float64 if dims <= EXACT else torch.float32
    directions = torch.randn(2, dims, generator=generator, dtype=dtype)
    return directions if kept is None else directions * kept
