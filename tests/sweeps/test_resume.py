"""A sweep that was stopped: what is there is kept, the rest is run, and all is as if nothing had happened."""

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sweeping import leaderboard, process

QUICK = ["landscape=turn", "steps=20", "callbacks=none", "logger=none", "hydra.sweep.dir=sweep"]
NOISY = [
    "optimizer=adam,lion,sgd,rmsprop",
    "seed=0,1,2",
    "augmentation=shift_noise",
    "steps=1000",
    "steps_per_batch=50",
]
OFTEN = ["callbacks.checkpoints.seconds=0", "logger=none"]


def states(sweep: Path) -> dict[str, tuple[int, str]]:
    """When each job's results were written, and what they are."""
    files = sweep.glob("*/results.json")
    return {path.parent.name: (path.stat().st_mtime_ns, path.read_text()) for path in files}


def test_resumed_sweep_runs_only_what_is_missing(command_line, tmp_path):
    command_line("-m", *QUICK, "optimizer=adam,lion", "seed=0,1")
    whole, before = leaderboard(tmp_path / "sweep"), states(tmp_path / "sweep")
    (tmp_path / "sweep" / "2_turn_lion" / "results.json").unlink()
    status, written = command_line("sweep.resume=sweep")
    after = states(tmp_path / "sweep")
    assert status == 0
    assert "3 of 4 jobs have results already." in written.err
    assert {name for name in after if after[name] != before[name]} == {"2_turn_lion"}
    assert leaderboard(tmp_path / "sweep") == whole


def test_same_command_with_resume_finds_the_last_sweep_of_it(command_line, tmp_path):
    settings = ["landscape=turn", "steps=20", "callbacks=none", "logger=none", "seed=0,1"]
    _, written = command_line("-m", *settings)
    folder = written.out.splitlines()[-1]
    time.sleep(1.1)  # a sweep's folder is named by the second
    command_line("-m", *settings, "optimizer=lion")
    before = states(Path(folder))
    status, written = command_line("-m", *settings, "resume=true")
    assert status == 0
    assert f"Going on with {Path(folder).relative_to(tmp_path)}" in written.err
    assert written.out.splitlines()[-1] == folder
    assert states(Path(folder)) == before
    _, written = command_line("-m", *settings, "optimizer=sgd", "resume=true")
    assert "a new one begins" in written.err


@pytest.mark.parametrize("subdir", [[], ["hydra.sweep.subdir=${hydra.job.override_dirname}"]])
def test_overrides_stay_as_they_were_typed(command_line, tmp_path, monkeypatch, subdir):
    """An interpolation means in a resumed sweep what it meant before, and no file says what it stands for."""
    monkeypatch.setenv("SECRET", "0.0123456789")
    typed = ["optimizer.eps=${optimizer.lr}", 'optimizer.weight_decay="${oc.decode:${oc.env:SECRET}}"']
    command_line("-m", *QUICK, "optimizer=adam", "optimizer.lr=0.02,0.03", *typed, *subdir)
    before = states(tmp_path / "sweep")
    status, written = command_line("sweep.resume=sweep", "trust=true")  # it looks at the environment
    assert status == 0
    assert len(before) == 2
    assert "2 of 2 jobs have results already." in written.err
    assert states(tmp_path / "sweep") == before
    for path in (tmp_path / "sweep").rglob("*"):
        assert "0123456789" not in path.name
        assert path.suffix not in {".yaml", ".txt"} or "0123456789" not in path.read_text(), path


def test_jobs_are_known_by_their_configuration_not_by_their_number(command_line, tmp_path):
    command_line("-m", *QUICK, "optimizer=adam,lion")
    before = states(tmp_path / "sweep")
    status, _ = command_line("sweep.resume=sweep", "optimizer=sgd,lion,adam")
    after = states(tmp_path / "sweep")
    assert status == 0
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"2_turn_sgd"}
    hashes = [row["config_hash"] for row in leaderboard(tmp_path / "sweep")]
    assert len(hashes) == len(set(hashes)) == 3


def test_failed_job_is_tried_again_and_a_diverged_one_is_not(command_line, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "moody.py").write_text(
        "import pathlib, torch\n\n\nclass Moody(torch.optim.SGD):\n    def step(self, closure=None):\n"
        "        if not pathlib.Path('better').exists():\n            raise RuntimeError('not today')\n"
        "        return super().step(closure)\n"
    )
    command_line("-m", *QUICK, "optimizer._target_=moody.Moody,torch.optim.SGD", "optimizer.lr=1e38,0.001")
    assert [row["status"] for row in leaderboard(tmp_path / "sweep")].count("failed") == 2
    (tmp_path / "better").touch()
    before = states(tmp_path / "sweep")
    status, written = command_line("sweep.resume=sweep")
    assert status == 1
    assert "sweep asks for `moody.Moody`" in written.err
    assert states(tmp_path / "sweep") == before
    command_line("sweep.resume=sweep", "trust=true")
    after = states(tmp_path / "sweep")
    assert {name for name in after if after[name] != before[name]} == {"0_turn_Moody", "1_turn_Moody"}
    assert {row["status"] for row in leaderboard(tmp_path / "sweep")} == {"completed", "diverged"}


