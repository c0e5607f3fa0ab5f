"""How evolution changes shapes: one at a time, in its place or in its order."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.coordinates import Coordinates
from landscape_lab.landscapes.shapes.layout import table

SWAPS = 0.1
"""The share of children in which two shapes change places in the order, where that matters."""


def drawn(
    coordinates: Coordinates, target: Float[Tensor, "channels height width"], number: int
) -> Float[Tensor, "number numbers"]:
    """Shapes as a descent begins with, and more different in size, rotation and colour."""
    random = torch.Generator().manual_seed(int(torch.randint(2**31, ())))
    rows: list[Tensor] = []
    while sum(map(len, rows)) < number:
        begin = coordinates.begin(target, random)
        for kind, spread in coordinates.variety.items():
            begin[kind] += spread * torch.randn(begin[kind].shape, generator=random)
        rows.append(table(begin))
    return torch.cat(rows)[:number]


def moved(
    points: Float[Tensor, "n dims"], scale: Float[Tensor, "n 1"], shapes: Int[Tensor, "shapes numbers"]
) -> Float[Tensor, "n dims"]:
    """Gaussian noise on one shape of each point, or on all that is no shape's.

    Args:
        points: Parents.
        scale: The spread of the noise.
        shapes: Places in a point of the numbers of each shape.
    """
    owner = torch.full(points.shape[1:], len(shapes), device=points.device)
    owner[shapes] = torch.arange(len(shapes), device=points.device)[:, None]
    chosen = torch.randint(len(shapes) + 1, (len(points), 1)).to(points.device)
    return points + scale * torch.randn_like(points) * (owner == chosen)


def swapped(
    points: Float[Tensor, "n dims"], shapes: Int[Tensor, "shapes numbers"]
) -> Float[Tensor, "n dims"]:
    """Two shapes of each point, each with the numbers of the other."""
    two = torch.rand(len(points), len(shapes)).argsort(1)[:, :2].to(points.device)
    there, here = shapes[two].flatten(1), shapes[two.flip(1)].flatten(1)
    return points.scatter(1, there, points.gather(1, here))
