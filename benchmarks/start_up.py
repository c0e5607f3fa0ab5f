"""A warm run from the command line with its two pictures, against nothing but the imports of its libraries.

Processor seconds of one thread, of whole processes from their start to their end, in turn: torch, Lightning,
Hydra, matplotlib and TensorBoard are imported; or Adam descends the spiral in 1,000 steps under the default
callbacks and logger, and `path.png` and `loss.png` are drawn.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 7
BARE = ["-c", "import torch, pytorch_lightning, hydra, matplotlib, torch.utils.tensorboard"]
RUN = ["-m", "landscape_lab", "optimizer=adam", "steps=1000"]
ROOT = Path(__file__).parents[1]


def seconds(words: list[str]) -> float:
    """Processor seconds of Python with some arguments."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a row for each round, and the medians."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        run = [*RUN, f"hydra.run.dir={folder}"]
        seconds(run)
        print("    run   imports   ratio")
        for _ in range(ROUNDS):
            ours, bare = seconds(run), seconds(BARE)
            rows.append((ours, bare, ours / bare))
            print("{:7.2f} {:9.2f} {:7.2f}".format(*rows[-1]), flush=True)
    print("{:7.2f} {:9.2f} {:7.2f}   median".format(*map(statistics.median, zip(*rows, strict=True))))


if __name__ == "__main__":
    main()
