r"""Levels :math:`e = g (B + F - \rho)` at the pixels of pairs, and the way back to the shapes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes import fourier
from landscape_lab.landscapes.shapes.formulas import TINY
from landscape_lab.landscapes.shapes.outlines import Outline
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import SIDE, Pairs

PAIRS_AT_ONCE = 512
"""Pairs whose arrays fit the cache of a processor's core: 64 kB each in float32."""


class Frames:
    """The shapes' numbers as one table, for pairs to look up.

    Row: matrix (4) | g | weights of F, as `fourier` wants them | those of F′; both times g.
    """

    def __init__(self, shapes: Shapes, offsets: Float[Tensor, "3 pixels"], outline: Outline) -> None:
        self.harmonics = shapes.cosines.shape[1]
        self.offsets, self.outline, self.sharpness = offsets, outline, shapes.sharpness[:, None]
        self.fourier = fourier.matrix(self.harmonics).to(offsets)
        self.weights = self.fourier.shape[1]
        orders = torch.arange(1, self.harmonics + 1).to(offsets)
        sums = torch.cat([shapes.cosines, shapes.sines], 1)
        turning = torch.cat([orders * shapes.sines, -orders * shapes.cosines], 1)
        both = [self.sharpness * weights @ self.fourier for weights in (sums, turning)]
        self.table = torch.cat([shapes.matrix.flatten(1), self.sharpness, *both], 1)

    def levels(self, pairs: Pairs) -> Float[Tensor, "pairs pixels"]:
        """The level e at every pixel of every pair; infinite where the tile is solid."""
        levels = self.offsets.new_empty(len(pairs.shape), SIDE * SIDE)
        levels.index_fill_(0, pairs.solid.nonzero().squeeze(1), torch.inf)
        edges = pairs.solid.logical_not().nonzero().squeeze(1)
        bench = Bench(self, len(edges))
        for chunk in bench.chunks():
            frame = bench.frame(pairs.at(edges[chunk]))
            levels.index_copy_(0, edges[chunk], frame.levels())
        return levels

    def gather(
        self,
        pairs: Pairs,
        levels: Float[Tensor, "pairs pixels"],
        slopes: Float[Tensor, "pairs pixels"],
        into: Float[Tensor, "shapes numbers"],
    ) -> None:
        """Add to `into` the sums over pixels and pairs that `gradients` turns into gradients.

        Args:
            pairs: Pairs; a solid one adds nothing.
            levels: Their levels.
            slopes: The gradient of each level.
            into: A row for each shape: ∂e · e | ∂e · (1, x, y, xy) × (T₀ …) | ∂X · (1, dx, dy) | ∂Y ·
                (1, dx, dy).
        """
        edges = pairs.solid.logical_not().nonzero().squeeze(1)
        bench = Bench(self, len(edges))
        for chunk in bench.chunks():
            chosen = pairs.at(edges[chunk])
            level, slope = (values.index_select(0, edges[chunk]) for values in (levels, slopes))
            into.index_add_(0, chosen.shape, bench.frame(chosen).sums(level, slope, chosen.apart))

    @property
    def numbers(self) -> int:
        """The length of a row of sums."""
        return 1 + self.weights + 6

    def gradients(self, sums: Float[Tensor, "shapes numbers"], shapes: Shapes) -> Shapes:
        """The gradients of the parameters that make the levels; strength and colour as they were."""
        level, weights, own = sums.split([1, self.weights, 6], 1)
        own = own.view(-1, 2, 3)
        cosines, sines = (self.sharpness * weights @ self.fourier.T).chunk(2, 1)
        return shapes._replace(
            centre=-(shapes.matrix * own[:, :, :1]).sum(1),
            matrix=own[:, :, 1:],
            cosines=cosines,
            sines=sines,
            sharpness=(level / self.sharpness).squeeze(1),
        )


