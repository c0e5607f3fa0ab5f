"""A network's eigenvalues, trace and density against its dense Hessian, and the ratio map; CPU seconds."""

import copy
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from landscape_lab.curvature import Density, HessianProducts, density, eigenpairs, hessians, trace
from landscape_lab.curvature.lanczos import Krylov
from landscape_lab.data import spirals
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import mlp
from landscape_lab.planes import Plane, Window, principal, ratio_map

STEPS = 300
"""Of Adam."""
GOALS = (1e-5, 1e-6)
"""The errors of the outermost eigenvalues for which products are counted, as shares of the largest."""
MOST = 120
"""Products that are tried."""
SEEDS = 7
"""Of the vectors that they begin with."""


def trained(activation: str, *hidden: int) -> tuple[NetworkLandscape, Tensor]:
    """A perceptron on three spiral arms, 1,000 samples, and its path, `[301, dims]`."""
    torch.manual_seed(0)
    landscape = NetworkLandscape(mlp(2, 3, hidden, activation), spirals())
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.01)
    points = [landscape.flat().clone()]
    for _ in range(STEPS):
        landscape.backward()
        optimizer.step()
        points.append(landscape.flat().clone())
    return landscape, torch.cat(points)


@contextmanager
def timed(what: str) -> Iterator[list[str]]:
    """Print a line with the CPU seconds of a block, and what it adds."""
    words: list[str] = []
    began = time.thread_time()
    yield words
    sys.stdout.write(f"{time.thread_time() - began:7.2f} s  {what}: {', '.join(words)}\n")


def compare_spectrum(landscape: NetworkLandscape, point: Tensor, where: str) -> None:
    """Print how near the quick ways come to the dense Hessian in float64."""
    precise = copy.deepcopy(landscape).double()
    with timed(f"dense Hessian in float64, {where}") as words:
        values = torch.linalg.eigvalsh(hessians(precise, point)[0]).flip(0)
        words.append(f"from {values[0]:.4g} to {values[-1]:.4g}")
    for limit, tolerance in ((60, 1e-9), (300, 1e-6), (300, 1e-9)):
        with timed(f"  top and bottom five to {tolerance}, at most {limit} products") as words:
            found = eigenpairs(HessianProducts(landscape, point), 5, 5, limit=limit, tolerance=tolerance)
            words += [f"{found.products} made", f"error {_miss(found.values[0], values):.1e} of the largest"]
    with timed("  trace, 60 products") as words:
        estimate = trace(HessianProducts(landscape, point))
        words.append(f"off by {abs(float(estimate.value) / float(values.sum()) - 1):.1e}")
    with timed("  density, 10 × 60 products") as words:
        (quick,) = density(HessianProducts(landscape, point))
        width = 0.01 * float(values[0] - values[-1])
        grid, curve = quick.smoothed(width=width)
        whole = Density(values.numpy(), np.full(len(values), 1 / len(values)))
        expected = np.interp(grid, *whole.smoothed(2048, width))
        words.append(f"L1 distance {np.trapezoid(np.abs(curve - expected), grid):.1e}")


def compare_needs(activation: str, states: Iterable[int]) -> None:
    """Print how many products reach an error, of several random vectors at several states of a descent.

    No method that only adds and multiplies products of one vector needs fewer: Lanczos' values are
    the outermost of all that their span has.
    """
    landscape, points = trained(activation, 20, 20)
    precise = copy.deepcopy(landscape).double()
    for step in states:
        at = points[step : step + 1]
        values = torch.linalg.eigvalsh(hessians(precise, at)[0]).flip(0)
        needs = np.array([_needed(HessianProducts(landscape, at), values, seed) for seed in range(SEEDS)])
        words = [
            f"{goal:.0e} in {np.median(column):.0f} ({column.min()} to {column.max()})"
            for goal, column in zip(GOALS, needs.T, strict=True)
        ]
        sys.stdout.write(f"  products, {activation} after {step} steps: {', '.join(words)}\n")


def _needed(products: HessianProducts, values: Tensor, seed: int) -> list[int]:
    """After how many products the ten outermost eigenvalues are within each of the goals."""
    random = torch.Generator().manual_seed(seed)
    space = Krylov(products, torch.randn(products.shape, generator=random), MOST, random)
    misses = []
    while space.size < MOST:
        space.grow()
        if space.size >= 10:
            misses.append(_miss(torch.linalg.eigvalsh(space.tridiagonal())[0].flip(0), values))
    return [10 + next(size for size, miss in enumerate(misses) if miss <= goal) for goal in GOALS]


def compare_map(activation: str) -> None:
    """Print what the ratio map costs, and how far it is from one of a finer tolerance."""
    landscape, points = trained(activation, 50)
    plane: Plane = principal([points.numpy()])
    window = Window.around(plane.project(points.numpy()))
    with timed(f"ratio map 25 × 25, MLP 2-50-3 ({activation}), 1,000 samples") as words:
        found = ratio_map(landscape, plane, window)
        words.append(f"{found.products:.1f} products a place")
    with timed("  and 7 × 7, tolerance 1e-9") as words:
        fine = ratio_map(landscape, plane, window, resolution=7, tolerance=1e-9)
        error = np.abs(fine.ratio - found.ratio[::4, ::4])
        words += [f"ratios up to {found.ratio.max():.2g}", f"median error {np.median(error):.1e}"]
        words.append(f"largest {error.max():.1e}")


def _miss(found: Tensor, values: Tensor) -> float:
    """The largest error of the five highest and five lowest eigenvalues, as a share of the largest one."""
    highest, lowest = found[:5] - values[:5], found[-5:] - values[-5:]
    return float(torch.cat([highest, lowest]).abs().max() / values.abs().max())


def main() -> None:
    """Print a line for each measurement."""
    torch.set_num_threads(1)
    for activation in ("relu", "tanh"):
        landscape, points = trained(activation, 20, 20)
        compare_spectrum(landscape, points[:1], f"543 weights ({activation}) at the start")
        compare_spectrum(landscape, points[-1:], f"543 weights ({activation}) after {STEPS} steps of Adam")
        compare_map(activation)
    for activation in ("relu", "tanh", "gelu"):
        compare_needs(activation, (0, 30, 100, STEPS))


if __name__ == "__main__":
    main()
