"""`python -m landscape_lab.gallery pictures [FOLDER] [products=path,loss] [cases=coast,race] [style=dark]`.

Some twenty short runs and sweeps make every figure and film that there is, and `FOLDER/pictures.png`
(`pictures/pictures.png` if not given) shows them on one page, those of one product side by side: look
at it before and after a change of drawing. Full-size pictures lie beside it, those of a run in `FOLDER/CASE`.
`style=dark` and `width=3.4` are those of `callbacks.pictures`, for what a run draws.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

from PIL import Image

from landscape_lab.drawing.figures import FIGURES
from landscape_lab.drawing.sheet import contact_sheet
from landscape_lab.errors import tell
from landscape_lab.files.writing import replacing
from landscape_lab.lab import run
from landscape_lab.planes.progress import Progress
from landscape_lab.validation import check_choice

FILM = ("video=[gif]", "callbacks.video.frames=12")
QUIET = ("logger=none", "~callbacks.progress", "~callbacks.checkpoints")
"""Of a run: nothing but its pictures."""
LOOK = ("style", "width")
"""Keys of `callbacks.pictures` that pictures can be made with."""
PAGE = "pictures.png"


class Case(NamedTuple):
    """A run or a sweep, and what it is to show.

    Args:
        words: As on the command line, but for `figures`.
        makes: The products by the names of their files; `film` is a film's last frame.
    """

    words: tuple[str, ...]
    makes: tuple[str, ...]

    @property
    def is_sweep(self) -> bool:
        """Whether it takes more than one run."""
        return "-m" in self.words or any("four_optimizers" in word for word in self.words)


CASES = {
    "spiral": Case(
        ("optimizer=lion", "augmentation=noise", "augmentations=3", "steps=400"),
        ("path", "loss", "surface", "gradient", "topology", "augmentations", "film"),
    ),
    "coast": Case(
        ("landscape=coast", "ensemble=starts", "ensemble.starts.grid=[6,4]", "steps=400"),
        ("path", "loss", "surface", "film"),
    ),
    "rosenbrock": Case(
        ("landscape=rosenbrock", "scheduler=one_cycle", "steps=500"),
        ("path", "loss", "surface", "gradient", "curvature", "ratio", "film"),
    ),
    "easom": Case(
        ("landscape=easom", "optimizer.lr=0.05", "steps=300", "callbacks.video.view=surface"),
        ("path", "loss", "surface", "gradient", "film"),
    ),
    "ten_dimensions": Case(
        ("landscape=rosenbrock", "landscape.dims=10", "steps=500"),
        ("path", "loss", "line", "planes", "curvature"),
    ),
    "draws": Case(
        ("landscape=perlin", "augmentation=loss_noise", "steps=300", "callbacks.video.view=draws"),
        ("path", "loss", "film"),
    ),
    "basins": Case(
        ("landscape=himmelblau", "ensemble=starts", "callbacks=[default,basins]", "steps=200"),
        ("path", "loss", "basins"),
    ),
    "rates": Case(("landscape=rosenbrock", "ensemble=lr_sweep", "steps=300"), ("path", "loss", "lr")),
    "seeds": Case(
        ("ensemble=seeds", "augmentation=shift_noise", "steps=300", "ensemble.seeds=8"), ("path", "loss")
    ),
    "diverged": Case(
        ("landscape=rosenbrock", "optimizer=sgd", "optimizer.lr=1", "steps=50"), ("path", "loss")
    ),
    "converged": Case(
        ("landscape=beale", "optimizer=scipy_bfgs", "steps=100"), ("path", "loss", "evaluations")
    ),
    "network": Case(
        (
            "landscape=network", "steps=200", "callbacks=[default,sharpness,layers]",
            "callbacks.video.view=boundary", "plane.resolution=30",
        ),
        (
            "path", "loss", "surface", "topology", "line", "planes", "data", "boundary", "curvature", "ratio",
            "sharpness", "layers", "film",
        ),
    ),
    "shapes": Case(
        (
            "landscape=shapes", "landscape.shapes=12", "landscape.size=64", "steps=40", "optimizer.lr=0.02",
            "plane.resolution=12", "callbacks.video.view=approximation",
        ),
        ("path", "loss", "approximation", "nearness", "film"),
    ),
    "race": Case(
        ("-m", "landscape=himmelblau", "optimizer=adam,lion,momentum,sgd", "optimizer.lr=0.01", "steps=300"),
        ("race",),
    ),
    "races": Case(
        ("-m", "landscape=coast,rosenbrock", "optimizer=adam,nesterov,lion", "steps=300"), ("race",)
    ),
    "planes": Case(
        ("experiment=four_optimizers", "steps=60", "plane.resolution=20"), ("plane_adam", "connectivity")
    ),
    "standings": Case(
        (
            "-m", "sweep=race", "sweep.landscapes=[quadratic,rosenbrock]", "sweep.baselines=[sgd,momentum]",
            "sweep.optimizers=[sgd,momentum,lion,rmsprop]", "sweep.trials=6", "sweep.starts=3", "steps=200",
        ),
        ("standings",),
    ),
}  # fmt: skip
"""Together they make every product at least once."""
PRODUCTS = tuple(dict.fromkeys(name for case in CASES.values() for name in case.makes))


def draw_pictures(
    folder: Path, products: Sequence[str] = PRODUCTS, cases: Sequence[str] = (), look: Sequence[str] = ()
) -> Path:
    """Make the products of some cases, and the page of all of them.

    Args:
        folder: Where they go.
        products: What is made of each case.
        cases: By their names; none: all that have one of the products.
        look: Settings of figures, as `style=dark`.

    Raises:
        ValueError: There is no such product or case, or none of the cases makes any of the products.
    """
    chosen = _chosen(products, cases or list(CASES))
    pictures, words = [], [f"callbacks.pictures.{word}" for word in look]
    progress = Progress(tell, len(chosen), ("page", "cases"))
    for number, (name, makes) in enumerate(chosen.items(), start=1):
        for product, file in _made(CASES[name], makes, folder / name, words).items():
            pictures.append((f"{product} · {name}", _opened(file)))
        tell(f"Pictures of {name}: {number} of {len(chosen)} cases.")
        progress(number, number)
    with replacing(folder / PAGE) as unfinished:
        contact_sheet(sorted(pictures, key=lambda one: one[0])).save(unfinished)
    return folder / PAGE


def _chosen(products: Sequence[str], cases: Sequence[str]) -> dict[str, list[str]]:
    """Which of the products each case is to make."""
    for name in products:
        check_choice("products", name, PRODUCTS)
    for name in cases:
        check_choice("cases", name, list(CASES))
    made = {name: [one for one in CASES[name].makes if one in products] for name in cases}
    chosen = dict(filter(itemgetter(1), made.items()))
    if not chosen:
        told = ", ".join(products)
        raise ValueError(f"Parameter `cases` should have some that make {told}. Found {', '.join(cases)}.")
    return chosen


def _made(case: Case, makes: Sequence[str], folder: Path, look: Sequence[str]) -> dict[str, Path]:
    """Run a case, and keep nothing of it but its pictures."""
    files = {product: "descent.gif" if product == "film" else f"{product}.png" for product in makes}
    with tempfile.TemporaryDirectory() as scratch:
        if case.is_sweep:
            _sweep(case.words, makes, scratch)
        else:
            _run([*case.words, *look], makes, scratch)
        for file in files.values():
            with replacing(folder / file) as unfinished:
                copyfile(Path(scratch) / file, unfinished)
    return {product: folder / file for product, file in files.items()}


def _run(words: Sequence[str], makes: Sequence[str], folder: str) -> None:
    """Run a case with the figures that are asked for."""
    figures = [product for product in makes if product in FIGURES]
    film = FILM if "film" in makes else ()
    run([*words, *QUIET, *film, f"figures=[{','.join(figures)}]", f"hydra.run.dir={folder}"])


def _sweep(words: Sequence[str], makes: Sequence[str], folder: str) -> None:
    """Run the jobs of a case in a process of their own."""
    command = [sys.executable, "-m", "landscape_lab", *words, f"hydra.sweep.dir={folder}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ChildProcessError(f"{', '.join(makes)}: {done.stderr.strip().rpartition(chr(10))[2]}")


def _opened(file: Path) -> Image.Image:
    """A picture, of a film its last."""
    with Image.open(file) as picture:
        picture.seek(getattr(picture, "n_frames", 1) - 1)
        return picture.convert("RGB")
