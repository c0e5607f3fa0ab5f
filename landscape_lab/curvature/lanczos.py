"""The ends of a spectrum by Lanczos' method, of many symmetric matrices at once."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.curvature.products import Products

EXACT = 2**20
"""Vectors of more numbers are kept in float32, which halves the memory."""
BREAKDOWN = 1e-12
"""A remainder this small beside the matrix is rounding: the vectors so far span an invariant subspace."""
ROUNDINGS = 4
"""Or one of so few roundings of a product, where products are less precise."""
NEGLIGIBLE = 1e-6
"""Or one this small, where eigenvalues are wanted no more precisely."""
FIRST_LOOK = 10
"""After so many products the eigenvalues are looked at for the first time."""
LOOK_EVERY = 2
"""And then after so many more."""


class Eigenpairs(NamedTuple):
    """Eigenvalues and eigenvectors of each matrix, from the highest to the lowest.

    Args:
        values: `[n, k]`, float64; NaN where a product was not finite.
        vectors: `[n, k, dims]`, of length 1.
        errors: A bound on the error of each value, rounding of the products aside, `[n, k]`.
        products: How many products were made.
        converged: Whether every error is within the tolerance, `[n]`.
    """

    values: Float[Tensor, "n k"]
    vectors: Float[Tensor, "n k dims"]
    errors: Float[Tensor, "n k"]
    products: int
    converged: Bool[Tensor, " n"]


class Krylov:
    r"""An orthonormal basis Q of :math:`\{v, Av, A²v, …\}`, in which A is tridiagonal, :math:`T = QᵀAQ`.

    Each new vector is made orthogonal to all others twice ("twice is enough", Parlett 1998), because
    Lanczos' three-term recurrence loses orthogonality as soon as an eigenvalue converges and then finds
    it again and again. Where the space is exhausted, a new random direction goes on: so a matrix with
    repeated eigenvalues, and every matrix of few dimensions, is found whole. `closed` holds the sizes at
    which that last happened to each matrix, the one before first, 0 for never, `[n, 2]`.

    Args:
        products: Of the matrices, one each of `n` points.
        start: First vectors, `[n, dims]`, of any length but 0.
        limit: The most vectors.
        random: Of new directions.
        negligible: A remainder this small beside the matrix is taken for none.
    """

    def __init__(
        self,
        products: Products,
        start: Float[Tensor, "n dims"],
        limit: int,
        random: torch.Generator,
        negligible: float = BREAKDOWN,
    ) -> None:
        n, dims = products.shape
        dtype = torch.float64 if dims <= EXACT else torch.float32
        self.products = products
        self.basis = torch.empty(n, limit, dims, dtype=dtype, device=products.device)
        self.diagonal = torch.zeros(n, limit, dtype=torch.float64)
        self.beside = torch.zeros(n, limit, dtype=torch.float64)  # β of vector i and i + 1
        self.scale = torch.zeros(n, dtype=dtype, device=products.device)  # of the longest product
        self.closed = torch.zeros(n, 2, dtype=torch.int64)
        self.size = 0
        self.random = random
        self.negligible = negligible
        self._next = start.to(self.basis) / start.to(self.basis).norm(dim=1, keepdim=True)

    @torch.no_grad()
    def grow(self) -> None:
        """One more product, one more vector."""
        at, size = self.size, self.size + 1
        self.basis[:, at] = self._next
        product = self.products(self._next)
        rounding = max(self.negligible, ROUNDINGS * torch.finfo(product.dtype).eps)
        product = product.to(self.basis)
        self.scale = torch.maximum(self.scale, product.norm(dim=1))
        remainder, along = _orthogonal(product, self.basis[:, :size])
        self.diagonal[:, at] = along[:, at].cpu()
        length = remainder.norm(dim=1)
        self.size = size
        spent = length <= rounding * self.scale
        self.beside[:, at] = torch.where(spent, 0.0, length).cpu()
        here = torch.stack([self.closed[:, 1], torch.full_like(self.closed[:, 1], size)], dim=1)
        self.closed = torch.where(spent[:, None].cpu(), here, self.closed)
        if spent.any() and size < self.products.shape[1]:
            fresh = torch.randn(remainder.shape, generator=self.random).to(remainder)
            fresh = _orthogonal(fresh, self.basis[:, :size])[0]
            remainder = torch.where(spent[:, None], fresh, remainder)
            length = remainder.norm(dim=1)
        self._next = remainder / length[:, None]

    def tridiagonal(self) -> Float[Tensor, "n size size"]:
        """T, on the processor, with zeros where a product was not finite; see `broken`."""
        size = self.size
        beside = torch.diag_embed(self.beside[:, : size - 1], 1)
        found = torch.diag_embed(self.diagonal[:, :size]) + beside + beside.mT
        return torch.where(self.broken()[:, None, None], 0.0, found)

    def broken(self) -> Bool[Tensor, " n"]:
        """Of which matrices a product was not finite."""
        known = self.diagonal[:, : self.size].isfinite() & self.beside[:, : self.size].isfinite()
        return ~known.all(dim=1)


def eigenpairs(
    products: Products,
    top: int = 1,
    bottom: int = 0,
    *,
    tolerance: float = 1e-6,
    limit: int = 300,
    start: Float[Tensor, "n dims"] | None = None,
    seed: int = 0,
) -> Eigenpairs:
    r"""The highest and lowest eigenvalues of each matrix, with their vectors.

    Lanczos stops when all of them are known: with a Ritz pair θ, y of T, the residual is
    :math:`r = β|y_m|`, and the nearest eigenvalue is within :math:`\min(r, r²/γ)`, where γ is the gap
    to the next Ritz value (Parlett, "The Symmetric Eigenvalue Problem", §11.7). Where the space is
    exhausted, as it soon is of a network of dead units, all residuals are 0, but an eigenvalue that is
    repeated was met once: new directions follow until one brings nothing that is wanted.

    Args:
        products: Of the matrices.
        top: How many of the highest.
        bottom: How many of the lowest.
        tolerance: Of errors, as a share of the largest eigenvalue's magnitude.
        limit: The most products.
        start: Where to begin, `[n, dims]`: a vector near those wanted saves products. Random by default.
        seed: Of random vectors.

    Raises:
        ValueError: No eigenvalues are wanted, more than there are, or the tolerance is not positive.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> from landscape_lab.curvature import HessianProducts
    >>> landscape = FunctionLandscape(lambda x, y: 3 * x**2 - y**2, start=(1.0, 1.0))
    >>> eigenpairs(HessianProducts(landscape), top=1, bottom=1).values
    tensor([[ 6.0000, -2.0000]], dtype=torch.float64)
    """
    n, dims = products.shape
    _check(top, bottom, dims, tolerance)
    limit = min(max(limit, top + bottom), dims)
    random = torch.Generator().manual_seed(seed)
    if start is None:
        start = torch.randn(n, dims, generator=random)
    space = Krylov(products, start.to(products.device), limit, random, min(tolerance, NEGLIGIBLE))
    wanted = torch.tensor([*range(top), *range(-bottom, 0)])
    look = max(FIRST_LOOK, top + bottom)
    while space.size < limit:
        space.grow()
        if space.size == look:
            if bool((_known(space, wanted, tolerance) | space.broken()).all()):
                break
            look += 1 if space.closed.any() else LOOK_EVERY
    values, vectors, errors = _ritz(space, wanted)
    lifted = vectors.mT.to(space.basis) @ space.basis[:, : space.size]
    converged = _known(space, wanted, tolerance) & ~space.broken()
    values = torch.where(space.broken()[:, None], torch.nan, values)
    return Eigenpairs(values, lifted, errors, space.size, converged)


def freshened(vectors: Float[Tensor, "n dims"], share: float, seed: int = 0) -> Float[Tensor, "n dims"]:
    """Vectors near those wanted, with so much of a random one: what they lack is found too.

    Args:
        vectors: To begin with, such as the eigenvectors of points nearby.
        share: The length of what is added.
        seed: Of the random vectors.
    """
    fresh = torch.randn(vectors.shape, generator=torch.Generator().manual_seed(seed)).to(vectors)
    return vectors + share * fresh / fresh.norm(dim=1, keepdim=True)


def _known(space: Krylov, wanted: Tensor, tolerance: float) -> Bool[Tensor, " n"]:
    """Of which matrices all wanted eigenvalues are within the tolerance."""
    values, _, errors = _ritz(space, wanted)
    small = tolerance * values.abs().amax(dim=1, keepdim=True)
    return (errors <= small).all(dim=1) & _settled(space, wanted, values, small)


def _settled(space: Krylov, wanted: Tensor, values: Tensor, small: Tensor) -> Bool[Tensor, " n"]:
    """Of which matrices the space was never exhausted, or is again and no wanted value has changed since."""
    settled = torch.ones(len(values), dtype=torch.bool)
    if space.size == space.products.shape[1]:
        return settled
    for row in space.closed[:, 1].nonzero().flatten().tolist():
        before, last = space.closed[row].tolist()
        if last < space.size or before < len(wanted):
            settled[row] = False
            continue
        earlier = torch.linalg.eigvalsh(space.tridiagonal()[row, :before, :before]).flip(0)[wanted]
        settled[row] = bool(((earlier - values[row]).abs() <= small[row]).all())
    return settled


def _ritz(space: Krylov, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The wanted Ritz values from high to low `[n, k]`, their vectors `[n, size, k]`, and error bounds."""
    values, vectors = torch.linalg.eigh(space.tridiagonal())
    values, vectors = values.flip(1), vectors.flip(2)
    residuals = space.beside[:, space.size - 1, None] * vectors[:, -1].abs()  # [n, size]
    between = -values.diff(dim=1)
    far = torch.full_like(values[:, :1], torch.inf)
    gaps = torch.minimum(torch.cat([far, between], dim=1), torch.cat([between, far], dim=1))
    errors = torch.minimum(residuals, residuals.square() / gaps.clamp_min(1e-300))
    if space.size == space.products.shape[1]:
        errors = torch.zeros_like(errors)  # the whole space: T has all eigenvalues
    return values[:, wanted], vectors[:, :, wanted], errors[:, wanted]


def _orthogonal(vectors: Float[Tensor, "n dims"], basis: Float[Tensor, "n m dims"]) -> tuple[Tensor, Tensor]:
    """What is left of vectors without their part in a basis, taken away twice; their coordinates in it."""
    along = torch.zeros(basis.shape[:2]).to(basis)
    for _ in range(2):
        more = torch.einsum("nmd,nd->nm", basis, vectors)
        vectors = vectors - torch.einsum("nm,nmd->nd", more, basis)
        along = along + more
    return vectors, along


def _check(top: int, bottom: int, dims: int, tolerance: float) -> None:
    """Raise `ValueError` unless the eigenvalues exist."""
    if min(top, bottom) < 0 or not 1 <= top + bottom <= dims:
        raise ValueError(
            f"Parameters `top` and `bottom` should ask for 1 to {dims} eigenvalues together. "
            f"Found `top = {top}` and `bottom = {bottom}`."
        )
    if not tolerance > 0:
        raise ValueError(f"Parameter `tolerance` should be positive. Found `tolerance = {tolerance}`.")
