"""The same sweep under every launcher: the same bits."""

from pathlib import Path

import numpy as np
import pytest
from sweeping import leaderboard, process

SWEEP = ["-m", "optimizer=adam,lion", "seed=0,1", "augmentation=shift_noise", "steps=100", "logger=none"]


def launch(folder: Path, name: str, *settings: str) -> Path:
    running = process(folder, *SWEEP, f"hydra.sweep.dir={name}", *settings)
    _, error = running.communicate(timeout=400)
    assert running.returncode == 0, error
    return folder / name


@pytest.mark.parametrize(
    ("launcher", "plugin"),
    [
        pytest.param("joblib", "hydra_joblib_launcher", marks=pytest.mark.slow),
        pytest.param(
            "submitit_local", "hydra_submitit_launcher", marks=[pytest.mark.slow, pytest.mark.launcher]
        ),
    ],
)
def test_launcher_gives_the_bits_of_the_basic_one(tmp_path, launcher, plugin):
    pytest.importorskip(f"hydra_plugins.{plugin}")
    basic = launch(tmp_path, "basic")
    other = launch(tmp_path, launcher, f"hydra/launcher={launcher}")
    assert leaderboard(other) == leaderboard(basic)
    jobs = sorted(basic.glob("*/trajectory.npz"))
    assert len(jobs) == 4
    for job in jobs:
        with np.load(job) as ours, np.load(other / job.parent.name / job.name) as theirs:
            for name in set(ours.files) - {"clock_seconds"}:
                np.testing.assert_array_equal(ours[name], theirs[name])
