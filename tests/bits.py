"""Does this checkout give the bits of another one? Many short runs of both, compared number by number.

    python tests/bits.py BASE [--runs 'bounds/*'] [--base-python PYTHON] [--keep FOLDER] [--expected FILE]

BASE is a commit or the folder of a checkout. Each side makes the runs of `bit_runs.py` in one process and
at one thread. Every array that the base keeps in `trajectory.npz` has to be there with the same type, shape
and bits; every result in `results.json` with the same value, apart from those that depend on the clock or on
which keys there are. A table tells which runs differ and from which step on. Exit status 1 where any differs.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
RUNS = Path(__file__).with_name("bit_runs.py")
UNCOMPARED = {"seconds", "steps_per_second", "config_hash", "clock_steps", "clock_seconds"}
"""Results and arrays that depend on the clock, or on keys that a later commit may add."""


@dataclass(frozen=True)
class Comparison:
    """One run of both sides.

    Args:
        name: Of the run.
        differences: What differs, one entry for each array or result; empty where nothing does.
        step: The first step whose record differs, where one can be told.
        seconds: How long the base took, and this checkout.
    """

    name: str
    differences: tuple[str, ...]
    step: int | None
    seconds: tuple[str, str]

    def __str__(self) -> str:
        what = "; ".join(self.differences) or "equal"
        where = "" if self.step is None else f" from step {self.step} on"
        return f"{self.name:42} {self.seconds[0]:>7} {self.seconds[1]:>7}  {what}{where}"


@contextmanager
def checkout(base: str) -> Iterator[Path]:
    """The folder of a checkout as it is; of a commit, a worktree that is removed afterwards."""
    if Path(base).is_dir():
        yield Path(base).absolute()
        return
    with tempfile.TemporaryDirectory() as folder:
        worktree = Path(folder) / "base"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(worktree), base], check=True)
        try:
            yield worktree
        finally:
            subprocess.run([*git, "remove", "--force", str(worktree)], check=True)


def start(side: Path, python: str, folder: Path, runs: str) -> subprocess.Popen:
    """Make the runs of one side; what they write to the terminal goes to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    # the side comes first, so that an installed copy of the package is never the one that runs
    environment = os.environ | threads | {"PYTHONPATH": os.pathsep.join([str(side), str(RUNS.parent)])}
    command = [python, str(RUNS), str(folder), runs]
    with (folder / "console.txt").open("w") as console:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=console, stderr=subprocess.STDOUT
        )


def both(base: str, folder: Path, runs: str = "*", base_python: str = sys.executable) -> list[Comparison]:
    """Make the runs of both sides at the same time, and compare them."""
    with ExitStack() as stack:
        sides = {"base": stack.enter_context(checkout(base)), "ours": ROOT}
        pythons = {"base": base_python, "ours": sys.executable}
        running = {name: start(side, pythons[name], folder / name, runs) for name, side in sides.items()}
        try:
            failed = [name for name, process in running.items() if process.wait() != 0]
        finally:
            for process in running.values():
                process.kill()
    if failed:
        raise RuntimeError(
            f"The runs stopped early: see {', '.join(str(folder / name / 'console.txt') for name in failed)}."
        )
    return compare(folder / "base", folder / "ours")


def compare(base: Path, ours: Path) -> list[Comparison]:
    """Compare what two sides left, run by run; a run that the base did not have yet is none of them."""
    seconds = [_seconds(side) for side in (base, ours)]
    comparisons = []
    for name in seconds[0]:
        differences, step = differ(base / name, ours / name)
        comparisons.append(
            Comparison(name, tuple(differences), step, tuple(side.get(name, "–") for side in seconds))
        )
    return comparisons


def _seconds(side: Path) -> dict[str, str]:
    with (side / "seconds.csv").open(newline="") as file:
        return dict(csv.reader(file))


