"""The gradient against evolution on pictures of 50 shapes, in equal processor seconds.

Each optimizer, as it was tuned in twenty seconds on the first picture, approximates two pictures of 256
pixels along their longer side; one thread, seed 0. `python benchmarks/evolution.py` writes
docs/evolution.png and prints the table of docs/evolution.md in five minutes. Runs stay in
outputs/evolution, and those that are there are not made again.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from matplotlib import rc_context
from matplotlib.cbook import get_sample_data
from matplotlib.figure import Figure

from landscape_lab import Trajectory, run
from landscape_lab.drawing.figures import save_figure
from landscape_lab.drawing.palette import GRID, PATH_COLORS
from landscape_lab.drawing.style import STYLE
from landscape_lab.landscapes import ShapesLandscape

ROOT = Path(__file__).parents[1]
SHAPES, SECONDS = 50, 20
TUNED = {
    "adam": ["scheduler=cosine", "optimizer.lr=0.05", "optimizer.betas=[0.9,0.99]", "steps=1000"],
    "greedy": [],
    "one_plus_one": ["optimizer.children=16", "optimizer.sigma=0.1"],
    "mu_plus_lambda": ["optimizer.sigma=0.1", "optimizer.damping=3"],
    "pgpe": ["optimizer.lr=0.1"],
    "sep_cma_es": ["optimizer.sigma=0.05"],
}
"""Optimizers and what was found best for each."""


class Entry(NamedTuple):
    """What came of one optimizer on one picture."""

    optimizer: str
    evaluations: int
    spent: np.ndarray
    psnr: np.ndarray
    picture: np.ndarray


def pictures() -> dict[str, Path]:
    """One of ours, and a photograph that comes with matplotlib."""
    photo = get_sample_data("grace_hopper.jpg", asfileobj=False)
    return {"evening.png": ROOT / "surfaces" / "evening.png", "grace_hopper.jpg": Path(str(photo))}


def enter(optimizer: str, image: Path) -> Entry:
    """Let an optimizer approximate a picture."""
    folder = ROOT / "outputs" / "evolution" / f"{image.stem}_{optimizer}"
    if not (folder / "trajectory.npz").is_file():
        run(
            [
                *("landscape=shapes", f"landscape.image={image}", f"landscape.shapes={SHAPES}"),
                *("steps=100000", f"optimizer={optimizer}", "callbacks=[none,budget]", "logger=none"),
                *(f"callbacks.budget.seconds={SECONDS}", "steps_per_batch=5", "records=2000", "threads=1"),
                *TUNED[optimizer],
                f"hydra.run.dir={folder}",
            ]
        )
    return entry(optimizer, image, Trajectory.load(folder / "trajectory.npz"))


def entry(optimizer: str, image: Path, path: Trajectory) -> Entry:
    """The curve of a descent and its last picture."""
    landscape = ShapesLandscape(image, shapes=SHAPES)
    landscape.move_to(torch.from_numpy(path.points[-1]))
    lowest = np.minimum.accumulate(path.losses[:, 0])
    spent = path.clock.seconds_at(path.steps)
    final = landscape.picture().permute(1, 2, 0).numpy()
    return Entry(optimizer, int(path.evaluations[-1]), spent, -20 * np.log10(lowest), final)


def draw(raced: dict[str, list[Entry]], targets: dict[str, np.ndarray]) -> Figure:
    """For each picture the curves, and below them the target and what became of it."""
    with rc_context(STYLE):
        figure = Figure(figsize=(13.0, 5.2 * len(raced)), layout="constrained")
        for part, (name, entries) in zip(
            np.atleast_1d(figure.subfigures(len(raced), 1)), raced.items(), strict=True
        ):
            rows = part.add_gridspec(2, len(entries) + 1, height_ratios=(1.25, 1.0))
            curves = part.add_subplot(rows[0, :])
            for color, one in zip(PATH_COLORS, entries, strict=False):
                curves.plot(one.spent, one.psnr, color=color, linewidth=1.8, label=one.optimizer)
            curves.set(xlabel="seconds of the processor", ylabel="PSNR, dB", title=name)
            curves.grid(color=GRID, linewidth=0.8)
            curves.legend(frameon=False, ncols=3, loc="lower right")
            shown = [("target", targets[name]), *((one.optimizer, one.picture) for one in entries)]
            for place, (title, picture) in enumerate(shown):
                axes = part.add_subplot(rows[1, place])
                axes.imshow(picture)
                axes.set_title(title, fontsize=10)
                axes.set_axis_off()
    return figure


def main() -> None:
    """Race on each picture."""
    raced: dict[str, list[Entry]] = {}
    targets = {}
    for name, image in pictures().items():
        targets[name] = ShapesLandscape(image, shapes=1).target.permute(1, 2, 0).numpy()
        raced[name] = []
        for optimizer in TUNED:
            one = enter(optimizer, image)
            raced[name].append(one)
            print(f"| {name} | `{optimizer}` | {one.evaluations:,} | {one.psnr[-1]:.2f} |", flush=True)
        save_figure(draw(raced, targets), ROOT / "docs" / "evolution.png")


if __name__ == "__main__":
    main()
