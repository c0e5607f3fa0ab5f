"""Runs that are killed or stopped, meet in one folder, or find the disk full: going on loses nothing."""

import os
import random
import signal
import time
from functools import cache

import pytest
from harm import Process, check_same, check_told, command, counting, killed_at, largest_file, state

COMMON = ["steps_per_batch=10", "callbacks.checkpoints.seconds=0", "hydra.run.dir=run", "threads=1"]
RUNS = {
    "picture": ["landscape=turn", "augmentation=shift_noise", "steps=40"],
    "ensemble": ["landscape=rosenbrock", "ensemble.starts={random:3}", "steps=40", "figures=[]"],
    "tuned rate": ["landscape=beale", "optimizer.lr=auto", "steps=60", "figures=[path]"],
    "network": [
        *("landscape=network", "model=mlp", "data=moons", "data.samples=50", "landscape.batch_size=10"),
        *("steps=8", "plane=pca", "plane.resolution=5"),
    ],
    "shapes": [
        *("landscape=shapes", "landscape.shapes=4", "landscape.size=16", "landscape.cohorts=2"),
        *("steps=8", "figures=[loss]"),
    ],
}  # fmt: skip
"""Of a network and of shapes, every step is a chunk with a checkpoint; 8 are more than one epoch."""
EACH = [
    pytest.param("ensemble", 2, id="a few"),
    *(pytest.param(name, None, marks=pytest.mark.slow, id=name) for name in RUNS),
]
"""Runs, and how many of the cases are tried: a few of one by `make test`, all by the campaign."""
SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What a run gives to which nothing happens, how many files it renames, and how long it takes."""

    @cache
    def made(name):
        folder = tmp_path_factory.mktemp("whole")
        begun = time.monotonic()
        ended = command(folder, *COMMON, *RUNS[name], harm=counting(folder / "renames"))
        assert ended.status == 0, ended.err
        return state(folder / "run"), len((folder / "renames").read_text()), time.monotonic() - begun

    return made


def check_gone_on(folder, name, wanted):
    """Going on ends with what a run gives to which nothing happened.

    Of a finished run the disk may have refused the last checkpoint, which nobody needs.
    """
    ended = command(folder, *COMMON, *RUNS[name], "resume=true")
    check_told(ended)
    assert ended.status == 0, ended.err
    found = state(folder / "run")
    found["files"] = sorted({*found["files"], "checkpoints/last.ckpt"})
    check_same(found, wanted)


def cases(numbers, few):
    """All, or of `make test` a few that lie evenly."""
    return numbers if few is None else numbers[len(numbers) // 4 :: len(numbers) // few]


@pytest.mark.parametrize(("name", "few"), EACH)
def test_killed_at_a_rename(tried, whole, tmp_path, name, few):
    wanted, renames, _ = whole(name)
    assert renames > 8
    for number, after in cases([(number, after) for number in range(renames) for after in (0, 1)], few):
        with tried("killed at a rename", f"{name}, rename {number}, {'after' if after else 'before'}"):
            folder = tmp_path / f"{number}{after}"
            folder.mkdir()
            ended = command(folder, *COMMON, *RUNS[name], harm=killed_at(number, after=bool(after)))
            assert ended.status == -signal.SIGKILL, ended
            check_gone_on(folder, name, wanted)


@pytest.mark.parametrize(("name", "few"), EACH)
def test_stopped_at_any_time(tried, whole, tmp_path, name, few):
    wanted, _, seconds = whole(name)
    source = random.Random(0)
    for case in range(few or 16):
        number, moment = SIGNALS[case % 4], source.uniform(0, 1.1 * seconds)
        with tried(f"stopped by {number.name}", f"{name} after {moment:.3f} s"):
            folder = tmp_path / str(case)
            folder.mkdir()
            process = Process(folder, *COMMON, *RUNS[name])
            time.sleep(moment)
            os.kill(process.pid, number)
            ended = process.wait()
            if number != signal.SIGKILL:
                assert ended.status in (0, 128 + number), ended
                check_told(ended)
            check_gone_on(folder, name, wanted)


@pytest.mark.parametrize(("name", "few"), EACH)
def test_the_disk_is_full(tried, whole, tmp_path, name, few):
    wanted, *_ = whole(name)
    sizes = [500, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 50_000, 10**6]
    for size in cases(sizes, few):
        with tried("a full disk", f"{name}, {size} bytes"):
            folder = tmp_path / str(size)
            folder.mkdir()
            ended = command(folder, *COMMON, *RUNS[name], harm=largest_file(size))
            check_told(ended, lines=3)
            assert ended.status in (0, 1)
            assert ended.status == 0 or "File too large" in ended.err or "Cannot write" in ended.err
            if ended.status == 0:
                assert state(folder / "run")["results"] == wanted["results"]
            check_gone_on(folder, name, wanted)


@pytest.mark.parametrize(("name", "few"), EACH)
def test_two_processes_in_one_folder(tried, whole, tmp_path, name, few):
    wanted, _, seconds = whole(name)
    source = random.Random(0)
    for case in range(5 if few is None else 1):
        pause = source.uniform(0, seconds)
        with tried("two processes", f"{name}, {pause:.3f} s apart"):
            folder = tmp_path / str(case)
            folder.mkdir()
            first = Process(folder, *COMMON, *RUNS[name])
            time.sleep(pause)
            second = command(folder, *COMMON, *RUNS[name], "resume=true")
            both = (first.wait(), second)
            assert 0 in [ended.status for ended in both], both
            for ended in both:
                check_told(ended)
                assert ended.status == 0 or "belongs to another running process" in ended.err
            check_same(state(folder / "run"), wanted)
