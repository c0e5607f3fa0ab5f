r"""Shapes in no order yet: each hides each other by a share, so that the order can be learned.

Of a shape s the part :math:`T_s` is seen, :math:`\log T_s = \sum_{j \ne s} \sigma(d_s - d_j) \log(1 -
\alpha_j)`, with its depth d in units of a temperature. Where that is small, a shape hides those that are
deeper and no others: the picture is that of `over` with the shapes sorted by depth. The background is
behind all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.layers import Layers, Pile, Slopes

PAIRS_AT_ONCE = 4096
"""Pairs, padded ones included, whose arrays are in memory at the same time: 1 MB each in float32."""
OPAQUE = 1e-4
"""How much of the light the most opaque shape lets through, so that its logarithm is a number."""


def through(
    cover: Float[Tensor, "*tiles shapes pixels"], depth: Float[Tensor, "*tiles shapes"]
) -> tuple[Tensor, Tensor]:
    """How much of each shape is seen, `[…, shapes, pixels]`, and of the background, `[…, pixels]`."""
    passed = (1 - cover).clamp(min=OPAQUE).log()
    hides = torch.sigmoid(depth.unsqueeze(-1) - depth.unsqueeze(-2))
    others = 1 - torch.eye(depth.shape[-1], dtype=depth.dtype, device=depth.device)
    return ((hides * others) @ passed).exp(), passed.sum(-2).exp()


class Heap(NamedTuple):
    """The pairs of some tiles, as many for each as its fullest has.

    Args:
        tiles: Ranks of the tiles.
        pairs: Numbers of their pairs; any number where there are fewer.
        there: Which of them there are.
    """

    tiles: slice
    pairs: Int[Tensor, "tiles most"]
    there: Bool[Tensor, "tiles most 1"]


def heaps(layers: Layers) -> Iterator[Heap]:
    """The tiles of layers, some at a time: the fullest first, so that little is padded."""
    begins = torch.tensor([part.start for part in layers.slices], device=layers.order.device)
    ends = torch.tensor([part.stop for part in layers.slices], device=layers.order.device)
    sizes, first = [part.stop - part.start for part in layers.slices], 0
    while first < len(layers.tiles):
        most = sum(size > first for size in sizes)
        ranks = torch.arange(first, min(len(layers.tiles), first + max(1, PAIRS_AT_ONCE // most)))
        pairs = begins[:most] + ranks.to(begins)[:, None]
        there = pairs < ends[:most]
        yield Heap(slice(first, first + len(ranks)), pairs.where(there, 0), there.unsqueeze(2))
        first += len(ranks)


class Mixture:
    """A pile of pairs that have depths instead of an order.

    Args:
        pile: The pairs.
        depth: Of each, in units of the temperature.
        background: Behind them.
    """

    def __init__(self, pile: Pile, depth: Float[Tensor, " pairs"], background: Float[Tensor, " channels"]):
        self.pile, self.depth, self.background = pile, depth, background

    def draw(self, canvas: Float[Tensor, "all channels pixels"]) -> None:
        """Write the tiles that have pairs."""
        for heap in heaps(self.pile.layers):
            drawn = self._picture(heap, self._numbers(heap), self.background)
            canvas.index_copy_(0, self.pile.layers.tiles[heap.tiles], drawn)

    def backward(
        self, gradient: Float[Tensor, "tiles channels pixels"]
    ) -> tuple[Slopes, Float[Tensor, " pairs"], Float[Tensor, " channels"]]:
        """Gradients of the pile, of the depths and of the background, by autograd, some tiles at a time."""
        slopes, depth = Slopes.like(self.pile), torch.empty_like(self.depth)
        into, ground = (
            (slopes.levels, slopes.strength, slopes.field, depth),
            torch.zeros_like(self.background),
        )
        for heap in heaps(self.pile.layers):
            free = [numbers.requires_grad_() for numbers in self._numbers(heap)]
            behind = self.background.detach().requires_grad_()
            with torch.enable_grad():
                drawn = self._picture(heap, free, behind)
            *found, last = torch.autograd.grad(drawn, [*free, behind], gradient[heap.tiles])
            ground += last
            there = heap.there.squeeze(2)
            for values, more in zip(into, found, strict=True):
                values[heap.pairs[there]] = more[there].view(-1, *values.shape[1:])
        return slopes, depth, ground

    def _numbers(self, heap: Heap) -> list[Tensor]:
        """Levels, strengths, fields and depths of a heap's pairs."""
        every = (self.pile.levels, self.pile.strength, self.pile.field, self.depth)
        return [numbers[heap.pairs] for numbers in every]

    def _picture(self, heap: Heap, numbers: Sequence[Tensor], background: Tensor) -> Tensor:
        levels, strength, field, depth = numbers
        cover = self.pile.profile.value(levels) * strength * heap.there
        seen, left = through(cover, depth)
        weight = (seen * cover).unsqueeze(2)
        colour = field if field.shape[3] == 1 else field @ self.pile.offsets
        return (weight * colour).sum(1) + left.unsqueeze(1) * background[:, None]
