"""What shapes hold beside one colour, in coordinates in which one learning rate suits every kind."""

from collections.abc import Mapping

import torch
from torch import Tensor

from landscape_lab.landscapes.shapes.brush import KNOTS

COLOUR = 0.8
"""The unit of colours and of their slopes."""
TEXTURES = ("flat", "gradient", "brush")
"""Of one colour; of a colour that changes evenly across the shape; that too, drawn by a brush."""


def smooth(texture: str, number: int, channels: int, like: Tensor) -> dict[str, Tensor]:
    """The numbers of a texture where a descent begins: nearly one colour, nearly without streaks."""
    kinds: dict[str, tuple[int, ...]] = {}
    if texture in ("gradient", "brush"):
        kinds["slope"] = (channels, 2)
    if texture == "brush":
        kinds |= {"across": (KNOTS,), "streaks": (3,)}
    return {kind: like.new_zeros(number, *shape) for kind, shape in kinds.items()}


def fields(numbers: Mapping[str, Tensor]) -> tuple[Tensor | None, Tensor | None]:
    """The slope and the brush that numbers stand for.

    With the numbers n: slopes `COLOUR` n; of a brush the values across it σ(2 n + 2), the depth of its
    streaks σ(2 n - 2), about three of them (their frequency 9 + 6 n) and their phase 2 n.
    """
    slope = COLOUR * numbers["slope"] if "slope" in numbers else None
    if "across" not in numbers:
        return slope, None
    depth, frequency, phase = numbers["streaks"].unbind(-1)
    streaks = torch.stack([(2 * depth - 2).sigmoid(), 9 + 6 * frequency, 2 * phase], -1)
    return slope, torch.cat([(2 * numbers["across"] + 2).sigmoid(), streaks], -1)
