"""The spectrum of a Hessian in one look: both ends, density, trace, and how sharp each layer is."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.curvature.density import Density, density
from landscape_lab.curvature.lanczos import eigenpairs
from landscape_lab.curvature.products import HessianProducts, Products, dense, layers
from landscape_lab.curvature.trace import trace
from landscape_lab.landscapes.base import Landscape

ENDS = 5
"""How many eigenvalues of each end."""
WHOLE = 256
"""Of so few coordinates the whole Hessian is taken."""
SECONDS = 60.0
"""About how long a spectrum may take; of the largest networks it takes the fewest products there can be."""
TOLERANCE, LAYER_TOLERANCE = 1e-6, 1e-3
"""Of eigenvalues, as a share of the largest magnitude."""
RUNS, STEPS = 10, 60
"""Of the density."""

Heard = Callable[[int], None]
"""Hears of each product, and how many there may be."""


class LayerCurvature(NamedTuple):
    """The curvature in the weights of one layer: of its diagonal block of the Hessian.

    Args:
        highest: λmax.
        trace: The sum of all its curvatures.
        error: Of the trace, its standard error; 0 where the trace is exact.
        dims: How many weights there are.
    """

    highest: float
    trace: float
    error: float
    dims: int


class Spectrum(NamedTuple):
    """The curvatures at a point.

    Args:
        top: The highest eigenvalues, from the highest down.
        bottom: The lowest eigenvalues, ending with the lowest.
        error: A bound on the error of each, as a share of the largest magnitude.
        density: How all eigenvalues are spread.
        layers: The curvature of each layer.
        exact: Whether the whole Hessian was taken.
    """

    top: Float[np.ndarray, " k"]
    bottom: Float[np.ndarray, " k"]
    error: float
    density: Density
    layers: Mapping[str, LayerCurvature]
    exact: bool

    @property
    def trace(self) -> float:
        """The sum of all curvatures: that of the layers'."""
        return math.fsum(layer.trace for layer in self.layers.values())

    @property
    def error_of_trace(self) -> float:
        """Its standard error."""
        return math.hypot(*(layer.error for layer in self.layers.values()))


def spectrum(
    landscape: Landscape,
    point: Float[Tensor, " dims"],
    seconds: float = SECONDS,
    heard: Heard = lambda most: None,
) -> Spectrum:
    """The spectrum of the Hessian of the clean loss at a point.

    Few coordinates have their whole Hessian taken. Of more, the ends come from Lanczos' method, the
    density from stochastic Lanczos quadrature, the traces of layers from Hutch++.

    Args:
        landscape: Whose loss.
        point: Where.
        seconds: About how long it may take: it decides how many products are made.
        heard: Hears of each product, and how many there may be.

    Raises:
        ValueError: The landscape is not twice differentiable, or its Hessian there is not finite.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> landscape = FunctionLandscape(lambda x, y: 3 * x**2 - y**2, start=(1.0, 1.0))
    >>> found = spectrum(landscape, torch.tensor([1.0, 1.0]))
    >>> found.top.tolist(), found.bottom.tolist(), found.trace
    ([6.0], [-2.0], 4.0)
    """
    products = HessianProducts(landscape, point[None])
    if landscape.dims <= WHOLE:
        return _of_all(dense(products)[0].double().cpu(), layers(landscape))
    began, parts = time.perf_counter(), layers(landscape)
    products(torch.ones(1, landscape.dims, device=products.device))
    plan = _Plan.within(seconds / max(time.perf_counter() - began, 1e-6), len(parts))
    told = partial(heard, plan.most)
    ends = eigenpairs(_Heard(products, told), ENDS, ENDS, tolerance=TOLERANCE, limit=plan.limit)
    (spread,) = density(_Heard(products, told), plan.runs, STEPS)  # raises for what is not finite
    found = {}
    for name, part in parts.items():
        block = HessianProducts(landscape, point[None], part)
        found[name] = _layer(_Heard(block, told), plan.layer_limit)
    values, largest = ends.values[0].numpy(), float(ends.values.abs().max())
    error = float(ends.errors.max()) / largest if largest > 0 else 0.0
    return Spectrum(values[:ENDS], values[ENDS:], error, spread, found, exact=False)


def eigenvalues_along(landscape: Landscape, points: Float[Tensor, "n dims"]) -> Float[np.ndarray, "n dims"]:
    """All eigenvalues of the Hessian at each point, from the highest down; NaN where one is not finite.

    Args:
        landscape: Of few coordinates: each point takes as many products as there are.
        points: Where.
    """
    found = []
    for part in points.split(max(1, 2**16 // landscape.dims)):
        matrices = dense(HessianProducts(landscape, part)).double().cpu()
        holes = ~matrices.isfinite().all(dim=(1, 2))
        values = torch.linalg.eigvalsh(torch.where(holes[:, None, None], 0.0, matrices)).flip(1)
        found.append(torch.where(holes[:, None], torch.nan, values))
    return torch.cat(found).numpy()


class _Plan(NamedTuple):
    """How many products are made of what."""

    limit: int
    runs: int
    layer_limit: int
    layers: int

    @classmethod
    def within(cls, products: float, number: int) -> "_Plan":
        """A quarter for the ends, half for the density, a quarter for layers; never too few of any."""
        return cls(
            int(min(300, max(60, products / 4))),
            int(min(RUNS, max(1, products / 2 / STEPS))),
            int(min(60, max(12, products / 8 / number))),
            number,
        )

    @property
    def most(self) -> int:
        """Of all together."""
        return self.limit + self.runs * STEPS + 2 * self.layer_limit * self.layers


class _Heard:
    """Products that somebody hears of.

    Args:
        products: Which.
        heard: Called for each.
    """

    def __init__(self, products: Products, heard: Callable[[], None]) -> None:
        self.products = products
        self.heard = heard
        self.shape, self.device = products.shape, products.device

    def __call__(self, vectors: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
        self.heard()
        return self.products(vectors)


def _of_all(matrix: Float[Tensor, "dims dims"], parts: Mapping[str, slice]) -> Spectrum:
    """That of a whole matrix."""
    if not matrix.isfinite().all():
        raise ValueError("A Hessian should be finite to have a spectrum. Found one that is not.")
    values = torch.linalg.eigvalsh(matrix).flip(0).numpy()
    number = min(ENDS, len(values) // 2) or 1
    blocks = {name: matrix[part, part] for name, part in parts.items()}
    each = {
        name: LayerCurvature(float(torch.linalg.eigvalsh(block)[-1]), float(block.trace()), 0.0, len(block))
        for name, block in blocks.items()
    }
    spread = Density(values, np.full(len(values), 1.0 / len(values)))
    return Spectrum(values[:number], values[len(values) - number :], 0.0, spread, each, exact=True)


def _layer(products: Products, limit: int) -> LayerCurvature:
    """One layer's block, by so many products for the trace and for the highest curvature at most."""
    dims = products.shape[1]
    if dims <= limit:
        block = dense(products)[0].double().cpu()
        return LayerCurvature(float(torch.linalg.eigvalsh(block)[-1]), float(block.trace()), 0.0, dims)
    (value,), (error,), _ = trace(products, limit)
    highest = eigenpairs(products, tolerance=LAYER_TOLERANCE, limit=limit).values[0, 0]
    return LayerCurvature(float(highest), float(value), float(error), dims)
