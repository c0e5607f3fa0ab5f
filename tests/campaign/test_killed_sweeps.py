"""Sweeps that are killed, or whose workers are: going on loses nothing and runs nothing twice."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from harm import FORGOTTEN, Process, check_told, command, counting, killed_at
from sweeping import leaderboard

from landscape_lab.files.writing import PREFIX

QUIET = ["logger=none", "threads=1", "steps_per_batch=10", "hydra.sweep.dir=sweep"]
STUDY = ["sweep=optuna", "landscape=turn", "steps=10", "optimizer.lr=tag(log,interval(1e-3,1))"]
SWEEPS = {
    "grid": ["landscape=turn", "optimizer=adam,sgd", "seed=0,1", "steps=20"],
    "networks": [
        *("landscape=network", "model=mlp", "data=moons", "data.samples=50", "landscape.batch_size=10"),
        *("optimizer=adam,sgd", "steps=20"),
    ],
    "study in SQLite": [*STUDY, "sweep.n_trials=3"],
    "study in a journal": [*STUDY, "sweep.n_trials=3", "sweep.storage=journal"],
    "shapes": [
        *("landscape=shapes", "landscape.shapes=4", "landscape.size=16", "optimizer=adam,sgd", "steps=20"),
    ],
}
EACH = [
    pytest.param("grid", 1, id="a few"),
    *(pytest.param(name, None, marks=pytest.mark.slow, id=name) for name in SWEEPS),
]


def board(folder: Path) -> list[dict[str, str]]:
    """The leaderboard without names of folders and trials, which differ where a trial was repeated."""
    return sorted(
        ({key: value for key, value in row.items() if key != "job"} for row in leaderboard(folder)), key=str
    )


def check_whole(folder: Path, name: str, wanted: list[dict[str, str]]) -> None:
    """The sweep went on to its end: all has results, nothing is half written, and no trial is left."""
    found = board(folder)
    if "study" in name:
        done = [row for row in found if row["final_loss"]]
        assert len(done) >= 3, found
        assert all(path.stat().st_size for path in folder.glob("*/results.json"))
    else:
        assert found == wanted
    if (folder / "study.db").exists():
        with sqlite3.connect(folder / "study.db") as database:
            ((left,),) = database.execute("select count(*) from trials where state = 'RUNNING'")
        assert left == 0
    hidden = [path for path in folder.rglob(f"{PREFIX}*") if not path.name.startswith(FORGOTTEN)]
    assert not hidden


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What a sweep gives to which nothing happens, how many files it renames, and how long it takes."""

    @cache
    def made(name):
        folder, begun = tmp_path_factory.mktemp("whole"), time.monotonic()
        ended = command(folder, "-m", *QUIET, *SWEEPS[name], harm=counting(folder / "renames"))
        assert ended.status == 0, ended.err
        seconds = time.monotonic() - begun
        return board(folder / "sweep"), len((folder / "renames").read_text()), seconds

    return made


@pytest.mark.parametrize(("name", "few"), EACH)
def test_a_sweep_killed_at_renames_again_and_again(tried, whole, tmp_path, name, few):
    wanted, renames, _ = whole(name)
    source = random.Random(0)
    for case in range(few or 4):
        numbers = [source.randrange(renames) for _ in range(1 if few else 3)]
        with tried("a sweep killed at renames", f"{name}, {numbers}"):
            folder = tmp_path / str(case)
            folder.mkdir()
            words = ["-m", *QUIET, *SWEEPS[name]]
            for number in numbers:
                command(folder, *words, harm=killed_at(number, after=source.random() < 0.5))
                if (folder / "sweep" / "multirun.yaml").is_file():
                    words = ["sweep.resume=sweep"]
            ended = command(folder, *words)
            check_told(ended, lines=3)
            assert ended.status == 0, ended.err
            check_whole(folder / "sweep", name, wanted)


@pytest.mark.slow
@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_stopped_at_any_time(tried, whole, tmp_path, name):
    wanted, _, seconds = whole(name)
    source = random.Random(1)
    for case in range(4):
        number, moment = source.choice([signal.SIGTERM, signal.SIGINT]), source.uniform(0, seconds)
        with tried("a sweep stopped by a signal", f"{name}, {number.name} after {moment:.3f} s"):
            folder = tmp_path / str(case)
            folder.mkdir()
            process = Process(folder, "-m", *QUIET, *SWEEPS[name])
            time.sleep(moment)
            os.kill(process.pid, number)
            ended = process.wait()
            assert ended.status in (0, 128 + number), ended
            check_told(ended, lines=3)
            begun = (folder / "sweep" / "multirun.yaml").is_file()
            words = ["sweep.resume=sweep"] if begun else ["-m", *QUIET, *SWEEPS[name]]
            ended = command(folder, *words)
            assert ended.status == 0, ended.err
            check_whole(folder / "sweep", name, wanted)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["grid", "study in SQLite"])
def test_killed_workers(tried, whole, tmp_path, name):
    """Joblib's workers are killed one by one; the sweep ends with a line, and goes on."""
    wanted, *_ = whole(name)
    with tried("killed workers of a sweep", name):
        words = [sys.executable, "-m", "landscape_lab", "-m", *QUIET, *SWEEPS[name], "hydra/launcher=joblib"]
        words += ["hydra.launcher.n_jobs=2", *(["sweep.parallel=2"] if "study" in name else [])]
        sweep = subprocess.Popen(
            words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(600):
            if list(tmp_path.glob("sweep/*/.hydra/config.yaml")) or sweep.poll() is not None:
                break
            time.sleep(0.1)
        for worker in _workers(sweep.pid):
            os.kill(worker, signal.SIGKILL)
        _, told = sweep.communicate(timeout=300)
        assert "Traceback" not in told, told
        ended = command(tmp_path, "sweep.resume=sweep", "hydra/launcher=basic")
        assert ended.status == 0, ended.err
        check_whole(tmp_path / "sweep", name, wanted)


def _workers(pid: int) -> list[int]:
    """The processes that joblib made for a sweep."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    made = b"loky.backend.popen"
    return [int(child) for child in children if made in Path(f"/proc/{child}/cmdline").read_bytes()]
