"""Sweeps in processes of their own, and what they leave."""

import csv
import subprocess
import sys
from pathlib import Path

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