@pytest.mark.parametrize("left", ["", "steps: 20\nlandsc"])
def test_folder_of_a_job_that_had_hardly_begun_is_taken_up(command_line, tmp_path, left):
    command_line("-m", *QUICK, "seed=0,1,2")
    whole = leaderboard(tmp_path / "sweep")
    begun = tmp_path / "sweep" / "1_turn_adam"
    for path in sorted(begun.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    if left:
        (begun / ".hydra").mkdir()
        (begun / ".hydra" / "config.yaml").write_text(left)
    status, _ = command_line("sweep.resume=sweep")
    assert status == 0
    assert leaderboard(tmp_path / "sweep") == whole


def test_finished_run_with_resume_returns_its_results(lab, capsys):
    first = lab("landscape=turn", "steps=20")
    written = (first.folder / "results.json").stat().st_mtime_ns
    again = lab("landscape=turn", "steps=20", "resume=true")
    assert again.metrics == first.metrics
    assert (again.trajectory.points == first.trajectory.points).all()
    assert (first.folder / "results.json").stat().st_mtime_ns == written
    assert "is complete: these are its results." in capsys.readouterr().err
    assert lab("landscape=turn", "steps=30", "resume=true").metrics["steps"] == 30


@pytest.mark.parametrize(
    ("content", "told"), [(None, "There is no sweep in sweep"), ("hydra: [", "cannot be read")]
)
def test_folder_without_a_sweep_is_told_in_one_line(command_line, tmp_path, content, told):
    if content is not None:
        (tmp_path / "sweep").mkdir()
        (tmp_path / "sweep" / "multirun.yaml").write_text(content)
    status, written = command_line("sweep.resume=sweep")
    assert status == 1
    assert told in written.err
    assert written.err.count("\n") == 1


def wait_for(sweep: Path, number: int, running: subprocess.Popen, seconds: float = 60.0) -> None:
    """Wait until the sweep has begun and so many jobs have results."""
    end = time.monotonic() + seconds

    def early() -> bool:
        return not (sweep / "multirun.yaml").exists() or len(states(sweep)) < number

    while early() and running.poll() is None and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    "launcher", [[], ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]], ids=["basic", "joblib"]
)
@pytest.mark.parametrize("moment", [0, 3, 7])
def test_killed_sweep_ends_like_an_uninterrupted_one(tmp_path, launcher, moment):
    command = ["-m", *NOISY, *OFTEN, *launcher]
    _, error = (whole := process(tmp_path, *command, "hydra.sweep.dir=whole")).communicate(timeout=300)
    assert whole.returncode == 0, error
    running = process(tmp_path, *command, "hydra.sweep.dir=sweep")
    wait_for(tmp_path / "sweep", moment, running)
    time.sleep(0.3)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    before = states(tmp_path / "sweep")
    assert moment <= len(before) < 12
    assert all(json.loads(text)["status"] == "completed" for _, text in before.values())
    _, error = (again := process(tmp_path, "sweep.resume=sweep")).communicate(timeout=300)
    assert again.returncode == 0, error
    after = states(tmp_path / "sweep")
    assert {name: after[name] for name in before} == before
    assert len(after) == 12
    assert leaderboard(tmp_path / "sweep") == leaderboard(tmp_path / "whole")


@pytest.mark.slow
def test_interrupt_tells_how_to_go_on_and_keeps_what_is_there(tmp_path):
    running = process(tmp_path, "-m", *NOISY, *OFTEN, "hydra.sweep.dir=sweep")
    wait_for(tmp_path / "sweep", 2, running)
    os.killpg(running.pid, signal.SIGINT)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "of 12 jobs. Go on with: python -m landscape_lab sweep.resume=sweep" in error
    assert "Traceback" not in error
    before = states(tmp_path / "sweep")
    assert len(before) >= 2
    again = process(tmp_path, "sweep.resume=sweep")
    again.communicate(timeout=300)
    assert again.returncode == 0
    assert {name: states(tmp_path / "sweep")[name] for name in before} == before


@pytest.mark.slow
def test_killed_worker_ends_the_sweep_in_one_line_and_it_goes_on(tmp_path):
    command = [
        "-m",
        *NOISY,
        *OFTEN,
        "hydra.sweep.dir=sweep",
        "hydra/launcher=joblib",
        "hydra.launcher.n_jobs=2",
    ]
    running = process(tmp_path, *command)
    wait_for(tmp_path / "sweep", 2, running)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    workers = [
        child for child in children if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    os.kill(int(workers[0]), signal.SIGKILL)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Go on with: python -m landscape_lab sweep.resume=sweep" in error
    assert "Traceback" not in error
    again = process(tmp_path, "sweep.resume=sweep")
    again.communicate(timeout=300)
    assert again.returncode == 0
    assert len(leaderboard(tmp_path / "sweep")) == 12


@pytest.mark.slow
def test_full_disk_leaves_nothing_half_written(tmp_path):
    def small_files() -> None:
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (12_000, 12_000)
        )  # trajectories are larger, results are not
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    quick = [
        "landscape=turn",
        "logger=none",
        "callbacks=none",
        "hydra.sweep.dir=sweep",
        "steps=20,3000,30",
        "optimizer=lion",
        "augmentation=shift_noise",
    ]
    running = process(tmp_path, "-m", *quick, preexec_fn=small_files)
    _, error = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "Traceback" not in error
    results = {name: json.loads(text)["status"] for name, (_, text) in states(tmp_path / "sweep").items()}
    assert results == {"0_turn_lion": "completed", "1_turn_lion": "failed", "2_turn_lion": "completed"}
    assert not (tmp_path / "sweep" / "1_turn_lion" / "trajectory.npz").exists()
    again = process(tmp_path, "sweep.resume=sweep")
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert {row["status"] for row in leaderboard(tmp_path / "sweep")} == {"completed"}
