"""The command line: a run that is stopped says how to go on, and goes on bit for bit."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from landscape_lab.command_line import how_to_go_on
from landscape_lab.descent import Descent
from landscape_lab.process.stopping import Stopped
from landscape_lab.runs import Run
from landscape_lab.trajectory import Trajectory

SETTINGS = ["landscape=turn", "optimizer=adam", "augmentation=shift_noise", "steps=60", "steps_per_batch=20"]


@pytest.mark.parametrize(
    ("folder", "checkpoint", "expected"),
    [
        ("a", True, "Go on with: python -m landscape_lab steps=9 hydra.run.dir=a resume=true"),
        ("a", False, "Begin again with: python -m landscape_lab steps=9 hydra.run.dir=a resume=true"),
        ("my runs", True, "Go on with: python -m landscape_lab steps=9 'hydra.run.dir='\"'\"'my runs"),
    ],
)
def test_the_command_that_goes_on(tmp_path, monkeypatch, folder, checkpoint, expected):
    monkeypatch.chdir(tmp_path)
    run = Run(tmp_path / folder)
    if checkpoint:
        run.checkpoint.parent.mkdir(parents=True)
        run.checkpoint.touch()
    told = how_to_go_on(["steps=9", "resume=false", "hydra.run.dir=elsewhere", "ckpt_path=x"], run)
    assert told.startswith(expected)
    assert shlex.split(told)[-1] == "resume=true"


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def unheard(request):
    """A signal that nobody handles but Python itself."""
    usual = signal.default_int_handler if request.param == signal.SIGINT else signal.SIG_DFL
    before = signal.signal(request.param, usual)
    yield request.param
    assert signal.getsignal(request.param) is usual
    signal.signal(request.param, before)


def test_a_signal_ends_a_run_after_its_chunk(lab, monkeypatch, unheard):
    step = Descent.training_step

    def signalled(self, batch, batch_idx):
        if self.global_step == 20:
            os.kill(os.getpid(), unheard)
        return step(self, batch, batch_idx)

    settings = [*SETTINGS, "callbacks=default", "figures=[]"]
    raised = KeyboardInterrupt if unheard == signal.SIGINT else Stopped
    monkeypatch.setattr(Descent, "training_step", signalled)
    with pytest.raises(raised, match="after 40 of 60 steps"):
        lab(*settings)
    monkeypatch.undo()
    resumed = lab(*settings, "resume=true").trajectory
    whole = lab(*SETTINGS, name="whole").trajectory
    np.testing.assert_array_equal(resumed.points, whole.points)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_told_command_ends_where_the_run_would_have(tmp_path, number):
    def command(*words):
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"}
        words = [sys.executable, "-m", "landscape_lab", *words]
        return subprocess.Popen(words, cwd=tmp_path, env=environment, text=True, stderr=subprocess.PIPE)

    settings = ["augmentation=shift_noise", "steps=20000", "figures=[]"]
    running = command(*settings, "hydra.run.dir=cut")
    while not (tmp_path / "cut" / "hparams.yaml").exists():
        time.sleep(0.1)
    time.sleep(1.0)
    running.send_signal(number)
    _, error = running.communicate(timeout=100)
    assert running.returncode == 128 + number
    (line,) = error.splitlines()
    again = command(*shlex.split(line.partition("landscape_lab ")[2]))
    whole = command(*settings, "hydra.run.dir=whole")
    for process in (again, whole):
        process.communicate(timeout=200)
        assert process.returncode == 0
    ours, theirs = (Trajectory.load(tmp_path / name / "trajectory.npz") for name in ("cut", "whole"))
    np.testing.assert_array_equal(ours.points, theirs.points)
