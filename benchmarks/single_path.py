"""One descent, 20,000 steps of Adam on the spiral: `Descent` under the Trainer against a plain PyTorch loop.

The plain loop samples the loss and both gradient pictures with three bicubic `grid_sample` calls,
sets `.grad` and steps Adam. The two take turns; the ratio is taken pair by pair. The Trainer has
the default callbacks and the default logger. "Stepping" is from the first step to the last, with
curves, progress and checkpoints; "whole run" is all that a user waits for once the modules are
imported: the landscape, the Trainer's start, the pictures and the files.
"""

import statistics
import tempfile
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from landscape_lab import run
from landscape_lab.landscapes import ImageLandscape

STEPS = 20_000
ROUNDS = 5


def plain(steps: int) -> float:
    """Steps a second of the plain loop."""
    landscape = ImageLandscape("surfaces/spiral.png", start=(915, 500))
    loss, across, down = landscape.gradient.textures.split(1)
    point = torch.nn.Parameter(landscape.start.clone())
    optimizer = torch.optim.Adam([point], lr=0.05)
    began = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad()
        with torch.no_grad():
            grid = point.view(1, 1, 1, 2)
            _ = sample(loss, grid)
            point.grad = torch.cat([sample(across, grid).view(1, 1), sample(down, grid).view(1, 1)], dim=1)
        optimizer.step()
    return steps / (time.perf_counter() - began)


def sample(texture: Tensor, grid: Tensor) -> Tensor:
    """One bicubic look at one texture."""
    return F.grid_sample(texture, grid, mode="bicubic", padding_mode="border", align_corners=False)


def lab(steps: int) -> tuple[float, float]:
    """Steps a second of a whole run from the command line's own function, and of its stepping."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        result = run(["optimizer=adam", f"steps={steps}", f"hydra.run.dir={folder}"])
        return steps / (time.perf_counter() - began), result.metrics["steps_per_second"]


def main() -> None:
    """Print a row for each round and the medians."""
    plain(1000)
    lab(1000)
    rows = []
    print(f"{'plain loop':>12} {'stepping':>12} {'ratio':>6} {'whole run':>12} {'ratio':>6}   (steps/s)")
    for _ in range(ROUNDS):
        base = plain(STEPS)
        whole, stepping = lab(STEPS)
        rows.append((base, stepping, stepping / base, whole, whole / base))
        print("{:12,.0f} {:12,.0f} {:6.2f} {:12,.0f} {:6.2f}".format(*rows[-1]))
    print(
        "{:12,.0f} {:12,.0f} {:6.2f} {:12,.0f} {:6.2f}   median".format(
            *map(statistics.median, zip(*rows, strict=True))
        )
    )


if __name__ == "__main__":
    main()
