"""Pairs of shapes and tiles, laid over one another.

The pairs of a tile lie front to back; layer k holds the k-th pair of every tile that has one. Tiles
are ranked by falling number of pairs, so layer k covers the first tiles of the ranking, and with the
pairs in order of (k, rank) both are slices: jagged diagonals, nothing is padded.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.tiles import Pairs


class Layers(NamedTuple):
    """The order of pairs, and where each layer begins.

    Args:
        order: Pairs by layer, then by their tile's rank.
        tiles: Numbers of the tiles that have a pair, by rank.
        slices: The pairs of each layer, front to back.
    """

    order: Int[Tensor, " pairs"]
    tiles: Int[Tensor, " tiles"]
    slices: list[slice]

    @classmethod
    def of(cls, pairs: Pairs) -> Layers:
        """The layers of pairs that lie front to back."""
        by_tile = torch.argsort(pairs.tile, stable=True)
        tiles, counts = torch.unique_consecutive(pairs.tile.index_select(0, by_tile), return_counts=True)
        ranked = torch.argsort(counts, descending=True, stable=True)
        rank = torch.empty_like(ranked)
        rank[ranked] = torch.arange(len(ranked), device=rank.device)
        depth = torch.arange(len(by_tile), device=rank.device)
        depth = depth - torch.repeat_interleave(counts.cumsum(0) - counts, counts)
        ends = torch.bincount(depth).cumsum(0)
        begins = torch.cat([ends.new_zeros(1), ends[:-1]])
        order = torch.empty_like(by_tile)
        order[begins.index_select(0, depth) + torch.repeat_interleave(rank, counts)] = by_tile
        slices = [slice(*ends) for ends in zip(begins.tolist(), ends.tolist(), strict=True)]
        return cls(order, tiles.index_select(0, ranked), slices)


class Light(NamedTuple):
    """How much of the viewer's sight is left: where it meets each pair, and behind all of them."""

    reaching: Float[Tensor, "pairs pixels"]
    behind: Float[Tensor, "tiles pixels"]


class Pile:
    """Layers of pairs, each with a colour and a coverage.

    Args:
        layers: Which pairs lie in which layer.
        field: `[pairs, channels, 1]`, one colour for a pair's whole tile, or `[…, 3]`: the colour at
            the tile's centre and what it gains along x and along y.
        cover: The coverage at each pixel, 0 … 1 in `composite`.
        offsets: 1, x and y at each pixel of a tile.
    """

    def __init__(
        self,
        layers: Layers,
        field: Float[Tensor, "pairs channels numbers"],
        cover: Float[Tensor, "pairs pixels"],
        offsets: Float[Tensor, "3 pixels"],
    ) -> None:
        self.layers, self.field, self.cover, self.offsets = layers, field, cover, offsets

    def _colours(self, part: slice) -> Tensor:
        """The colours of a layer at every pixel, or one for all of them."""
        field = self.field[part]
        return field if field.shape[2] == 1 else field @ self.offsets

    def add(self, canvas: Float[Tensor, "all channels pixels"]) -> None:
        """Canvas += colour × coverage."""
        mine = canvas.index_select(0, self.layers.tiles)
        for part in self.layers.slices:
            mine[: part.stop - part.start].addcmul_(self._colours(part), self.cover[part, None])
        canvas.index_copy_(0, self.layers.tiles, mine)

    def composite(
        self, canvas: Float[Tensor, "all channels pixels"], background: Float[Tensor, " channels"]
    ) -> Light:
        """Front to back, over the background: what a pair lets through is left for those behind it."""
        channels, pixels = canvas.shape[1:]
        mine = canvas.new_zeros(len(self.layers.tiles), channels, pixels)
        left, reaching = canvas.new_ones(len(mine), pixels), torch.empty_like(self.cover)
        for part in self.layers.slices:
            now = left[: part.stop - part.start]
            reaching[part] = now
            seen = now * self.cover[part]
            mine[: len(now)].addcmul_(self._colours(part), seen[:, None])
            now.sub_(seen)
        mine.addcmul_(background[:, None], left[:, None])
        canvas.index_copy_(0, self.layers.tiles, mine)
        return Light(reaching, left)

    def add_backward(self, gradient: Float[Tensor, "tiles channels pixels"]) -> tuple[Tensor, Tensor]:
        """Gradients of coverage and field, from that of the layers' tiles."""
        to_cover, to_field = torch.empty_like(self.cover), torch.empty_like(self.field)
        for part in self.layers.slices:
            given = gradient[: part.stop - part.start]
            to_cover[part] = _over_channels(self._colours(part), given)
            self._gather(self.cover[part], given, to_field[part])
        return to_cover, to_field

    def composite_backward(
        self,
        gradient: Float[Tensor, "tiles channels pixels"],
        background: Float[Tensor, " channels"],
        light: Light,
    ) -> tuple[Tensor, Tensor]:
        """Gradients of coverage and field, from that of the layers' tiles, without a division.

        Last layer first, `behind` is what the light that passes a layer is worth: the background's
        colour times the gradient, then layer by layer its mixture with the layer's.
        """
        to_cover, to_field = torch.empty_like(self.cover), torch.empty_like(self.field)
        behind = _over_channels(background[None, :, None], gradient)
        for part in reversed(self.layers.slices):
            size = part.stop - part.start
            cover, reaching, given = self.cover[part], light.reaching[part], gradient[:size]
            worth = _over_channels(self._colours(part), given).sub_(behind[:size])
            torch.mul(reaching, worth, out=to_cover[part])
            behind[:size].addcmul_(cover, worth)
            self._gather(reaching * cover, given, to_field[part])
        return to_cover, to_field

    def _gather(self, seen: Tensor, gradient: Tensor, into: Tensor) -> None:
        """The sums over pixels of seen × gradient × (1, x, y), or of the first only."""
        product = seen[:, None] * gradient
        if into.shape[2] == 1:
            torch.sum(product, 2, keepdim=True, out=into)
        else:
            torch.matmul(product, self.offsets.T, out=into)


def _over_channels(colour: Tensor, gradient: Float[Tensor, "n channels pixels"]) -> Tensor:
    """The sum over channels of colour × gradient, `[n, pixels]`."""
    total = colour[:, 0] * gradient[:, 0]
    for channel in range(1, gradient.shape[1]):
        total.addcmul_(colour[:, channel], gradient[:, channel])
    return total
