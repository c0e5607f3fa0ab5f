"""The trace of a Hessian: the sum of its curvatures, from few products."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.curvature.products import Products, dense


class Trace(NamedTuple):
    """An estimate of each matrix's trace.

    Args:
        value: `[n]`, float64.
        error: Its standard error, `[n]`; 0 where the trace is exact, NaN where it has one sample.
        products: How many products were made.
    """

    value: Float[Tensor, " n"]
    error: Float[Tensor, " n"]
    products: int


@torch.no_grad()
def trace(products: Products, limit: int = 60, seed: int = 0) -> Trace:
    r"""Hutch++: the trace of each matrix, exact on its range's main part, estimated on the rest.

    Of m products a third sketches the range, :math:`Q = \mathrm{orth}(AS)` with random signs S; then

    .. math:: \mathrm{tr}\, A ≈ \mathrm{tr}(QᵀAQ) + \frac{3}{m} \sum_i gᵢᵀ(I-QQᵀ)A(I-QQᵀ)gᵢ.

    Its error falls as 1/m, that of Hutchinson's estimator as :math:`1/\sqrt m`. With as many products as
    there are coordinates the trace is exact. Reference: Meyer, Musco, Musco, Woodruff, "Hutch++: optimal
    stochastic trace estimation", SOSA 2021.

    Args:
        products: Of the matrices.
        limit: The most products, at least 3.
        seed: Of the random signs.

    Raises:
        ValueError: The limit is below 3, for more than 2 coordinates.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> from landscape_lab.curvature import HessianProducts
    >>> trace(HessianProducts(FunctionLandscape(lambda x, y: 3 * x**2 - y**2, start=(1.0, 1.0)))).value
    tensor([4.], dtype=torch.float64)
    """
    n, dims = products.shape
    if limit >= dims:
        diagonal = dense(products).double().diagonal(dim1=1, dim2=2)
        return Trace(diagonal.sum(dim=1).cpu(), torch.zeros(n, dtype=torch.float64), dims)
    if limit < 3:
        raise ValueError(f"Parameter `limit` should be at least 3. Found `limit = {limit}`.")
    third = limit // 3
    random = torch.Generator().manual_seed(seed)
    sketch = _applied(products, _signs(n, dims, third, random).to(products.device))
    basis = torch.linalg.qr(sketch).Q  # [n, dims, third]
    inside = (basis * _applied(products, basis)).sum(dim=(1, 2))
    probes = _signs(n, dims, third, random).to(basis)
    probes = probes - basis @ (basis.mT @ probes)
    rest = (probes * _applied(products, probes)).sum(dim=1)  # [n, third]
    error = rest.std(dim=1) / third**0.5 if third > 1 else torch.full_like(inside, torch.nan)
    return Trace((inside + rest.mean(dim=1)).cpu(), error.cpu(), 3 * third)


def _applied(products: Products, vectors: Float[Tensor, "n dims k"]) -> Float[Tensor, "n dims k"]:
    """The products with k vectors of each point, float64."""
    return torch.stack([products(vector).double() for vector in vectors.unbind(2)], dim=2)


def _signs(n: int, dims: int, number: int, random: torch.Generator) -> Float[Tensor, "n dims number"]:
    """Vectors of +1 and -1, float64."""
    return torch.randint(0, 2, (n, dims, number), generator=random).double() * 2.0 - 1.0
