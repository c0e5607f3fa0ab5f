r"""Fourier sums without angles.

With x = cos θ, y = sin θ and z = cos 2θ = 2x² - 1, every cos mθ and sin mθ is one of 1, x, y or xy
times a sum of Chebyshev polynomials :math:`T_j(z) = \cos 2j\theta`:

.. math::
    \cos 2j\theta &= T_j \\
    \cos (2j+1)\theta &= x (2 T_j - 2 T_{j-1} + \dots ± T_0) \\
    \sin (2j+1)\theta &= y (2 T_j + 2 T_{j-1} + \dots + T_0) \\
    \sin 2j\theta &= 2xy \, U_{j-1}, \quad U_j = 2 T_j + 2 T_{j-2} + \dots

where a last :math:`T_0` counts half. So H harmonics take H / 2 polynomials, each of which costs one
multiplication, and their sums are as exact as those of cosines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor


@cache
def matrix(harmonics: int) -> Float[Tensor, "twice_harmonics four_orders"]:
    """From weights (cosines, then sines) to those of (1, x, y, xy) × (T₀, T₁, …)."""
    found = torch.zeros(2, harmonics, 4, harmonics // 2 + 1, dtype=torch.float64)
    for m in range(1, harmonics + 1):
        j = m // 2
        cosine, sine = found[0, m - 1], found[1, m - 1]
        if m % 2:
            signs = torch.tensor([(-1.0) ** (j - i) for i in range(j + 1)], dtype=torch.float64)
            cosine[1, : j + 1], sine[2, : j + 1] = 2 * signs, 2
            cosine[1, 0], sine[2, 0] = signs[0], 1
        else:
            cosine[0, j] = 1
            sine[3, (j - 1) % 2 : j : 2] = 4
            if j % 2:
                sine[3, 0] = 2
    return found.flatten(2).flatten(0, 1)


def split(weights: Sequence[Tensor], harmonics: int) -> list[Sequence[Tensor]]:
    """The weights of 1, x, y and xy, without those at the end that are 0 for every sum."""
    orders, fewer = harmonics // 2 + 1, (harmonics + 1) // 2
    return [weights[:orders], *(weights[i * orders : i * orders + fewer] for i in (1, 2, 3))]


def fill(x: Float[Tensor, "n pixels"], tower: Sequence[Float[Tensor, "n pixels"]]) -> None:
    r"""Write :math:`T_1, T_2 …` of z = 2x² - 1 behind :math:`T_0`.

    The recurrence :math:`T_{j+1} = 2 z T_j - T_{j-1}` is two operations of torch.
    """
    if len(tower) > 1:
        torch.addcmul(x.new_full((), -1), x, x, value=2, out=tower[1])
    for before, last, now in zip(tower, tower[1:], tower[2:], strict=False):
        torch.mul(tower[1], last, out=now)
        torch.sub(now, before, alpha=0.5, out=now).mul_(2)


def evaluate(
    weights: Sequence[Sequence[Float[Tensor, "n 1"]]],
    tower: Sequence[Float[Tensor, "n pixels"]],
    x: Float[Tensor, "n pixels"],
    y: Float[Tensor, "n pixels"],
    total: Float[Tensor, "n pixels"],
    scratch: Sequence[Float[Tensor, "n pixels"]],
) -> None:
    """Add to `total` the sum with weights of (1, x, y, xy) × (T₀, T₁, …); two arrays are overwritten."""
    one, of_x, of_y, of_xy = weights
    for weight, polynomial in zip(one[1:], tower[1:], strict=True):
        total.addcmul_(weight, polynomial)
    if not of_x:
        return
    inner, other = scratch
    _sum(of_y, tower, inner)
    _sum(of_xy, tower, other)
    inner.addcmul_(x, other)
    _sum(of_x, tower, other)
    total.addcmul_(x, other).addcmul_(y, inner)


def _sum(weights: Sequence[Tensor], tower: Sequence[Tensor], into: Tensor) -> None:
    """Write the sum of weight × polynomial."""
    if len(weights) == 1:
        into.copy_(weights[0].expand_as(into))
        return
    torch.addcmul(weights[0], weights[1], tower[1], out=into)
    for weight, polynomial in zip(weights[2:], tower[2:], strict=False):
        into.addcmul_(weight, polynomial)
