r"""Strokes of a brush: an opacity that varies across a shape, and streaks along it.

Where a shape has a brush, its strength is multiplied by :math:`P(Y) (1 - d (1 - \cos(f Y + \varphi)) / 2)`,
a function of the own coordinate Y alone, so what it draws runs along X. P is linear between its values at
`KNOTS` places from Y = -1 to 1, and constant beyond; d, f and φ are depth, frequency and phase of the
streaks.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import Pairs

KNOTS = 5
"""Values of P, evenly spaced."""
PAIRS_AT_ONCE = 512
"""Pairs whose arrays fit the cache of a processor's core."""


def density(across: Float[Tensor, "*shapes n"], brush: Float[Tensor, "*shapes numbers"]) -> Tensor:
    """The factor of the strength, in operations that autograd follows twice.

    Args:
        across: Own coordinates Y.
        brush: The values of P, then depth, frequency and phase.
    """
    values, (depth, frequency, phase) = brush[..., :KNOTS], brush[..., KNOTS:].unsqueeze(-1).unbind(-2)
    knot = (across.clamp(-1, 1) + 1) * ((KNOTS - 1) / 2)
    low = knot.detach().long().clamp(max=KNOTS - 2)
    profile = torch.lerp(values.gather(-1, low), values.gather(-1, low + 1), knot - low)
    return profile * (1 - depth * (0.5 - 0.5 * (frequency * across + phase).cos()))


class Strengths:
    """How strong shapes are in the tiles that they reach, and the way back to their numbers.

    Args:
        shapes: The shapes.
        offsets: 1, x and y at each pixel of a tile.
    """

    def __init__(self, shapes: Shapes, offsets: Float[Tensor, "3 pixels"]) -> None:
        self.shapes, self.offsets = shapes, offsets
        self.tables = [shapes.strength]
        if shapes.brush is not None:
            self.tables += [shapes.brush, shapes.matrix[:, 1]]
        like = self.tables if shapes.brush is None else [*self.tables, shapes.centre]
        self.sums = [torch.zeros_like(table) for table in like]

    def of(self, pairs: Pairs) -> Float[Tensor, "pairs one_or_pixels"]:
        """A number for each pair, or with a brush for each pixel of it."""
        if self.shapes.brush is None:
            return self.shapes.strength.index_select(0, pairs.shape)[:, None]
        found = self.offsets.new_empty(len(pairs.shape), self.offsets.shape[1])
        for part, numbers in self._parts(pairs):
            found[part] = self._brushed(*numbers)
        return found

    def gather(self, pairs: Pairs, gradient: Float[Tensor, "pairs ..."]) -> None:
        """Add what the gradient of `of` is for the shapes."""
        if self.shapes.brush is None:
            self.sums[0].index_add_(0, pairs.shape, gradient)
            return
        for part, numbers in self._parts(pairs):
            free = [each.requires_grad_() for each in numbers]
            with torch.enable_grad():
                strength = self._brushed(*free)
            found = torch.autograd.grad(strength, free, gradient[part])
            for total, more in zip(self.sums, found, strict=True):
                total.index_add_(0, pairs.shape[part], more)

    def gradients(self, found: Shapes) -> Shapes:
        """The gradients of all that was gathered, added to those of the levels."""
        strength, *rest = self.sums
        found = found._replace(strength=strength)
        if not rest:
            return found
        brush, row, apart = rest
        matrix = found.matrix + torch.stack([torch.zeros_like(row), row], 1)
        return found._replace(brush=brush, matrix=matrix, centre=found.centre - apart)

    def _parts(self, pairs: Pairs) -> Iterator[tuple[slice, list[Tensor]]]:
        """Some pairs at a time, and for each the rows of the tables, and from its shape to its tile."""
        for begin in range(0, len(pairs.shape), PAIRS_AT_ONCE):
            part = slice(begin, begin + PAIRS_AT_ONCE)
            rows = [table.index_select(0, pairs.shape[part]) for table in self.tables]
            yield part, [*rows, pairs.apart[part].clone()]

    def _brushed(self, strength: Tensor, brush: Tensor, row: Tensor, apart: Tensor) -> Tensor:
        across = torch.cat([(row * apart).sum(1, keepdim=True), row], 1) @ self.offsets
        return strength[:, None] * density(across, brush)
