"""Many short runs, whose bits two checkouts of this project can be compared by.

    PYTHONPATH=CHECKOUT OMP_NUM_THREADS=1 python tests/bit_runs.py FOLDER [PATTERN]

Makes all of them in one process, each in a folder of its own below FOLDER. It knows nothing of the
package but what a user types, so that one file serves every commit. A run that fails leaves `error.txt`.
"""

import csv
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import numpy as np
import torch

import landscape_lab

ROOT = Path(landscape_lab.__file__).parents[1]
QUIET = ["callbacks=none", "logger=none"]
STORED = ["callbacks=default", "callbacks.checkpoints.seconds=0", "figures=[]", "logger=none"]
"""With checkpoints after each chunk, from which a run goes on."""
SHORT = {"basins": ["ensemble.starts.grid=[40,30]", "steps=60"]}
"""Experiments that would take too long."""
SEVERAL = ["ensemble.starts={grid: [3, 2]}", "ensemble.lr=[0.001,0.1]", "ensemble.seeds=2"]
BUMPY = ["landscape=spiral", "augmentation=[shift,noise,gradient_noise]"]
THROWN = ["start=[0.9,0.7]", "optimizer.lr=0.05", "steps=80"]
"""Out of the bounds, and back where the wall is hard enough."""


def valley(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """A loss of the user's own."""
    return (x - 0.3).square() + 10 * (y + 0.2).square() + torch.sin(5 * x * y)


def halved(values: torch.Tensor) -> torch.Tensor:
    """An augmentation of the user's own."""
    return values / 2 + 0.01


FUNCTIONS = {
    f"{kind}_function": [f"augmentation.{kind}_function.function=bit_runs.halved"]
    for kind in ("image", "loss", "gradient")
}
NEEDED = {**FUNCTIONS, "project_gradient": ["augmentation.project_gradient.directions=[1.0,0.5]"]}
"""What an augmentation needs to be told."""


def names(group: str, *without: str) -> list[str]:
    """The choices of a group of the configuration."""
    return [path.stem for path in sorted((ROOT / "conf" / group).glob("*.yaml")) if path.stem not in without]


def experiments() -> Iterator[tuple[str, list[str]]]:
    for name in names("experiment"):
        yield f"experiment/{name}", [f"experiment={name}", *SHORT.get(name, [])]


def landscapes() -> Iterator[tuple[str, list[str]]]:
    for name in names("landscape", "catalogue", "expression", "function", "grid", "image", "quadratic"):
        yield f"landscape/{name}", [f"landscape={name}", "optimizer.lr=0.02", "steps=25"]
    yield "landscape/quadratic", ["landscape=quadratic", "steps=25"]
    yield "function", ["landscape=function", "landscape.fn=bit_runs.valley", "steps=40", "optimizer=lion"]
    yield (
        "expression",
        [
            "landscape=expression",
            "landscape.expression='x**2 + sin(3*y)'",
            "landscape.normalize=true",
            "steps=40",
        ],
    )
    yield "dims", ["landscape=rosenbrock", "landscape.dims=5", "steps=60"]
    for interpolation in ("bilinear", "bicubic"):
        for smoothing in (0, 2):
            overrides = [f"landscape.interpolation={interpolation}", f"landscape.smoothing={smoothing}"]
            yield f"pixels/{interpolation}-{smoothing}", ["landscape=noisy_spiral", *overrides, "steps=60"]


def edges() -> Iterator[tuple[str, list[str]]]:
    for boundary in ("hard", "soft", "freeze", "reflect", "none"):
        bounds = f"landscape.boundary={boundary}"
        for gradient in ("pixel", "exact", "forward", "central"):
            overrides = [bounds, f"landscape.gradient={gradient}", "optimizer=momentum"]
            yield f"bounds/picture-{boundary}-{gradient}", ["landscape=noisy_spiral", *overrides, *THROWN]
            if gradient != "pixel":
                thrown = ["start=[0.28,0.36]", "optimizer.lr=0.01", "steps=80"]
                yield f"bounds/perlin-{boundary}-{gradient}", ["landscape=perlin", *overrides, *thrown]
        members = [
            "ensemble.starts={grid: [3, 2]}",
            "ensemble.lr=[0.05,0.5]",
            "optimizer=momentum",
            "steps=60",
        ]
        yield f"bounds/members-{boundary}", ["landscape=noisy_spiral", bounds, *members]
        yield f"bounds/noisy-{boundary}", [*BUMPY, bounds, "optimizer=momentum", *THROWN]


def augmentations() -> Iterator[tuple[str, list[str]]]:
    for name in names("augmentation", "none"):
        overrides = [f"augmentation={name}", *NEEDED.get(name, [])]
        yield f"augmentation/{name}", ["landscape=spiral", *overrides, "steps=15", "optimizer=momentum"]
    for name in names("augmentation", "none", "image_function", *FUNCTIONS):
        overrides = [f"augmentation={name}", *NEEDED.get(name, [])]
        yield f"augmentation/members-{name}", ["landscape=turn", *overrides, *SEVERAL, "steps=8"]
    for gradient in ("exact", "forward", "central"):
        yield f"augmentation/{gradient}", [*BUMPY, f"landscape.gradient={gradient}", "steps=40"]
    yield (
        "augmentation/all-pixels",
        ["augmentation=[blur,contrast,noise,gamma,rotation,zoom,shift,flip]", "steps=40"],
    )
    yield (
        "augmentation/perlin",
        ["landscape=perlin", "augmentation=[jitter,loss_noise,loss_power]", "steps=40"],
    )
    yield "augmentation/search", [*BUMPY, "optimizer=lbfgs", "steps=20"]


def optimizers() -> Iterator[tuple[str, list[str]]]:
    for name in names("optimizer"):
        yield f"optimizer/{name}", ["landscape=rosenbrock", f"optimizer={name}", "steps=25"]
        yield (
            f"optimizer/members-{name}",
            ["landscape=matyas", f"optimizer={name}", "ensemble.starts={grid: [2, 2]}", "steps=10"],
        )
        yield f"optimizer/picture-{name}", ["landscape=circle", f"optimizer={name}", "steps=12"]
    with (ROOT / "landscape_lab" / "optimizers" / "catalogue.csv").open(newline="") as file:
        sample = [line["name"] for line in csv.DictReader(file) if line["name"] not in names("optimizer")][
            ::6
        ]
    for name in sample:
        yield f"optimizer/{name}", ["landscape=himmelblau", f"optimizer={name}", *SEVERAL, "steps=12"]


def schedulers() -> Iterator[tuple[str, list[str]]]:
    for name in names("scheduler", "none"):
        overrides = [f"scheduler={name}", "landscape=spiral"]
        overrides += ["scheduler.patience=5"] if name == "plateau" else []
        yield f"scheduler/{name}", [*overrides, "steps=120"]
        for layout in ("joint", "separate"):
            yield (
                f"scheduler/{layout}-{name}",
                [*overrides, *SEVERAL, f"ensemble.layout={layout}", "steps=25"],
            )


def ensembles() -> Iterator[tuple[str, list[str]]]:
    for layout in ("auto", "joint", "separate"):
        for name in ("adam", "lbfgs", "muon", "sam", "random_search"):
            if layout != "joint" or name == "adam":
                overrides = [f"optimizer={name}", f"ensemble.layout={layout}", *SEVERAL, "steps=20"]
                yield f"ensemble/{layout}-{name}", ["landscape=turn", "augmentation=shift_noise", *overrides]
    yield "ensemble/lr_sweep", ["landscape=spiral", "ensemble=lr_sweep", "steps=150"]
    yield "ensemble/seeds", [*BUMPY, "ensemble=seeds", "steps=60"]
    yield "ensemble/starts", ["landscape=himmelblau", "ensemble=starts", "optimizer=nadam", "steps=100"]
    yield "ensemble/random", ["landscape=perlin", "ensemble.starts={random: 7}", "seed=3", "steps=50"]
    for layout in ("joint", "separate"):
        overrides = [
            f"ensemble.layout={layout}",
            "ensemble.lr=[1e-3,1.0,1e20,1e38]",
            "optimizer=sgd",
            "steps=30",
        ]
        yield f"ensemble/diverging-{layout}", ["landscape=rosenbrock", *overrides]


def records() -> Iterator[tuple[str, list[str]]]:
    yield "records/thinned", ["landscape=spiral", "records=50", "steps=777"]
    yield "records/two", ["landscape=spiral", "records=2", "steps=100", *SEVERAL]
    yield "records/chunks", [*BUMPY, "steps_per_batch=7", "steps=100"]
    yield "records/diverged", ["landscape=rosenbrock", "optimizer=sgd", "optimizer.lr=10", "steps=50"]
    yield "records/target", [*BUMPY, "target=0.2", *SEVERAL, "steps=60"]
    yield (
        "records/default",
        ["landscape=spiral", "steps=30", "callbacks=default", "figures=[path]", "logger=csv"],
    )


def resumed(name: str, overrides: list[str], folder: Path) -> None:
    """A run that goes on twice: with more steps, and from the middle of its own."""
    settings = [*overrides, *STORED, "steps_per_batch=10", f"hydra.run.dir={folder}"]
    landscape_lab.run([*settings, "steps=30"])
    landscape_lab.run([*settings, "steps=60", "resume=true"])
    middle = [*settings[:-1], f"hydra.run.dir={folder / 'stopped'}", "steps=60"]
    try:
        landscape_lab.run([*middle, "+callbacks.stop._target_=bit_runs.interrupt"])
    except (KeyboardInterrupt, SystemExit):
        assert not (folder / "stopped" / "results.json").exists()
    landscape_lab.run([*middle, "resume=true"])


def interrupt() -> object:
    """A callback, last of all, that presses Ctrl-C after the third chunk."""
    import pytorch_lightning as pl

    class AfterThree(pl.Callback):
        def on_train_batch_end(self, trainer, *_) -> None:
            if trainer.global_step == 30:
                raise KeyboardInterrupt

    return AfterThree()


def loop(members: int, folder: Path) -> None:
    """A plain loop under `record`, as a user writes it."""
    from landscape_lab.landscapes import ImageLandscape

    starts = [(915, 500), (300, 200), (20, 990)][:members]
    landscape = ImageLandscape(ROOT / "surfaces" / "spiral.png", start=starts if members > 1 else starts[0])
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.02)
    with landscape_lab.record(landscape) as recording:
        for _ in range(150):
            optimizer.zero_grad()
            landscape().sum().backward()
            optimizer.step()
    arrays = {name: getattr(recording, name) for name in ("points", "losses", "steps")}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "trajectory.npz", **arrays)


