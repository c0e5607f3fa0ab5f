"""Films of 300 frames at 800 × 600 of a descent of 2,000 steps, against drawing each frame with matplotlib.

The first is a map; the others are in three dimensions, or of a landscape that is shifted and noisy
anew in each step. The plain way draws the whole figure for each frame, the path up to there on the
landscape and the loss beside it, and encodes it with the same encoder; 20 of its frames are
measured and scaled.
"""

import statistics
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from landscape_lab import record
from landscape_lab.augmentations import AddNoise, RandomShift, augment
from landscape_lab.augmentations.base import Augmentation
from landscape_lab.drawing.encoding import write_mp4
from landscape_lab.drawing.video import Film
from landscape_lab.landscapes import ImageLandscape
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of

FRAMES = 300
MEASURED = 20
ROUNDS = 3


def descent(*augmentations: Augmentation) -> Scene:
    """Adam on the spiral."""
    landscape = augment(ImageLandscape("surfaces/spiral.png", start=(915, 500)), augmentations)
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.05)
    with record(landscape) as trajectory:
        for _ in range(2000):
            optimizer.zero_grad()
            landscape().sum().backward()
            optimizer.step()
    return scene_of(landscape, [trajectory])


def plain_frame(scene: Scene, end: int) -> np.ndarray:
    """One frame, drawn from nothing."""
    (trace,) = scene.traces
    figure = Figure(figsize=(8, 6), dpi=100, layout="constrained")
    map_axes, loss_axes = figure.subplots(1, 2, width_ratios=(2.4, 1))
    map_axes.imshow(scene.losses, cmap="gray", extent=scene.window.image_extent)
    map_axes.plot(trace.places[:end, 0, 0], trace.places[:end, 0, 1])
    loss_axes.semilogy(trace.steps[:end], trace.losses[:end, 0])
    loss_axes.set_xlim(0, trace.steps[-1])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def timed(film: Film, scene: Scene, path: Path) -> float:
    """Seconds for one film."""
    began = time.perf_counter()
    film.write(scene, path)
    return time.perf_counter() - began


def main() -> None:
    """Print a row for each round."""
    scene, stochastic = (
        descent(),
        descent(RandomShift(50, distribution="triangular", crop=True), AddNoise(0.003)),
    )
    with tempfile.TemporaryDirectory() as folder:
        Film(frames=10).write(scene, Path(folder) / "warm.mp4")
        rows = []
        for _ in range(ROUNDS):
            ours = timed(Film(frames=FRAMES, clock="linear"), scene, Path(folder) / "lab.mp4")
            began = time.perf_counter()
            ends = np.linspace(1, len(scene.traces[0].steps), MEASURED).astype(int)
            write_mp4((plain_frame(scene, end) for end in ends), Path(folder) / "plain.mp4", fps=Fraction(30))
            theirs = (time.perf_counter() - began) * FRAMES / MEASURED
            rows.append((ours, theirs, theirs / ours))
            print("lab {:5.2f} s   matplotlib {:6.1f} s   ratio {:5.1f}".format(*rows[-1]))
        print(
            "lab {:5.2f} s   matplotlib {:6.1f} s   ratio {:5.1f}   median".format(
                *map(statistics.median, zip(*rows, strict=True))
            )
        )
        for name, what, view in (
            ("surface", scene, "surface"),
            ("stochastic", stochastic, "map"),
            ("both", stochastic, "surface"),
        ):
            seconds = [
                timed(Film(frames=FRAMES, clock="linear", view=view), what, Path(folder) / "lab.mp4")
                for _ in range(ROUNDS)
            ]
            print(f"{name:10} {statistics.median(seconds):5.2f} s   median")


if __name__ == "__main__":
    main()
