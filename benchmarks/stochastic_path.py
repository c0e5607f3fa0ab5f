"""A stochastic landscape, shift and noise at every step: `Descent` against changing the whole picture.

The plain way crops and noises the whole picture at each step, takes both gradient pictures from it,
samples the three with bicubic `grid_sample`, sets `.grad` and steps AdamW. The two take turns;
ratios are taken pair by pair. Then the lab alone on a large and on a small picture in turn, and one
member against 10,000, without the Trainer.
"""

import random
import statistics
import tempfile
import time
from functools import partial

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from torch import Tensor

from landscape_lab import Descent, run
from landscape_lab.augmentations import AddNoise, RandomShift, augment
from landscape_lab.landscapes import ImageLandscape

ROUNDS = 3
PLAIN_STEPS = 150
LAB_STEPS = 5_000
SEEDS_OWN = (RandomShift(50, distribution="triangular", crop=True), AddNoise(0.003))


def plain(steps: int) -> float:
    """Steps a second of the plain way."""
    landscape = ImageLandscape("surfaces/spiral.png", start=(915, 500))
    picture = landscape.pixels
    point = torch.nn.Parameter(landscape.start.clone())
    optimizer = torch.optim.AdamW([point], lr=0.03)
    began = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad()
        with torch.no_grad():
            down, across = int(random.triangular(0, 50, 0)), int(random.triangular(0, 50, 0))
            image = picture[down:, across:]
            image = (image + 0.003 * torch.randn(image.shape)).clamp(0, 1)
            grid = point.view(1, 1, 1, 2)
            _ = sample(image, grid)
            slopes = [sample(100 * image.diff(dim=dim), grid) for dim in (1, 0)]
            point.grad = torch.stack(slopes).view(1, 2)
        optimizer.step()
    return steps / (time.perf_counter() - began)


def sample(texture: Tensor, grid: Tensor) -> Tensor:
    """One bicubic look at one texture."""
    return F.grid_sample(
        texture[None, None], grid, mode="bicubic", padding_mode="border", align_corners=False
    )


def lab(steps: int) -> float:
    """Steps a second of the lab, with its default callbacks and logger, without drawing."""
    with tempfile.TemporaryDirectory() as folder:
        settings = [
            "augmentation=shift_noise",
            "optimizer=adamw",
            "~callbacks.pictures",
            f"hydra.run.dir={folder}",
        ]
        return run([*settings, f"steps={steps}"]).metrics["steps_per_second"]


def under_trainer(size: int, steps: int) -> float:
    """Microseconds a step on a picture of this size."""
    x = torch.linspace(-1, 1, size)
    bowl = (x.square()[:, None] + x.square()) / 2
    landscape = augment(ImageLandscape(bowl, (0.8, 0.1), smoothing=0), SEEDS_OWN)
    descent = Descent(landscape, partial(torch.optim.AdamW, lr=0.03), steps)
    settings = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    pl.Trainer(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, **settings).fit(descent)
    return 1e6 * descent.tally.seconds / steps


def members(number: int, steps: int) -> float:
    """Microseconds of a step of so many members with their own draws: loss, gradient and AdamW."""
    starts = 1.8 * torch.rand(number, 2, generator=torch.Generator().manual_seed(0)) - 0.9
    landscape = augment(ImageLandscape("surfaces/spiral.png", starts), SEEDS_OWN)
    optimizer = torch.optim.AdamW(landscape.parameters(), lr=0.03, fused=True)
    for step in range(steps + 20):
        if step == 20:
            began = time.perf_counter()
        landscape.backward()
        optimizer.step()
    return 1e6 * (time.perf_counter() - began) / steps


def main() -> None:
    """Print a row for each round and the medians."""
    plain(20)
    lab(500)
    print(HEAD.format("whole picture", "the lab", "ratio", "256²", "4096²", "ratio", "1", "10,000", "ratio"))
    rows = []
    for _ in range(ROUNDS):
        slow, fast = plain(PLAIN_STEPS), lab(LAB_STEPS)
        small, large = under_trainer(256, LAB_STEPS), under_trainer(4096, LAB_STEPS)
        one, many = members(1, LAB_STEPS), members(10_000, 64)
        rows.append((slow, fast, fast / slow, small, large, large / small, one, many, many / one))
        print(ROW.format(*rows[-1]))
    print(ROW.format(*map(statistics.median, zip(*rows, strict=True))), "  median")


HEAD = "{:>14} {:>10} {:>6}   {:>7} {:>7} {:>6}   {:>6} {:>8} {:>6}"
ROW = "{:14,.0f} {:10,.0f} {:6.1f}   {:7.1f} {:7.1f} {:6.2f}   {:6.0f} {:8,.0f} {:6.0f}"

if __name__ == "__main__":
    main()