class Bench:
    """Arrays that all chunks of pairs are worked on with: fresh memory costs more than the sums.

    Args:
        frames: The shapes' numbers.
        count: Pairs in all.
    """

    def __init__(self, frames: Frames, count: int) -> None:
        self.frames, self.count = frames, count
        # Elsewhere than on a processor nothing has to fit a cache, and each operation costs more.
        at_once = PAIRS_AT_ONCE if frames.offsets.device.type == "cpu" else PAIRS_AT_ONCE * 64
        self.at_once = max(1, min(count, at_once))
        pixels = frames.offsets.shape[1]
        self.tower = frames.offsets.new_empty(self.at_once, frames.weights // 4, pixels)
        self.tower[:, 0] = 1
        self.two = frames.offsets.new_empty(self.at_once, 2, pixels)
        self.four = frames.offsets.new_empty(self.at_once, 4, pixels)
        self.arrays = frames.offsets.new_empty(6, self.at_once, pixels)

    def chunks(self) -> Iterator[slice]:
        """Pairs that are worked on at once."""
        return (
            slice(begin, min(begin + self.at_once, self.count))
            for begin in range(0, self.count, self.at_once)
        )

    def frame(self, pairs: Pairs) -> _Frame:
        """The pixels of some pairs; the next chunk overwrites them."""
        return _Frame(self, pairs)


class _Frame:
    """The pixels of some pairs in the own frames of their shapes."""

    def __init__(self, bench: Bench, pairs: Pairs) -> None:
        n = len(pairs.shape)
        self.bench, offsets = bench, bench.frames.offsets
        a, b, c, d, self.sharpness, *weights = (
            bench.frames.table.index_select(0, pairs.shape).unsqueeze(2).unbind(1)
        )
        half, harmonics = bench.frames.weights, bench.frames.harmonics
        self.outline, self.turning = (fourier.split(w, harmonics) for w in (weights[:half], weights[half:]))
        right, down = pairs.apart.unsqueeze(2).unbind(1)
        self.x, self.y, self.inverse, self.radius, *self.scratch = bench.arrays[:, :n].unbind(0)
        torch.mm(torch.cat([a * right + b * down, a, b], 1), offsets, out=self.x)
        torch.mm(torch.cat([c * right + d * down, c, d], 1), offsets, out=self.y)
        square = torch.mul(self.x, self.x, out=self.radius).addcmul_(self.y, self.y).add_(TINY)
        torch.rsqrt(square, out=self.inverse)
        square.mul_(self.inverse)
        self.x.mul_(self.inverse)
        self.y.mul_(self.inverse)
        self.tower = bench.tower[:n].unbind(1)
        fourier.fill(self.x, self.tower)

    def levels(self) -> Float[Tensor, "n pixels"]:
        """The level e."""
        base = self.bench.frames.outline.radius(self.x, self.y)
        level = torch.sub(base, self.radius, out=self.radius).mul_(self.sharpness)
        fourier.evaluate(self.outline, self.tower, self.x, self.y, level, self.scratch)
        return level

    def sums(self, level: Tensor, slope: Tensor, apart: Float[Tensor, "n 2"]) -> Float[Tensor, "n numbers"]:
        r"""What `Frames.gather` adds.

        :math:`\partial e / \partial X = g (-x - (B + F)' y / \rho)` and :math:`\partial e / \partial Y = g
        (-y + (B + F)' x / \rho)`.
        """
        n = len(slope)
        turning = self.bench.frames.outline.turning(self.x, self.y)
        turning = self.radius.copy_(turning * self.sharpness)
        fourier.evaluate(self.turning, self.tower, self.x, self.y, turning, self.scratch)
        turning.mul_(self.inverse).mul_(slope)
        inward = torch.mul(slope, self.sharpness, out=self.scratch[0])
        of_x, of_y = self.bench.two[:n].unbind(1)
        torch.mul(self.x, inward, out=of_x).addcmul_(turning, self.y).neg_()
        torch.mul(turning, self.x, out=of_y).addcmul_(inward, self.y, value=-1)
        own = (self.bench.two[:n].view(2 * n, -1) @ self.bench.frames.offsets.T).view(n, 2, 3)
        own[:, :, 1:].addcmul_(own[:, :, :1], apart[:, None])
        one, of_x, of_y, of_xy = self.bench.four[:n].unbind(1)
        one.copy_(slope)
        torch.mul(slope, self.x, out=of_x)
        torch.mul(slope, self.y, out=of_y)
        torch.mul(of_x, self.y, out=of_xy)
        weights = torch.bmm(self.bench.four[:n], self.bench.tower[:n].transpose(1, 2))
        scalar = torch.mul(slope, level, out=self.scratch[0]).sum(1, keepdim=True)
        return torch.cat([scalar, weights.flatten(1), own.flatten(1)], 1)
