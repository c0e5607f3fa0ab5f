r"""Where a boundary :math:`B + F(\theta)` lies at most and at least, exactly, from samples of it."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.outlines import Outline
from landscape_lab.landscapes.shapes.shape import Shapes

FEWEST_SAMPLES = 128
SAFETY = 1e-5
"""Bounds are wider by this, relative to a radius of 1, for what floats round."""


class Boundary:
    r"""Bounds of the radius over any arc, and boxes around the shapes.

    Between two neighbouring samples, :math:`2\pi/N` apart, F exceeds the larger by at most
    :math:`\frac12 \max|F''| (\pi/N)^2`, and :math:`|F''| \le \sum_m m^2 \sqrt{a_m^2 + b_m^2}`. The
    largest and smallest samples of 1, 2, 4, … neighbours lie in tables, so an arc of any width
    takes two look-ups. Of B only its steepest turning is known.
    """

    def __init__(self, shapes: Shapes, outline: Outline) -> None:
        harmonics = shapes.cosines.shape[1]
        self.samples = max(FEWEST_SAMPLES, 2 ** math.ceil(math.log2(8 * (harmonics + 1))))
        orders = torch.arange(1, harmonics + 1).to(shapes.cosines)
        angles = torch.arange(self.samples).to(shapes.cosines) * (2 * math.pi / self.samples)
        turns = orders[:, None] * angles
        self.directions = torch.stack([angles.cos(), angles.sin()])
        base = outline.radius(*self.directions)
        self.radii = base + shapes.cosines @ turns.cos() + shapes.sines @ turns.sin()
        weights = torch.hypot(shapes.cosines, shapes.sines)
        bends, half = (weights * orders**2).sum(1), math.pi / self.samples
        self.slack = bends * (0.5 * half**2) + outline.steepest * half + SAFETY
        # The boundary's x and y are trigonometric polynomials of degree harmonics + 1; between N
        # samples one of degree n is larger than on them by at most 1 / cos(π n / N).
        # With B it is none: then it strays from the nearest sample by its turning and its radius.
        self.swell = 1 / math.cos(half * (harmonics + 1))
        turning = outline.steepest + (weights * orders).sum(1)
        self.stray = half * turning if outline.steepest else torch.zeros_like(turning)
        self.highest, self.lowest = self._table(torch.maximum), self._table(torch.minimum)

    def _table(self, extreme: Callable[[Tensor, Tensor], Tensor]) -> Float[Tensor, " entries"]:
        """Row s, then k: the extreme of 2^k samples from each on, of all samples for the last k."""
        rows = [self.radii]
        while 2 ** (len(rows) - 1) < self.samples:
            rows.append(extreme(rows[-1], rows[-1].roll(-(2 ** (len(rows) - 1)), 1)))
        return torch.stack(rows, 1).flatten()

    def over_arcs(
        self, shape: Int[Tensor, " n"], angle: Float[Tensor, " n"], half_width: Float[Tensor, " n"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
        """Bounds below and above of B + F of a shape, for angles within `half_width` of `angle`."""
        step = 2 * math.pi / self.samples
        first = ((angle - half_width) / step).floor().long()
        count = (((angle + half_width) / step).ceil().long() - first + 1).clamp(max=self.samples)
        powers = torch.arange(self.samples + 1, device=angle.device).clamp(min=1).to(angle).log2()
        power = (powers + 1e-3).long().index_select(0, count)
        last = first + count - (1 << power)
        row = (shape * (self.samples.bit_length()) + power) * self.samples
        one, other = row + first % self.samples, row + last % self.samples
        slack = self.slack.index_select(0, shape)
        low = torch.minimum(self.lowest.index_select(0, one), self.lowest.index_select(0, other))
        high = torch.maximum(self.highest.index_select(0, one), self.highest.index_select(0, other))
        return low - slack, high + slack

    def boxes(
        self, shapes: Shapes, margin: Float[Tensor, " shapes"]
    ) -> tuple[Float[Tensor, "shapes 2"], Float[Tensor, "shapes 2"]]:
        """Upper left and lower right corners around all places with ρ < 1 + F + margin.

        They are infinite where the matrix is singular.
        """
        (a, b), (c, d) = shapes.matrix.unbind(1)[0].unbind(1), shapes.matrix.unbind(1)[1].unbind(1)
        inverse = torch.stack([d, -b, -c, a], 1).view(-1, 2, 2) / (a * d - b * c)[:, None, None]
        curve = (inverse @ self.directions) * (self.radii + margin[:, None])[:, None]
        low, high = curve.amin(2), curve.amax(2)
        stray = self.stray[:, None] * inverse.norm(dim=2)
        middle, half = (low + high) / 2, (high - low) / 2 * self.swell * (1 + SAFETY) + stray
        low, high = (middle - half).clamp(max=0), (middle + half).clamp(min=0)
        return (
            torch.nan_to_num(shapes.centre + low, nan=-math.inf, neginf=-math.inf),
            torch.nan_to_num(shapes.centre + high, nan=math.inf, posinf=math.inf),
        )
