"""The picture by tiles, with a backward pass written by hand."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes import plain
from landscape_lab.landscapes.shapes.brush import Strengths
from landscape_lab.landscapes.shapes.depth import Mixture
from landscape_lab.landscapes.shapes.formulas import Formula
from landscape_lab.landscapes.shapes.layers import Layers, Light, Pile, Slopes
from landscape_lab.landscapes.shapes.levels import Frames
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import SIDE, Grid, Pairs, Reach

PAIRS_IN_A_BAND = 16_384
"""Pairs of which all pixels are in memory at once: 4 MB an array in float32."""
PLAIN = (
    "A second derivative of shapes is asked for: from here on their gradients come from the plain formula, "
    "which is exact but some hundred times slower."
)


class Band(NamedTuple):
    """What the backward pass keeps of some rows of tiles: pairs by layer, and their levels."""

    pairs: Pairs
    layers: Layers
    levels: Float[Tensor, "pairs pixels"]
    light: Light | None


class Drawing:
    """One drawing of shapes: the tables that its forward and backward pass share."""

    def __init__(
        self, formula: Formula, grid: Grid, background: Float[Tensor, " channels"], shapes: Shapes
    ) -> None:
        self.formula, self.grid, self.background, self.shapes = formula, grid, background, shapes
        self.offsets = grid.offsets(shapes.colour)
        self.frames = Frames(shapes, self.offsets, formula.outline)
        self.strengths = Strengths(shapes, self.offsets)
        # What a colour gains along the picture's x and y.
        self.gain = None if shapes.slope is None else shapes.slope @ shapes.matrix

    def draw(self, canvas: Float[Tensor, "tiles channels pixels"]) -> Iterator[Band]:
        """Draw band by band on tiles that hold the background."""
        profile, outline = self.formula.profile, self.formula.outline
        plateau = profile.plateau(canvas.dtype)
        reach = Reach(self.shapes, self.grid, profile.reach, plateau, outline)
        for rows in reach.bands(PAIRS_IN_A_BAND):
            pairs = reach.pairs(rows)
            levels = self.frames.levels(pairs)
            alive = (levels.amax(1) > -profile.reach).nonzero().squeeze(1)
            if len(alive):
                layers = Layers.of(pairs.at(alive))
                order = alive.index_select(0, layers.order)
                yield self.lay(pairs.at(order), layers, levels.index_select(0, order), canvas)

    def lay(self, pairs: Pairs, layers: Layers, levels: Tensor, canvas: Tensor) -> Band:
        """Draw pairs in the order of their layers."""
        pile, light = self._pile(pairs, layers, levels), None
        if not self.formula.occludes:
            pile.add(canvas)
        elif self.shapes.depth is not None:
            self._mixture(pile, pairs).draw(canvas)
        else:
            light = pile.composite(canvas, self.background)
        return Band(pairs, layers, levels, light)

    def _pile(self, pairs: Pairs, layers: Layers, levels: Tensor) -> Pile:
        strength = self.strengths.of(pairs)
        return Pile(self.formula.profile, layers, levels, strength, self._field(pairs), self.offsets)

    def _mixture(self, pile: Pile, pairs: Pairs) -> Mixture:
        assert self.shapes.depth is not None
        return Mixture(pile, self.shapes.depth.index_select(0, pairs.shape), self.background)

    def _field(self, pairs: Pairs) -> Float[Tensor, "pairs channels numbers"]:
        """The colours of pairs, from each tile's centre."""
        colour = self.shapes.colour.index_select(0, pairs.shape)[:, :, None]
        if self.gain is None:
            return colour
        gain = self.gain.index_select(0, pairs.shape)
        return torch.cat([colour + gain @ pairs.apart[:, :, None], gain], 2)

    def gradients(
        self, bands: list[Band], gradient: Float[Tensor, "tiles channels pixels"]
    ) -> tuple[Tensor, Shapes]:
        """Of the background and of the shapes."""
        shapes, channels = len(self.shapes.centre), gradient.shape[1]
        sums = gradient.new_zeros(shapes, self.frames.numbers)
        colour = gradient.new_zeros(shapes, channels, 1 if self.gain is None else 3)
        depth = None if self.shapes.depth is None else torch.zeros_like(self.shapes.depth)
        ground = gradient.sum((0, 2))
        for band in bands:
            slopes = self._slopes(band, gradient.index_select(0, band.layers.tiles), ground, depth)
            self.strengths.gather(band.pairs, slopes.strength)
            if self.gain is not None:
                slopes.field[:, :, 1:].addcmul_(slopes.field[:, :, :1], band.pairs.apart[:, None])
            colour.index_add_(0, band.pairs.shape, slopes.field)
            self.frames.gather(band.pairs, band.levels, slopes.levels, sums)
        return ground, self._of_parameters(sums, colour)._replace(depth=depth)

    def _slopes(self, band: Band, given: Tensor, ground: Tensor, depth: Tensor | None) -> Slopes:
        """Gradients of a band's pairs; those of the background and of the depths are added to."""
        pile = self._pile(band.pairs, band.layers, band.levels)
        if not self.formula.occludes:
            return pile.add_backward(given)
        if depth is not None:
            slopes, of_depth, of_ground = self._mixture(pile, band.pairs).backward(given)
            depth.index_add_(0, band.pairs.shape, of_depth)
            ground += of_ground - given.sum((0, 2))
            return slopes
        assert band.light is not None
        ground -= ((1 - band.light.behind)[:, None] * given).sum((0, 2))
        return pile.composite_backward(given, self.background, band.light)

    def _of_parameters(self, sums: Tensor, colour: Tensor) -> Shapes:
        """Gradients of the parameters from those of levels, strengths and colours."""
        found = self.strengths.gradients(self.frames.gradients(sums, self.shapes))
        found = found._replace(colour=colour[:, :, 0])
        if self.shapes.slope is None or self.gain is None:
            return found
        centre = found.centre - (self.gain * colour[:, :, :1]).sum(1)
        matrix = found.matrix + self.shapes.slope.mT @ colour[:, :, 1:]
        return found._replace(centre=centre, matrix=matrix, slope=colour[:, :, 1:] @ self.shapes.matrix.mT)


class Picture(torch.autograd.Function):
    """`[channels, height, width]` of a formula, a grid, the background and the shapes."""

    @staticmethod
    def forward(ctx, formula: Formula, grid: Grid, background: Tensor, *parameters: Tensor | None) -> Tensor:
        """Draw; keep the levels where a gradient may be asked for."""
        drawing = Drawing(formula, grid, background, Shapes.of(parameters))
        canvas = background[:, None].expand(grid.rows * grid.columns, -1, SIDE * SIDE).contiguous()
        bands = drawing.draw(canvas)
        ctx.bands = [band for band in bands if any(ctx.needs_input_grad)]
        ctx.formula, ctx.grid = formula, grid
        ctx.save_for_backward(background, *parameters)
        return grid.join(canvas)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """By hand; where the gradient is to be derived again, of the plain formula."""
        background, *parameters = ctx.saved_tensors
        if torch.is_grad_enabled():
            warnings.warn(PLAIN, stacklevel=2)
            return (
                None,
                None,
                *plain.Gradients.apply(ctx.formula, ctx.grid, gradient, background, *parameters),
            )
        drawing = Drawing(ctx.formula, ctx.grid, background, Shapes.of(parameters))
        ground, found = drawing.gradients(ctx.bands, ctx.grid.cut(gradient))
        return None, None, ground, *found
