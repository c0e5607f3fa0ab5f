"""The few pixels around a point, and what they say: the loss there and its differences to both sides."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.pixels import CUBIC, LINEAR


class Kernel:
    r"""The loss at a point and its differences over one pixel, from a patch by two matrix products.

    Along one axis let u be how far the point less half a pixel lies from the pixel centre before
    it. The loss half a pixel before the point reads the patch's first pixels and the one half a
    pixel after it the last, both with the interpolation's polynomial at u; the loss at the point
    itself reads either, with u + ½ or u - ½. So all weights are polynomials of u and of :math:`v =
    (u - \tfrac12)_+`: one matrix product of their powers.

    Args:
        interpolation: `bicubic`, a patch of 5 × 5, or `bilinear`, one of 3 × 3.
        scale: Multiplies the differences.
    """

    def __init__(self, interpolation: str, scale: float) -> None:
        polynomial = CUBIC if interpolation == "bicubic" else LINEAR
        degree, taps = polynomial.shape[0] - 1, polynomial.shape[1]
        before, after = torch.zeros(2, degree + 1, taps + 1, dtype=torch.float64)
        before[:, :-1], after[:, 1:] = polynomial, polynomial
        # For u ≤ ½ the loss at the point is the first pixels' polynomial at u + ½, beyond it the
        # last pixels' at u - ½. The two meet at ½, so their difference is a polynomial in v = u - ½
        # without a constant: it is written in powers of v, which are 0 before the knot, and those
        # that vanish (the kernel is once differentiable) are left out.
        near, far = _moved(before, 0.5), _moved(after, -0.5)
        knot = _moved(far - near, 0.5)[1:]
        bends = knot.abs().amax(1) > 1e-12
        weights = torch.cat(
            [torch.cat([near, scale * (after - before)], 1), torch.cat([knot, 0 * knot], 1)[bends]]
        )
        self.size = taps + 1
        self.middle = self.size // 2
        self.first = -(taps // 2 - 1)
        self.weights = weights
        self.knots = torch.tensor([0.0] * (degree + 1) + [0.5] * int(bends.sum()), dtype=torch.float64)
        self.powers = torch.cat([torch.arange(degree + 1), torch.arange(1, degree + 1)[bends]]).double()

    def to(self, like: Tensor) -> None:
        """Move where `like` is."""
        self.weights, self.knots, self.powers = (
            part.to(like) for part in (self.weights, self.knots, self.powers)
        )

    def read(
        self, values: Float[Tensor, "n size size"], beyond: Float[Tensor, "n 2"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 2"]]:
        """The loss and its differences along x and y, from a patch and its u, along x and y.

        A constant is taken off the patch first, so that a flat one has no difference at all.
        """
        # For each point, powers [n, 2, p] times weights [p, 2 size]: half of the columns weigh the
        # pixels for the loss, half for the difference. Rows and columns then make all four
        # products, of which loss × difference in each order are the two gradients: read is [loss,
        # ∂x, ∂y, ∂x∂y].
        levels = values.select(1, self.middle).select(1, self.middle)
        powers = (beyond.unsqueeze(-1) - self.knots).clamp_(0.0).pow_(self.powers)
        across, down = powers.matmul(self.weights).view(-1, 2, 2, self.size).unbind(1)
        read = down.bmm(values - levels.view(-1, 1, 1)).bmm(across.transpose(1, 2)).view(-1, 4)
        return read.select(1, 0) + levels, read.narrow(1, 1, 2)

    def loss(self, values: Float[Tensor, "n size size"], beyond: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """The loss alone, in operations that autograd follows twice."""
        above = beyond.unsqueeze(-1) - self.knots
        above = torch.where(above >= 0, above, torch.zeros_like(above))
        powers = torch.stack(
            [_power(above[..., i], int(power)) for i, power in enumerate(self.powers.tolist())], -1
        )
        across, down = (powers @ self.weights[:, : self.size]).unbind(1)
        return torch.einsum("nrc,nr,nc->n", values, down, across)


def _moved(coefficients: Tensor, by: float) -> Tensor:
    """The coefficients of p(u + by), from those of p(u), `[degree + 1, n]`."""
    moved = torch.zeros_like(coefficients)
    for power, row in enumerate(coefficients):
        for lower in range(power + 1):
            moved[lower] += math.comb(power, lower) * by ** (power - lower) * row
    return moved


def _power(base: Tensor, power: int) -> Tensor:
    """By multiplication: the second derivative of `pow(x, 0)` at 0 would not be a number."""
    result = torch.ones_like(base)
    for _ in range(power):
        result = result * base
    return result