def sweep(overrides: list[str], folder: Path) -> None:
    """A sweep from the command line, in processes of its own."""
    command = [
        sys.executable,
        "-m",
        "landscape_lab",
        "-m",
        *overrides,
        f"hydra.sweep.dir={folder}",
        "logger=none",
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)


def quick(overrides: list[str], folder: Path) -> None:
    landscape_lab.run([*QUIET, *overrides, *single_thread(), f"hydra.run.dir={folder}"])


def single_thread() -> list[str]:
    """The number of threads, where a commit knows the key: bits may depend on it."""
    return ["threads=1"] if "\nthreads:" in (ROOT / "conf" / "config.yaml").read_text() else []


def all_runs() -> dict[str, Callable[[Path], None]]:
    """What is run, by name."""
    tables = (experiments, landscapes, edges, augmentations, optimizers, schedulers, ensembles, records)
    runs = {name: partial(quick, overrides) for table in tables for name, overrides in table()}
    going_on = {
        "adam": ["landscape=spiral"],
        "draws": [*BUMPY, "optimizer=momentum"],
        "members": [*BUMPY, *SEVERAL, "scheduler=plateau", "scheduler.patience=3"],
        "separate": ["landscape=turn", *SEVERAL, "ensemble.layout=separate", "augmentation=shift_noise"],
        "chance": ["landscape=spiral", "optimizer=random_search"],
        "records": ["landscape=spiral", "records=9", "scheduler=cosine"],
    }
    runs |= {
        f"resumed/{name}": partial(resumed, name, [*on, *single_thread()]) for name, on in going_on.items()
    }
    runs |= {f"record/{members}": partial(loop, members) for members in (1, 3)}
    jobs = ["optimizer=adam,lion", "seed=0,1", "augmentation=shift_noise", "steps=60"]
    runs |= {
        f"launcher/{name}": partial(sweep, [*jobs, f"hydra/launcher={name}"]) for name in ("basic", "joblib")
    }
    study = [
        "sweep=optuna",
        "sweep.n_trials=5",
        "landscape=sphere",
        "steps=20",
        "optimizer.lr=tag(log,interval(1e-3,1))",
    ]
    return runs | {"sweep/optuna": partial(sweep, study)}


def main(folder: Path, pattern: str = "*") -> None:
    """Make the runs, and note how long each took."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    sys.path.insert(0, str(Path(__file__).parent))
    taken = []
    for name, make in all_runs().items():
        if fnmatch(name, pattern):
            began = time.perf_counter()
            try:
                make(folder / name)
            except Exception:  # noqa: BLE001 what failed is compared like all else
                (folder / name).mkdir(parents=True, exist_ok=True)
                (folder / name / "error.txt").write_text(traceback.format_exc())
            taken.append(f"{name},{time.perf_counter() - began:.2f}\n")
    (folder / "seconds.csv").write_text("".join(taken))


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), *sys.argv[2:])
