"""Directions of the sharpest curvature: eigenvectors of the Hessian at a point."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.curvature import HessianProducts, Products, eigenpairs
from landscape_lab.landscapes.base import Landscape

TOLERANCE = 1e-6
"""Of the eigenvalues, as a share of the largest magnitude; eigenvectors are known to its square root."""


class _Among:
    """The products of some rows and columns of a matrix.

    Args:
        products: Of the whole matrix.
        kept: Which rows and columns.
    """

    def __init__(self, products: Products, kept: Bool[Tensor, " dims"]) -> None:
        self.products = products
        self.kept = kept.to(products.device)
        self.shape = (products.shape[0], int(kept.sum()))
        self.device = products.device

    def __call__(self, vectors: Float[Tensor, "n some"]) -> Float[Tensor, "n some"]:
        return self.products(self.whole(vectors))[:, self.kept]

    def whole(self, vectors: Float[Tensor, "n some"]) -> Float[Tensor, "n dims"]:
        """Vectors with zeros elsewhere."""
        found = vectors.new_zeros(len(vectors), len(self.kept))
        found[:, self.kept] = vectors
        return found


def hessian(
    landscape: Landscape,
    point: Float[Tensor, " dims"],
    second: str = "top",
    kept: Bool[Tensor, " dims"] | None = None,
) -> Float[Tensor, "2 dims"]:
    """The eigenvectors of the highest curvature and of another: two orthonormal vectors.

    The largest entry of each is positive, since the sign of an eigenvector means nothing.

    Args:
        landscape: Whose clean loss is looked at.
        point: Where.
        second: `top`, the second highest curvature; or `bottom`, the lowest: where the loss bends down
            the most, if it does.
        kept: Which numbers of a point count: the eigenvectors are those of this block of the Hessian.

    Raises:
        ValueError: There the Hessian is zero or not finite, or the landscape has none.
    """
    matrix = HessianProducts(landscape, point[None])
    among = _Among(matrix, torch.ones(landscape.dims, dtype=torch.bool) if kept is None else kept)
    ends = {"top": (2, 0), "bottom": (1, 1)}[second]
    found = eigenpairs(among, *ends, tolerance=TOLERANCE)
    values = found.values[0]
    if not values.isfinite().all() or not values.any():
        words = "zero" if values.isfinite().all() else "NaN or infinity"
        raise ValueError(
            f"The Hessian at the centre should be finite and not zero: plane=hessian. Found {words}."
        )
    vectors = among.whole(found.vectors[0].double()).cpu()
    largest = vectors.gather(1, vectors.abs().argmax(dim=1, keepdim=True))
    return vectors * largest.sign()
