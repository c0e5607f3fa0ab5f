"""The picture in tiles, and which shapes reach which of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.boundary import SAFETY, Boundary
from landscape_lab.landscapes.shapes.outlines import Outline
from landscape_lab.landscapes.shapes.shape import Shapes

SIDE = 8
"""Pixels along a tile. Tiles of 16 cost 1.3 times as much, tiles of 4 twice (256 shapes, 256²)."""


class Grid(NamedTuple):
    """A picture of `height` × `width` pixels, padded to whole tiles."""

    height: int
    width: int

    @property
    def rows(self) -> int:
        """Tiles one below the other."""
        return -(-self.height // SIDE)

    @property
    def columns(self) -> int:
        """Tiles side by side."""
        return -(-self.width // SIDE)

    @property
    def longer(self) -> int:
        """Pixels along the unit of length."""
        return max(self.height, self.width)

    @property
    def pitch(self) -> float:
        """A tile's side, in the longer side of the picture."""
        return SIDE / self.longer

    def offsets(self, like: Tensor) -> Float[Tensor, "3 pixels"]:
        """Of a tile's pixels, row by row: 1, x and y from the tile's centre."""
        steps = (torch.arange(SIDE).to(like) - (SIDE - 1) / 2) / self.longer
        y, x = torch.meshgrid(steps, steps, indexing="ij")
        return torch.stack([torch.ones_like(x), x, y]).flatten(1)

    def cut(self, picture: Float[Tensor, "channels height width"]) -> Float[Tensor, "tiles channels pixels"]:
        """A picture's tiles, row by row; 0 beyond its edge."""
        right, below = self.columns * SIDE - self.width, self.rows * SIDE - self.height
        padded = torch.nn.functional.pad(picture, (0, right, 0, below))
        parts = padded.view(len(picture), self.rows, SIDE, self.columns, SIDE)
        return parts.permute(1, 3, 0, 2, 4).reshape(self.rows * self.columns, len(picture), SIDE * SIDE)

    def join(self, tiles: Float[Tensor, "tiles channels pixels"]) -> Float[Tensor, "channels height width"]:
        """The picture of these tiles, without its padding."""
        parts = tiles.view(self.rows, self.columns, -1, SIDE, SIDE).permute(2, 0, 3, 1, 4)
        padded = parts.reshape(-1, self.rows * SIDE, self.columns * SIDE)
        return padded[:, : self.height, : self.width].contiguous()


class Pairs(NamedTuple):
    """Pairs of a shape and a tile that it may reach, shape by shape.

    Args:
        shape: Row of the shape.
        tile: Number of the tile in the picture.
        apart: From the shape's centre to the tile's, (x, y).
        solid: The tile lies wholly where the coverage is full.
    """

    shape: Int[Tensor, " pairs"]
    tile: Int[Tensor, " pairs"]
    apart: Float[Tensor, "pairs 2"]
    solid: Bool[Tensor, " pairs"]

    def at(self, chosen: Int[Tensor, " some"]) -> Pairs:
        """Some pairs, in this order."""
        return Pairs(*(values.index_select(0, chosen) for values in self))


class Reach:
    """Which tiles each shape may reach, band by band.

    Args:
        shapes: The shapes.
        grid: The picture.
        reach: The coverage is 0 where the level is at most -reach …
        plateau: … and full where it is at least this.
        outline: The radius to which the Fourier sums are added.
    """

    def __init__(self, shapes: Shapes, grid: Grid, reach: float, plateau: float, outline: Outline) -> None:
        self.grid, self.shapes = grid, shapes
        self.outside, self.inside = reach / shapes.sharpness, plateau / shapes.sharpness
        self.boundary = Boundary(shapes, outline)
        low, high = self.boundary.boxes(shapes, self.outside)
        ends = low.new_tensor([grid.columns, grid.rows])
        first = torch.minimum((low / grid.pitch).floor().clamp(min=0), ends).long()
        last = torch.minimum((high / grid.pitch).floor() + 1, ends).clamp(min=0).long()
        self.left, self.top = first.unbind(1)
        self.right, self.bottom = torch.maximum(first, last).unbind(1)
        # Of a tile's corners the farthest from its centre, in the own frame.
        half = (SIDE - 1) / 2 / grid.longer
        corners = shapes.matrix.new_tensor([[half, half], [half, -half]])
        self.spread = (shapes.matrix @ corners.T).norm(dim=1).amax(1)

    def bands(self, most: int) -> Iterator[range]:
        """Rows of tiles, as many at once as give at most `most` pairs; one at least."""
        wide = self.right - self.left
        steps = wide.new_zeros(self.grid.rows + 1)
        steps.index_add_(0, self.top, wide).index_add_(0, self.bottom, -wide)
        begun, held = 0, 0
        for row, pairs in enumerate(steps.cumsum(0)[:-1].tolist()):
            if held + pairs > most and row > begun:
                yield range(begun, row)
                begun, held = row, 0
            held += pairs
        yield range(begun, self.grid.rows)

    def pairs(self, band: range) -> Pairs:
        """Pairs in the boxes whose tile meets the shape, by the bounds of the arc that it spans."""
        shape, column, row = self._in_boxes(band)
        place = (torch.stack([column, row], 1).to(self.shapes.centre) + 0.5) * self.grid.pitch
        apart = place - self.shapes.centre.index_select(0, shape)
        a, b, c, d = self.shapes.matrix.flatten(1).index_select(0, shape).unbind(1)
        right, down = apart.unbind(1)
        x, y = a * right + b * down, c * right + d * down
        radius, spread = torch.hypot(x, y), self.spread.index_select(0, shape)
        arc = torch.asin((spread / radius).clamp(max=1))
        arc = torch.where(spread < radius, arc, torch.pi)  # the tile may hold the centre
        low, high = self.boundary.over_arcs(shape, torch.atan2(y, x), arc)
        near, far = radius * (1 - SAFETY) - spread, radius * (1 + SAFETY) + spread
        solid = far <= low - self.inside.index_select(0, shape)
        met = near < high + self.outside.index_select(0, shape)
        found = Pairs(shape, row * self.grid.columns + column, apart, solid)
        return found.at(met.nonzero().squeeze(1))

    def _in_boxes(self, band: range) -> tuple[Tensor, Tensor, Tensor]:
        """Shape, column and row of all pairs in the boxes, in a band of rows."""
        top, bottom = (rows.clamp(band.start, band.stop) for rows in (self.top, self.bottom))
        wide = self.right - self.left
        counts = (bottom - top) * wide
        shape = torch.repeat_interleave(counts)
        number = torch.arange(len(shape), device=shape.device)
        number = number - (counts.cumsum(0) - counts).index_select(0, shape)
        wide = wide.index_select(0, shape)
        below = number // wide
        column = self.left.index_select(0, shape) + number - below * wide
        return shape, column, top.index_select(0, shape) + below
