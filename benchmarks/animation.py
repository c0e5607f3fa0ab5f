"""The default job of loss-landscape-anim, and the same job here: CPU seconds on one thread, without imports.

A perceptron 2-50-3 on 1,000 samples of three spirals, 300 steps of Adam on all samples, the losses
on 100 × 100 places of the plane of its principal directions, and a film of 300 frames. The rival is
measured where it is installed, which is best done beside the lab and without its old requirements:

    pip install --no-deps loss-landscape-anim==0.1.10 importlib_resources

It is of 2022: torchvision, which it imports for a network that is not used here, is replaced by an
empty module, a call that matplotlib has since made stricter is allowed again, and its network stays in
memory instead of going through a pickle, which torch has since refused. (Its spirals are one, too.)
Each job runs in a process of its own, in turn.
"""

import contextlib
import importlib
import importlib.util
import io
import os
import pkgutil
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROUNDS = 3


def ours(*keys: str) -> Callable[[], object]:
    """The job of the lab, all of whose modules are imported."""
    import landscape_lab
    from landscape_lab.__main__ import main

    for module in pkgutil.walk_packages(landscape_lab.__path__, "landscape_lab."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    sys.argv[1:] = [
        "landscape=network",
        "model.hidden=[50]",
        "optimizer=adam",
        "steps=300",
        "video=[mp4]",
        *keys,
    ]
    return main


def theirs() -> Callable[[], object]:
    """The job of loss-landscape-anim, mended where today's libraries refuse it."""
    import numpy as np
    import torch
    import torchmetrics  # noqa: F401  it must not see the empty torchvision
    from matplotlib.lines import Line2D

    vision = types.ModuleType("torchvision")
    sys.modules["torchvision"] = vision
    for part in ("transforms", "datasets"):
        module = types.ModuleType(f"torchvision.{part}")
        module.MNIST = object
        sys.modules[module.__name__] = module
        setattr(vision, part, module)
    strict = Line2D.set_data
    Line2D.set_data = lambda line, *places: strict(line, *map(np.atleast_1d, places))
    kept: dict[str, object] = {}
    written = torch.save

    def keep(value: object, file: object) -> None:
        """Keep in memory what it would pickle into a file, only to read it again at once."""
        if isinstance(file, str | Path):
            kept[str(file)] = value
            Path(file).touch()
        else:
            written(value, file)

    torch.save, torch.load = keep, lambda file: kept[str(file)]
    from loss_landscape_anim import loss_landscape_anim

    return partial(loss_landscape_anim, n_epochs=300, seed=180102)


def measure(name: str) -> None:
    """Do the job and print its CPU seconds."""
    import matplotlib
    import torch

    matplotlib.use("Agg")
    torch.set_num_threads(1)
    job = {"ours": ours, "film alone": partial(ours, "figures=[]"), "theirs": theirs}[name]()
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        job()
    print("CPU seconds", time.process_time() - began)


def seconds(name: str) -> float:
    """CPU seconds of the job in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        command = [sys.executable, str(Path(__file__).resolve()), name]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
    return float(done.stdout.split()[-1])


def main() -> None:
    """Measure the jobs in turn, and print the medians."""
    names = ["ours", "film alone", "theirs"]
    if importlib.util.find_spec("loss_landscape_anim") is None:
        names.remove("theirs")
        print("loss-landscape-anim is not installed: see above how to install it")
    rounds = [{name: seconds(name) for name in names} for _ in range(ROUNDS)]
    for name in names:
        ratio = statistics.median(taken[names[-1]] / taken[name] for taken in rounds)
        middle = statistics.median(taken[name] for taken in rounds)
        print(f"{name:10} {middle:6.1f} CPU s {ratio:6.1f} × faster than the last")


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
