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

from landscape_lab.landscapes.shapes.profiles import Profile
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
    """Layers of pairs, each with levels, a strength and a colour.

    Args:
        profile: From levels to coverage.
        layers: Which pairs lie in which layer.
        levels: At each pixel of each pair.
        strength: Of each pair, or of each of its pixels: the coverage is the profile's times this.
        field: `[pairs, channels, 1]`, one colour for a pair's whole tile, or `[…, 3]`: the colour at
            the tile's centre and what it gains along x and along y.
        offsets: 1, x and y at each pixel of a tile.
    """

    def __init__(
        self,
        profile: Profile,
        layers: Layers,
        levels: Float[Tensor, "pairs pixels"],
        strength: Float[Tensor, "pairs one_or_pixels"],
        field: Float[Tensor, "pairs channels numbers"],
        offsets: Float[Tensor, "3 pixels"],
    ) -> None:
        self.profile, self.layers, self.levels = profile, layers, levels
        self.strength, self.field, self.offsets = strength, field, offsets

    def _colours(self, part: slice) -> Tensor:
        """The colours of a layer at every pixel, or one for all of them."""
        field = self.field[part]
        return field if field.shape[2] == 1 else field @ self.offsets

    def add(self, canvas: Float[Tensor, "all channels pixels"]) -> None:
        """Canvas += colour × coverage."""
        mine = canvas.index_select(0, self.layers.tiles)
        for part in self.layers.slices:
            cover = self.profile.value(self.levels[part]).mul_(self.strength[part])
            mine[: len(cover)].addcmul_(self._colours(part), cover[:, None])
        canvas.index_copy_(0, self.layers.tiles, mine)

    def composite(
        self, canvas: Float[Tensor, "all channels pixels"], background: Float[Tensor, " channels"]
    ) -> Light:
        """Front to back, over the background: what a pair lets through is left for those behind it."""
        channels, pixels = canvas.shape[1:]
        mine = canvas.new_zeros(len(self.layers.tiles), channels, pixels)
        left, reaching = canvas.new_ones(len(mine), pixels), torch.empty_like(self.levels)
        for part in self.layers.slices:
            seen = self.profile.value(self.levels[part]).mul_(self.strength[part])
            now = left[: len(seen)]
            reaching[part] = now
            seen.mul_(now)
            mine[: len(now)].addcmul_(self._colours(part), seen[:, None])
            now.sub_(seen)
        mine.addcmul_(background[:, None], left[:, None])
        canvas.index_copy_(0, self.layers.tiles, mine)
        return Light(reaching, left)

    def add_backward(self, gradient: Float[Tensor, "tiles channels pixels"]) -> Slopes:
        """Gradients of levels, strength and field, from that of the layers' tiles."""
        found = Slopes.like(self)
        for part in self.layers.slices:
            given = gradient[: part.stop - part.start]
            shade, slope = self.profile.slope(self.levels[part])
            worth = _over_channels(self._colours(part), given)
            self._into(found, part, worth, shade, slope)
            self._gather(shade.mul_(self.strength[part]), given, found.field[part])
        return found

    def composite_backward(
        self,
        gradient: Float[Tensor, "tiles channels pixels"],
        background: Float[Tensor, " channels"],
        light: Light,
    ) -> Slopes:
        """Gradients of levels, strength and field, from that of the layers' tiles; no division.

        Last layer first, `behind` is what the light that passes a layer is worth: the background's
        colour times the gradient, then layer by layer its mixture with the layer's.
        """
        found = Slopes.like(self)
        behind = _over_channels(background[None, :, None], gradient)
        for part in reversed(self.layers.slices):
            size, reaching = part.stop - part.start, light.reaching[part]
            shade, slope = self.profile.slope(self.levels[part])
            worth = _over_channels(self._colours(part), gradient[:size]).sub_(behind[:size])
            cover = shade * self.strength[part]
            behind[:size].addcmul_(cover, worth)
            self._into(found, part, worth.mul_(reaching), shade, slope)
            self._gather(cover.mul_(reaching), gradient[:size], found.field[part])
        return found

    def _into(self, found: Slopes, part: slice, worth: Tensor, shade: Tensor, slope: Tensor) -> None:
        """Write the gradients of a layer's levels and strength from that of its coverage."""
        if found.strength.dim() == 1:
            torch.sum(shade * worth, 1, out=found.strength[part])
        else:
            torch.mul(shade, worth, out=found.strength[part])
        torch.mul(worth, slope, out=found.levels[part]).mul_(self.strength[part])

    def _gather(self, seen: Tensor, gradient: Tensor, into: Tensor) -> None:
        """The sums over pixels of seen × gradient × (1, x, y), or of the first only."""
        product = seen[:, None] * gradient
        if into.shape[2] == 1:
            torch.sum(product, 2, keepdim=True, out=into)
        else:
            torch.matmul(product, self.offsets.T, out=into)


class Slopes(NamedTuple):
    """Gradients of a pile's levels, strengths and fields."""

    levels: Float[Tensor, "pairs pixels"]
    strength: Float[Tensor, "pairs ..."]
    field: Float[Tensor, "pairs channels numbers"]

    @classmethod
    def like(cls, pile: Pile) -> Slopes:
        """Room for them."""
        strength = torch.empty_like(pile.strength).squeeze(1)  # of one number for all pixels, their sum
        return cls(torch.empty_like(pile.levels), strength, torch.empty_like(pile.field))


def _over_channels(colour: Tensor, gradient: Float[Tensor, "n channels pixels"]) -> Tensor:
    """The sum over channels of colour × gradient, `[n, pixels]`."""
    total = colour[:, 0] * gradient[:, 0]
    for channel in range(1, gradient.shape[1]):
        total.addcmul_(colour[:, channel], gradient[:, channel])
    return total
