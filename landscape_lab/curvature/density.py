"""How the eigenvalues of a Hessian are spread: its spectral density."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from landscape_lab.curvature.lanczos import Krylov
from landscape_lab.curvature.products import Products

WIDTH = 0.01
"""The standard deviation of the Gaussian at each node, as a share of the spectrum's length."""
ROOM = 5.0
"""How many of them a density goes beyond the outermost nodes."""


class Density(NamedTuple):
    """Eigenvalues as weights at nodes: the share of eigenvalues near each, summing to 1.

    Args:
        nodes: `[runs * steps]`.
        weights: Alike.
    """

    nodes: Float[np.ndarray, " k"]
    weights: Float[np.ndarray, " k"]

    def smoothed(
        self, cells: int = 512, width: float | None = None
    ) -> tuple[Float[np.ndarray, " cells"], Float[np.ndarray, " cells"]]:
        r"""The density on a grid, :math:`φ(t) = \sum_k w_k\, N(t; θ_k, σ²)`, whose integral is 1.

        Args:
            cells: How many values.
            width: σ; by default a hundredth of the spectrum's length.

        Returns:
            Eigenvalues, evenly spaced, and the density there.
        """
        low, high = float(self.nodes.min()), float(self.nodes.max())
        if width is None:
            width = WIDTH * (high - low) if high > low else max(WIDTH * abs(high), WIDTH)
        grid = np.linspace(low - ROOM * width, high + ROOM * width, cells)
        bells = np.exp(-0.5 * ((grid[:, None] - self.nodes) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
        return grid, bells @ self.weights


def density(products: Products, runs: int = 10, steps: int = 60, seed: int = 0) -> list[Density]:
    r"""The spectral density of each matrix by stochastic Lanczos quadrature.

    Each run begins at a random vector v of length 1 and makes T of `steps` products. Its eigenvalues θ
    and the squares of the first entries of its eigenvectors are the nodes and weights of a Gauss
    quadrature: :math:`vᵀf(A)v ≈ \sum_k τ_k² f(θ_k)`, whose mean over runs is :math:`\mathrm{tr} f(A) / d`
    (Lin, Saad, Yang, "Approximating spectral densities of large matrices", SIAM Review 2016; Ghorbani,
    Krishnan, Xiao, "An investigation into neural net optimization via Hessian eigenvalue density", ICML
    2019).

    Args:
        products: Of the matrices.
        runs: How many random vectors.
        steps: How many products for each; as many as there are coordinates at most.
        seed: Of the vectors.

    Returns:
        One for each point.

    Raises:
        ValueError: A number is not positive, or a product is not finite.
    """
    if runs < 1 or steps < 1:
        raise ValueError(
            f"Parameters `runs` and `steps` should be positive. Found `runs = {runs}`, `steps = {steps}`."
        )
    n, dims = products.shape
    random = torch.Generator().manual_seed(seed)
    nodes, weights = [], []
    for _ in range(runs):
        start = torch.randn(n, dims, generator=random, dtype=torch.float64)
        space = Krylov(products, start.to(products.device), min(steps, dims), random)
        while space.size < min(steps, dims):
            space.grow()
        if space.broken().any():
            raise ValueError("A Hessian should be finite to have a density. Found products that are not.")
        values, vectors = torch.linalg.eigh(space.tridiagonal())
        nodes.append(values)
        weights.append(vectors[:, 0].square() / runs)
    return [
        Density(each.numpy(), share.numpy())
        for each, share in zip(torch.cat(nodes, dim=1), torch.cat(weights, dim=1), strict=True)
    ]
