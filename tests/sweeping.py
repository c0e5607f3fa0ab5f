"""Sweeps in processes of their own, and what they leave."""

import csv
import json
import subprocess
import sys
from pathlib import Path

from landscape_lab.lab import run

HARM = "<script>window.harm = 1</script> \"it\" 'broke' 🙂"
"""What a job that failed tells."""
TIMES = {"seconds", "steps_per_second"}


def process(folder: Path, *arguments: str, python: str = sys.executable, **settings) -> subprocess.Popen:
    """The command line in a process group of its own, which can be killed whole."""
    return subprocess.Popen(
        [python, "-m", "landscape_lab", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **settings,
    )


def leaderboard(folder: Path) -> list[dict[str, str]]:
    """The rows of a leaderboard, without what depends on the clock."""
    with (folder / "leaderboard.csv").open(newline="") as file:
        return [
            {key: value for key, value in row.items() if key not in TIMES} for row in csv.DictReader(file)
        ]


def swept(folder: Path) -> Path:
    """The folder of a small sweep over two landscapes: one job diverged, one failed and says so in HTML."""
    chosen = [("rosenbrock", "adam", 0.01), ("rosenbrock", "adam", 0.1), ("rosenbrock", "sgd", 0.1)]
    chosen += [("beale", "adam", 0.01), ("beale", "adam", 0.1), ("beale", "sgd", 0.001)]
    quiet = ["callbacks=none", "logger=none", "steps=12", "plane.resolution=24"]
    for number, (landscape, optimizer, lr) in enumerate(chosen):
        words = [f"landscape={landscape}", f"optimizer={optimizer}", f"optimizer.lr={lr}"]
        run([*quiet, f"hydra.run.dir={folder / f'{number}_{landscape}'}", *words])
        told = folder / f"{number}_{landscape}" / ".hydra" / "overrides.yaml"
        told.write_text("".join(f"- {word}\n" for word in words))
    (folder / "multirun.yaml").write_text("hydra:\n  overrides:\n    task: [landscape=all]\n")
    failed = folder / "6_failed"
    (failed / ".hydra").mkdir(parents=True)
    (failed / ".hydra" / "overrides.yaml").write_text("- landscape=beale\n- optimizer=adam\n")
    results = {"objective": "final_loss", "landscape": "beale", "status": "failed", "error": HARM}
    (failed / "results.json").write_text(json.dumps(results))
    return folder
