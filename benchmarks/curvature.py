"""A network's eigenvalues, trace and density against its dense Hessian, and the ratio map; CPU seconds."""

import copy
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from landscape_lab.curvature import Density, HessianProducts, density, eigenpairs, hessians, trace
from landscape_lab.data import spirals
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import mlp
from landscape_lab.planes import Plane, Window, principal, ratio_map

STEPS = 300
"""Of Adam."""
STARTS = 5
"""Random vectors that Lanczos begins with, one after the other."""


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
    ends, largest = torch.cat([values[:5], values[-5:]]), float(values.abs().max())
    for limit, tolerance in ((60, 1e-9), (300, 1e-6), (300, 1e-9)):
        with timed(f"  ends, at most {limit} products, tolerance {tolerance:g}, {STARTS} starts") as words:
            errors, made = [], []
            for seed in range(STARTS):
                products = HessianProducts(landscape, point)
                found = eigenpairs(products, 5, 5, limit=limit, tolerance=tolerance, seed=seed)
                errors.append(_far(found.values[0], ends) / largest)
                made.append(found.products)
            words.append(f"{min(made)} to {max(made)} made, {np.median(made):.0f} mostly")
            words.append(f"error {np.median(errors):.1e}, at worst {max(errors):.1e} of the largest")
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


def _far(found: Tensor, expected: Tensor) -> float:
    """The largest difference."""
    return float((found - expected).abs().max())


def main() -> None:
    """Print a line for each measurement."""
    torch.set_num_threads(1)
    for activation in ("relu", "tanh", "gelu"):
        landscape, points = trained(activation, 20, 20)
        for steps in (0, STEPS // 10, STEPS):
            where = f"543 weights ({activation}) after {steps} steps of Adam"
            compare_spectrum(landscape, points[steps : steps + 1], where)
        compare_map(activation)


if __name__ == "__main__":
    main()
