"""One job of a sweep: what it shares with the others, what it keeps when it fails."""

import json

import pytest
from sweeping import leaderboard

from landscape_lab.sweeps import jobs

QUICK = ["landscape=turn", "steps=20", "callbacks=none", "logger=none", "hydra.sweep.dir=sweep"]


@pytest.fixture
def chosen(monkeypatch):
    """How many threads each timing finds the faster: 2, then 3, then 4, …"""
    numbers = iter(range(2, 100))
    monkeypatch.setattr("landscape_lab.evaluation.faster", lambda work: next(numbers))
    monkeypatch.setattr(jobs, "_THREADS", {})


def threads(sweep):
    """The number of threads of each job."""
    return [json.loads(path.read_text())["threads"] for path in sorted(sweep.glob("*/results.json"))]


def test_all_jobs_of_a_sweep_have_the_threads_of_the_first(command_line, tmp_path, monkeypatch, chosen):
    command_line("-m", *QUICK, "seed=0,1,2")
    assert threads(tmp_path / "sweep") == [2, 2, 2]
    monkeypatch.setattr(jobs, "_THREADS", {})  # another process goes on with it
    command_line("sweep.resume=sweep", "seed=0,1,2,3")
    assert threads(tmp_path / "sweep") == [2, 2, 2, 2]
    command_line("-m", *QUICK[:-1], "hydra.sweep.dir=another", "seed=0,1")
    assert threads(tmp_path / "another") == [3, 3]


def test_the_user_says_how_many_threads_the_jobs_have(command_line, tmp_path, chosen):
    command_line("-m", *QUICK, "seed=0,1", "threads=1")
    assert threads(tmp_path / "sweep") == [1, 1]


def test_what_a_job_raises_and_prints_stays_in_its_folder(command_line, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "talking.py").write_text(
        "import torch\n\n\nclass Talking(torch.optim.SGD):\n    def __init__(self, *args, **settings):\n"
        "        print('here I am')\n        raise RuntimeError('no more')\n"
    )
    done = command_line("-m", *QUICK, "optimizer._target_=torch.optim.SGD,talking.Talking")
    (job,) = tmp_path.glob("sweep/1_*")
    assert "here I am" in (job / "console.txt").read_text()
    assert "here I am" not in done.written.out
    assert "RuntimeError: no more" in (job / "error.txt").read_text()
    assert [line["status"] for line in leaderboard(tmp_path / "sweep")] == ["completed", "failed"]
    told = f"1 job of {tmp_path}/sweep failed or did not end: error.txt in the folder of a job says why."
    assert (done.status, done.written.err) == (1, f"landscape_lab: {told}\n")


def test_a_sweep_says_in_a_line_that_jobs_have_no_results(command_line, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "ending_all.py").write_text("import sys\n\n\ndef fn(x, y):\n    sys.exit(5)\n")
    done = command_line("-m", *QUICK, "landscape=function", "landscape.fn=ending_all.fn", "seed=0,1")
    assert done.status == 1
    assert done.written.err.splitlines()[-1].startswith(f"landscape_lab: 2 jobs of {tmp_path}/sweep failed")
    for job in leaderboard(tmp_path / "sweep"):
        assert "ending_all.py, line 5, ended the program: sys.exit(5)" in job["error"], job


def test_a_job_that_a_callback_stopped_is_ranked_and_left_as_it_is(command_line, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "early.py").write_text(
        "import pytorch_lightning as pl\n\n\nclass Early(pl.Callback):\n"
        "    def on_train_batch_end(self, trainer, *_):\n        trainer.should_stop = True\n"
    )
    early = ["+callbacks.early._target_=early.Early", "steps=500", "steps_per_batch=20"]
    command_line("-m", *QUICK, *early, "optimizer.lr=0.001,0.01")
    before = [(path, path.stat().st_mtime_ns) for path in sorted(tmp_path.glob("sweep/*/results.json"))]
    lines = leaderboard(tmp_path / "sweep")
    assert [line["status"] for line in lines] == ["stopped", "stopped"]
    assert [line["rank"] for line in lines] == ["1", "2"]
    done = command_line("sweep.resume=sweep", "trust=true")
    assert "2 of 2 jobs have results already" in done.written.err
    assert before == [(path, path.stat().st_mtime_ns) for path, _ in before]