def differ(base: Path, ours: Path) -> tuple[list[str], int | None]:
    """What differs between two folders of runs, and the first step that does."""
    if failed := [
        f"{side.parts[-1]}: {_reason(side)}" for side in (base, ours) if (side / "error.txt").exists()
    ]:
        return [f"did not run: {reason}" for reason in failed], None
    files = {file.relative_to(base) for file in base.rglob("trajectory.npz")}
    if not files:
        return ["left no trajectory.npz"], None
    differences, steps = [], []
    for file in sorted(files):
        if not (ours / file).exists():
            differences.append(f"{file} is missing")
            continue
        found, step = arrays(base / file, ours / file)
        inside = "" if len(files) == 1 else f"{file.parent}: "
        differences += [f"{inside}{text}" for text in [*found, *results(base / file, ours / file)]]
        steps += [] if step is None else [step]
    return differences, min(steps, default=None)


def _reason(side: Path) -> str:
    return (side / "error.txt").read_text().splitlines()[-1]


def arrays(base: Path, ours: Path) -> tuple[list[str], int | None]:
    """Which arrays of two trajectories differ, and the first step whose record does."""
    with np.load(base) as before, np.load(ours) as after:
        olds, news = dict(before), dict(after)
    differences, steps = [], []
    for name in sorted(olds.keys() - UNCOMPARED):
        old, new = olds[name], news.get(name)
        if new is None:
            differences.append(f"{name} is missing")
        elif (old.dtype, old.shape) != (new.dtype, new.shape):
            differences.append(
                f"{name} is {new.dtype}{list(new.shape)} instead of {old.dtype}{list(old.shape)}"
            )
        elif old.tobytes() != new.tobytes():  # bytes: a NaN equals itself, and -0.0 is not 0.0
            differences.append(name)
            if old.shape[:1] == olds["steps"].shape:
                steps.append(int(olds["steps"][_first(old, new)]))
    return differences, min(steps, default=None)


def _first(old: np.ndarray, new: np.ndarray) -> int:
    """The first record of which any byte differs."""
    bytes_of_records = [
        np.ascontiguousarray(array).view(np.uint8).reshape(len(array), -1) for array in (old, new)
    ]
    return int(np.argmax((bytes_of_records[0] != bytes_of_records[1]).any(axis=1)))


def results(base: Path, ours: Path) -> list[str]:
    """Which results differ that the base has beside its trajectory."""
    files = [trajectory.with_name("results.json") for trajectory in (base, ours)]
    if not files[0].exists():
        return []
    if not files[1].exists():
        return ["results.json is missing"]
    before, after = (json.loads(file.read_text()) for file in files)
    return [
        f"{name} {json.dumps(value)} → {json.dumps(after.get(name))}"
        for name, value in before.items()
        if name not in UNCOMPARED and (name not in after or after[name] != value)
    ]


def unexpected(comparisons: Sequence[Comparison], expected: Sequence[str] = ()) -> list[Comparison]:
    """The runs that differ although they are not among those that have to."""
    return [one for one in comparisons if one.differences and one.name not in expected]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("base", help="a commit, or the folder of a checkout")
    parser.add_argument("--runs", default="*", help="a pattern of names: 'bounds/*'")
    parser.add_argument("--base-python", default=sys.executable, help="the interpreter of the base")
    parser.add_argument("--keep", type=Path, help="where the runs are left, instead of nowhere")
    parser.add_argument(
        "--expected", type=Path, help="a file of names that have to differ, one a line; # begins a reason"
    )
    arguments = parser.parse_args()
    lines = arguments.expected.read_text().splitlines() if arguments.expected else []
    expected = [name for line in lines if (name := line.partition("#")[0].strip())]
    with tempfile.TemporaryDirectory() as folder:
        kept = (arguments.keep or Path(folder)).absolute()
        comparisons = both(arguments.base, kept, arguments.runs, arguments.base_python)
    print(f"{'run':42} {'base s':>7} {'ours s':>7}")
    print(*comparisons, sep="\n")
    wrong = unexpected(comparisons, expected)
    differing = sum(bool(one.differences) for one in comparisons)
    print(f"{len(comparisons)} runs: {differing} differ, {len(wrong)} of them unexpectedly.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
