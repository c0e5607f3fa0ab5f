"""Where a point holds the numbers of each shape."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.coordinates import Numbers


def table(numbers: Numbers) -> Tensor:
    """The numbers of shapes, a row each; the background is no shape's.

    >>> table({"centre": torch.zeros(3, 2), "rotation": torch.ones(3), "background": torch.zeros(1)}).shape
    torch.Size([3, 3])
    """
    kinds = [kind.reshape(len(kind), -1) for name, kind in numbers.items() if name != "background"]
    return torch.cat(kinds, 1)


class Layout:
    """Places in a point.

    Args:
        places: Those of each kind of number.

    Attributes:
        shapes: Those of each shape, the front first, `[shapes, numbers]`.
        background: Those of the background, which may have none.
    """

    def __init__(self, places: Numbers) -> None:
        places = {kind: each.long() for kind, each in places.items()}
        self.shapes: Int[Tensor, "shapes numbers"] = table(places)
        self.background: Int[Tensor, " channels"] = places.get("background", self.shapes.new_empty(0))
        self.kinds = {kind: each.shape[1:] for kind, each in places.items() if kind != "background"}

    def rows(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, "n shapes numbers"]:
        """The numbers of each shape of each point."""
        return points.index_select(1, self.shapes.flatten()).view(len(points), *self.shapes.shape)

    def numbers(self, rows: Float[Tensor, "n numbers"], points: Float[Tensor, "m dims"]) -> dict[str, Tensor]:
        """By kind, those of some shapes, and the background of points if they have one."""
        parts = rows.split([each.numel() for each in self.kinds.values()], dim=1)
        numbers = {
            kind: part.reshape(
                len(rows), *each
            ).contiguous()  # numbers that do not lie side by side may be rounded otherwise
            for part, (kind, each) in zip(parts, self.kinds.items(), strict=True)
        }
        return numbers | ({"background": points[:, self.background]} if len(self.background) else {})
