r"""Fourier sums without angles.

With x = cos θ and y = sin θ, cos kθ is the Chebyshev polynomial :math:`T_k(x)` and sin kθ is
:math:`y \, U_{k-1}(x)`, so :math:`\sum a_k \cos k\theta + b_k \sin k\theta = p(x) + y \, q(x)`. Both
are sums of :math:`T_k`, which cost one multiplication each.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def signs(harmonics: int) -> list[int]:
    """The sign of each :math:`T_k`, k = 0, 1, … in `fill`: + + - - + + …"""
    return [1 - 2 * (k // 2 % 2) for k in range(harmonics + 1)]


def fill(x: Float[Tensor, "n pixels"], basis: Float[Tensor, "harmonics n pixels"]) -> None:
    """Write :math:`T_1 … T_H` of x, with `signs`.

    The recurrence is :math:`T_{k+1} = 2 x T_k - T_{k-1}`. With every third and fourth sign turned it
    reads :math:`B_{k+1} = B_{k-1} ± 2 x B_k`, one operation of torch.
    """
    one = x.new_ones(())
    for k in range(len(basis)):
        if k == 0:
            basis[0].copy_(x)
        else:
            before = one if k == 1 else basis[k - 2]
            torch.addcmul(before, x, basis[k - 1], value=-2 if k % 2 else 2, out=basis[k])


def of_sines(harmonics: int) -> Float[Tensor, "harmonics harmonics"]:
    """Row k - 1 holds :math:`U_{k-1}` as a sum of :math:`T_0 … T_{H-1}`, with `signs`.

    :math:`U_n = 2 (T_n + T_{n-2} + …)`, where :math:`T_0` counts half.
    """
    matrix = torch.zeros(harmonics, harmonics, dtype=torch.float64)
    for n, row in enumerate(matrix):
        row[n % 2 : n + 1 : 2] = 2
        if n % 2 == 0:
            row[0] = 1
    return matrix * torch.tensor(signs(harmonics)[:harmonics], dtype=torch.float64)


def evaluate(
    p: Float[Tensor, "n harmonics"],
    q: Float[Tensor, "n harmonics"],
    basis: Float[Tensor, "harmonics n pixels"],
    y: Float[Tensor, "n pixels"],
    total: Float[Tensor, "n pixels"],
) -> Float[Tensor, "n pixels"]:
    """Add :math:`p(x) + y q(x)` to `total`, in place; p begins at :math:`T_1`, q at :math:`T_0`."""
    if not len(basis):
        return total
    factor = torch.addcmul(q[:, :1], q[:, 1:2], basis[0]) if len(basis) > 1 else q[:, :1].expand_as(y)
    for k in range(2, len(basis)):
        factor.addcmul_(q[:, k : k + 1], basis[k - 1])
    for k in range(len(basis)):
        total.addcmul_(p[:, k : k + 1], basis[k])
    return total.addcmul_(y, factor)
