r"""Levels :math:`e = g (1 + F - \rho)` at the pixels of pairs, and the way back to the shapes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes import chebyshev
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import SIDE, Pairs

PAIRS_AT_ONCE = 256
"""Pairs whose arrays fit the cache of a processor's core: 64 kB each in float32."""
TINY = 1e-24
"""Added to ρ², so that the centre has an angle."""


def chunks(count: int, device: torch.device) -> Iterator[slice]:
    """Slices of pairs that are worked on at once; elsewhere than on a processor far more."""
    at_once = PAIRS_AT_ONCE if device.type == "cpu" else PAIRS_AT_ONCE * 256
    return (slice(begin, min(begin + at_once, count)) for begin in range(0, count, at_once))


class Frames:
    """The shapes' numbers as one table, for pairs to look up.

    Row: matrix (4) | g | cosines as T₁ … | sines as T₀ … | the same two of F′; the last four times g.
    """

    def __init__(self, shapes: Shapes, offsets: Float[Tensor, "3 pixels"]) -> None:
        self.harmonics = shapes.cosines.shape[1]
        self.offsets = offsets
        orders = torch.arange(1, self.harmonics + 1).to(shapes.cosines)
        self.signs = orders.new_tensor(chebyshev.signs(self.harmonics)[1:])
        self.of_sines = chebyshev.of_sines(self.harmonics).to(orders)
        self.sharpness = shapes.sharpness[:, None]
        g = self.sharpness
        self.table = torch.cat(
            [
                shapes.matrix.flatten(1),
                g,
                g * shapes.cosines * self.signs,
                g * shapes.sines @ self.of_sines,
                g * orders * shapes.sines * self.signs,
                -g * orders * shapes.cosines @ self.of_sines,
            ],
            1,
        )

    def levels(self, pairs: Pairs) -> Float[Tensor, "pairs pixels"]:
        """E at every pixel of every pair; infinite where the tile is solid."""
        levels = self.offsets.new_full((len(pairs.shape), SIDE * SIDE), torch.inf)
        edges = pairs.solid.logical_not().nonzero().squeeze(1)
        for chunk in chunks(len(edges), edges.device):
            chosen = pairs.at(edges[chunk])
            frame = _Frame(self, chosen)
            g = frame.sharpness
            total = torch.addcmul(g, frame.radius, g, value=-1)
            p, q = frame.boundary
            levels.index_copy_(0, edges[chunk], chebyshev.evaluate(p, q, frame.basis, frame.y, total))
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
            pairs: None of them solid.
            levels: Their levels.
            slopes: The gradient of each level.
            into: A row for each shape: ∂e · e | · T₁ … | · y, y T₁ … | ∂X · (1, dx, dy) | ∂Y · (1, dx, dy).
        """
        for chunk in chunks(len(levels), levels.device):
            chosen = Pairs(*(values[chunk] for values in pairs))
            frame = _Frame(self, chosen)
            sums = frame.sums(levels[chunk], slopes[chunk], chosen.apart)
            into.index_add_(0, chosen.shape, sums)

    @property
    def numbers(self) -> int:
        """The length of a row of sums."""
        return 1 + 2 * self.harmonics + 6

    def gradients(self, sums: Float[Tensor, "shapes numbers"], shapes: Shapes) -> Shapes:
        """The gradients of the parameters that make the levels; strength and colour as they were."""
        h = self.harmonics
        level, cosines, sines, own = sums.split([1, h, h, 6], 1)
        own = own.view(-1, 2, 3)
        return shapes._replace(
            centre=-(shapes.matrix * own[:, :, :1]).sum(1),
            matrix=own[:, :, 1:],
            cosines=self.sharpness * cosines * self.signs,
            sines=self.sharpness * sines @ self.of_sines.T,
            sharpness=(level / self.sharpness).squeeze(1),
        )


class _Frame:
    """The pixels of some pairs in the own frames of their shapes."""

    def __init__(self, frames: Frames, pairs: Pairs) -> None:
        self.offsets, h = frames.offsets, frames.harmonics
        rows = frames.table.index_select(0, pairs.shape)
        matrix, self.sharpness, *fourier = rows.split([4, 1, h, h, h, h], 1)
        self.boundary, self.turning = fourier[:2], fourier[2:]
        matrix = matrix.view(-1, 2, 2)
        middle = (matrix * pairs.apart[:, None]).sum(2, keepdim=True)
        places = torch.cat([middle, matrix], 2).view(-1, 3) @ self.offsets
        x, y = places.view(len(rows), 2, -1).unbind(1)
        square = torch.addcmul(x * x, y, y).add_(TINY)
        self.inverse = square.rsqrt()
        self.radius = square.mul_(self.inverse)
        self.x, self.y = x * self.inverse, y * self.inverse
        # Pairs lead in memory, as the batched product of `sums` wants them.
        self.tower = self.x.new_empty(len(rows), h, x.shape[1])
        self.basis = self.tower.transpose(0, 1)
        chebyshev.fill(self.x, self.basis)

    def sums(self, level: Tensor, slope: Tensor, apart: Float[Tensor, "n 2"]) -> Float[Tensor, "n numbers"]:
        r"""What `Frames.gather` adds.

        :math:`\partial e / \partial X = g (-x - F' y / \rho)` and :math:`\partial e / \partial Y = g
        (-y + F' x / \rho)`.
        """
        p, q = self.turning
        turning = chebyshev.evaluate(p, q, self.basis, self.y, torch.zeros_like(slope)).mul_(self.inverse)
        inward = slope * self.sharpness
        turning.mul_(slope)
        two = slope.new_empty(len(slope), 2, slope.shape[1])
        torch.mul(self.x, inward, out=two[:, 0]).addcmul_(turning, self.y).neg_()
        torch.mul(turning, self.x, out=two[:, 1]).addcmul_(inward, self.y, value=-1)
        own = two @ self.offsets.T
        own[:, :, 1:].addcmul_(own[:, :, :1], apart[:, None])
        scalar = (slope * level).sum(1, keepdim=True)
        two[:, 0].copy_(slope)
        torch.mul(slope, self.y, out=two[:, 1])
        fourier = torch.bmm(two, self.tower.transpose(1, 2))
        of_sines = torch.cat([two[:, 1].sum(1, keepdim=True), fourier[:, 1, :-1]], 1)
        of_sines = of_sines[:, : fourier.shape[2]]
        return torch.cat([scalar, fourier[:, 0], of_sines, own.flatten(1)], 1)
