"""Every product of a run or a sweep, which the linter looks at, and twenty runs to look at."""

from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import numpy as np
from linting import faults
from matplotlib.figure import Figure
from PIL import Image

from landscape_lab.drawing import figures, look, stage

PLANAR = "path,loss,evaluations,surface,gradient,topology"
"""Figures that every run has."""
BENT = f"{PLANAR},curvature,ratio"
"""And of a loss that can be derived twice."""
NETWORK = f"{BENT},line,planes,data"
BLANK = Image.new("RGB", (2, 2))
"""Is written instead of a picture."""
FILM = ("video=[gif]", "callbacks.video.frames=2")


def made(words: str, drawn: str, *more: str) -> tuple[str, ...]:
    """The words of a run, and the figures of it."""
    return (*words.split(), f"figures=[{drawn}]", *more)


RUNS = {
    "square": made(
        "landscape=spiral optimizer=lion augmentation=noise augmentations=2 steps=300",
        PLANAR, *FILM,
    ),
    "16 : 9": made("landscape=coast ensemble=starts ensemble.starts.grid=[4,3] steps=200", PLANAR, *FILM),
    "10 : 1": made("landscape=image landscape.image=wide.png steps=200", PLANAR, *FILM),
    "upright": made("landscape=image landscape.image=tall.png steps=200 scheduler=cosine", PLANAR, *FILM),
    "valley": made(
        "landscape=rosenbrock scheduler=one_cycle steps=300",
        BENT, *FILM, "callbacks.video.view=surface",
    ),
    "negative": made("landscape=easom optimizer.lr=0.05 steps=300", BENT, *FILM),
    "crosses zero": made("landscape=eggholder steps=100 optimizer.lr=1", BENT),
    "tiny": made(
        "landscape=expression landscape.expression='1e-14*(x**2+3*y**2)' steps=50 optimizer.lr=0.1",
        BENT,
    ),
    "huge": made(
        "landscape=expression landscape.expression='1e14*(x**2+3*y**2)' steps=50 optimizer.lr=0.1",
        BENT,
    ),
    "constant": made("landscape=expression landscape.expression='3+0*x' steps=20", PLANAR),
    "fractal": made(
        "landscape=perlin augmentation=loss_noise steps=200",
        PLANAR, *FILM, "callbacks.video.view=draws",
    ),
    "10 dimensions": made("landscape=rosenbrock landscape.dims=10 steps=300", f"{BENT},line,planes", *FILM),
    "diverged": made("landscape=rosenbrock optimizer=sgd optimizer.lr=1 steps=50", PLANAR, *FILM),
    "one step": made("landscape=beale steps=1", BENT, *FILM),
    "no way": made("landscape=himmelblau optimizer.lr=1e-9 steps=20", BENT),
    "1,000 members": made(
        "landscape=himmelblau ensemble=starts ensemble.starts.grid=[40,25] callbacks=[default,basins] "
        "steps=60",
        "path,loss,surface", *FILM,
    ),
    "rates": made("landscape=rosenbrock ensemble=lr_sweep ensemble.seeds=2 steps=200", "path,loss,surface"),
    "seeds": made(
        "ensemble=seeds augmentation=shift_noise steps=200 ensemble.seeds=8",
        "path,loss,surface", *FILM,
    ),
    "converged": made("landscape=beale optimizer=scipy_bfgs steps=100", PLANAR, *FILM),
    "oscillating": made("landscape=himmelblau optimizer=lion optimizer.lr=0.3 steps=400", PLANAR, *FILM),
    "network": made(
        "landscape=network steps=100 callbacks=[default,sharpness,layers] plane.resolution=15",
        f"{NETWORK},boundary", *FILM, "callbacks.video.view=boundary",
    ),
    "pictures of a network": made(
        "landscape=network data=digits data.validation=0.2 steps=60 plane.resolution=12 model.hidden=[16]",
        "path,loss,surface,planes,data,line", *FILM,
    ),
    "shapes": made(
        "landscape=shapes landscape.shapes=6 landscape.size=32 steps=20 optimizer.lr=0.02 plane.resolution=9",
        "path,loss,surface,topology", *FILM, "callbacks.video.view=approximation",
    ),
}  # fmt: skip
"""By what is special about their landscape or their end."""
SAMPLE = {
    "10 : 1": made(
        "landscape=image landscape.image=wide.png steps=50 plane.resolution=60", "path,loss,gradient,topology"
    ),
    "10 dimensions": made(
        "landscape=rosenbrock landscape.dims=10 steps=60 plane.resolution=30 scheduler=one_cycle",
        "path,loss,curvature,line,planes", *FILM,
    ),
    "network": made(
        "landscape=network steps=30 plane.resolution=9 model.hidden=[8] data.samples=60", "loss,data,boundary"
    ),
}  # fmt: skip
"""A few small ones, for every day."""
SWEEPS = {
    "race": "-m landscape=himmelblau optimizer=adam,lion,momentum,sgd optimizer.lr=0.01 steps=200",
    "race of rates": "-m landscape=rosenbrock optimizer=adam,lion,sgd optimizer.lr=0.001,0.01,0.1 steps=100",
    "race on 10 : 1": "-m landscape=image landscape.image=wide.png optimizer=adam,lion,sgd steps=100",
    "races": "-m landscape=coast,rosenbrock,easom optimizer=adam,nesterov,lion steps=100",
    "planes": "experiment=four_optimizers steps=40 plane.resolution=12",
    "standings": (
        "-m sweep=race sweep.landscapes=[quadratic,rosenbrock] sweep.baselines=[sgd,momentum] steps=100 "
        "sweep.optimizers=[sgd,momentum,lion,rmsprop] sweep.trials=4 sweep.starts=2"
    ),
}


def draw_surfaces() -> None:
    """`wide.png`, 10 : 1, and `tall.png`, 1 : 5: a valley that falls along the longer side."""
    for name, (height, width) in {"wide": (60, 600), "tall": (400, 80)}.items():
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        along, across = (x, y) if width > height else (y, x)
        loss = 0.5 + 0.3 * np.cos(3 * along) + 0.2 * across**2
        Image.fromarray((255 * loss).clip(0, 255).astype(np.uint8)).save(f"{name}.png")


def look_at(work: Callable[[], object]) -> dict[str, list[str]]:
    """What the linter finds in each picture that some work would write, by the names of their files."""
    found: dict[str, list[str]] = {}

    def judge(figure: Figure, file: Path | BytesIO, **_: object) -> None:
        name, kind = (file.stem, file.suffix[1:]) if isinstance(file, Path) else ("card", "png")
        found.setdefault(name, []).extend(faults(figure))
        BLANK.save(file, kind)

    def stand(figure: Figure) -> object:
        found["film"] = [one for one in faults(figure) if "data take" not in one and "nothing in" not in one]
        return canvas(figure)

    canvas = stage.FigureCanvasAgg
    with (
        patch.object(figures, "replacing", nullcontext),
        patch.object(look, "replacing", nullcontext),
        patch.object(Figure, "savefig", judge),
        patch.object(stage, "FigureCanvasAgg", stand),
    ):
        work()
    return found
