"""How near shapes come to pictures at 256 × 256 pixels, after a thousand steps, through the lab itself.

`python benchmarks/shapes_quality.py photo.jpg …`; by default the astronaut of scikit-image, where that is
installed, and scikit-learn's china. One thread; six to ten minutes a picture.
"""

import json
import math
import os
import resource
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PHOTOS = {"skimage": "data/astronaut.png", "sklearn": "datasets/images/china.jpg"}
BEST = "experiment=shapes_best landscape.texture"
RUNS = [f"{BEST}={texture} seed={seed}" for texture in ("flat", "gradient") for seed in (0, 1)]
RUNS += [f"{BEST}=flat landscape.shapes={number}" for number in (50, 200)]
RUNS += [f"{BEST}=flat landscape.model=sum", "experiment=shapes_seed"]


def photos() -> list[Path]:
    """The pictures that installed packages bring along."""
    found = {name: find_spec(name) for name in PHOTOS}
    return [Path(spec.origin).parent / PHOTOS[name] for name, spec in found.items() if spec and spec.origin]


def spent() -> float:
    """Processor seconds of all programs that this one has run."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(photo: Path, settings: str) -> None:
    """Print the error at the end, and what the whole run took, imports and all."""
    command = [sys.executable, "-m", "landscape_lab", *settings.split(), "callbacks=none"]
    command += [f"landscape.image={photo.resolve()}", "landscape.size=[256,256]"]
    before, settled = spent(), {**os.environ, "OMP_NUM_THREADS": "1"}
    told = subprocess.run(command, env=settled, check=True, capture_output=True, text=True).stdout
    error = json.loads((Path(told.split()[-1]) / "results.json").read_text())["final_loss"]
    figures = f"RMSE {error:.4f}   {-20 * math.log10(error):.2f} dB   {spent() - before:3.0f} CPU s"
    print(f"{photo.name:14s} {settings:64s} {figures}", flush=True)


if __name__ == "__main__":
    for photo in [Path(path) for path in sys.argv[1:]] or photos():
        for settings in RUNS:
            measure(photo, settings)
