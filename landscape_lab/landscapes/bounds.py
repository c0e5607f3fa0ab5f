"""The window in which a landscape is drawn, checked."""

import torch
from jaxtyping import Float
from torch import Tensor


def as_bounds(bounds: object, dims: int) -> Float[Tensor, "2 dims"]:
    """One pair `(low, high)` for all axes, or one for each axis, as a low corner and a high corner.

    >>> as_bounds([[-5, 10], [0, 15]], dims=2)
    tensor([[-5.,  0.],
            [10., 15.]])
    >>> as_bounds((-1, 1), dims=3)
    tensor([[-1., -1., -1.],
            [ 1.,  1.,  1.]])
    """
    wanted = (
        f"Parameter `bounds` should be (low, high), or one such pair for each of {dims} axes, low below high."
    )
    try:
        pairs = torch.as_tensor(bounds, dtype=torch.float32)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{wanted} Found `bounds = {bounds}`.") from error
    if pairs.shape == (2,):
        pairs = pairs.expand(dims, 2)
    if pairs.shape != (dims, 2) or not pairs.isfinite().all() or not (pairs[:, 0] < pairs[:, 1]).all():
        raise ValueError(f"{wanted} Found `bounds = {bounds}`.")
    return pairs.T.contiguous()


def bounds_around(points: Float[Tensor, "n dims"]) -> Float[Tensor, "2 dims"]:
    """Bounds for a landscape that has none: from -1 to 1, or as far as the points with a margin."""
    reach = (1.25 * points.abs().amax(0)).clamp(min=1.0)
    return torch.stack([-reach, reach])


def default_start(bounds: Float[Tensor, "2 dims"]) -> Float[Tensor, "1 dims"]:
    """A start for a landscape that has none: near the low corner, and on no line of symmetry."""
    low, high = bounds
    share = torch.tensor([0.15, 0.2]).repeat(len(low))[: len(low)]
    return (low + share * (high - low)).unsqueeze(0)
