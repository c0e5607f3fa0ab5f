"""A descent ends when it has spent its seconds."""

import json

import numpy as np
import pytest

from landscape_lab.callbacks import Budget
from landscape_lab.trajectory import Trajectory

BUDGET = ("callbacks=budget", "logger=none", "landscape=sphere", "steps_per_batch=10")


def test_a_budget_ends_a_descent_and_says_so(lab, tmp_path):
    run = lab(*BUDGET, "callbacks.budget.seconds=0.02", "steps=100000", quiet=False)
    told = json.loads((tmp_path / "run" / "results.json").read_text())
    assert told["status"] == "stopped"
    assert told["ended_by"] == "callbacks.budget, after 0.02 s as asked"
    assert told["steps"] < 100_000
    assert told["steps"] % 10 == 0
    steps, spent = zip(*run.trajectory.clock.moments, strict=True)
    assert steps[-1] == told["steps"]
    assert spent[-2] < 0.02 <= spent[-1]
    assert (np.diff(spent) > 0).all()
    kept = Trajectory.load(tmp_path / "run" / "trajectory.npz")
    assert kept.clock.moments == run.trajectory.clock.moments


@pytest.mark.parametrize("seconds", ["null", "1000"])
def test_a_budget_that_is_not_spent_ends_nothing(lab, seconds):
    run = lab(*BUDGET, f"callbacks.budget.seconds={seconds}", "steps=30", quiet=False)
    assert run.metrics["status"] == "completed"
    assert run.trajectory.clock.moments[-1][0] == 30


def test_what_was_spent_is_part_of_a_checkpoint():
    budget, again = Budget(5.0), Budget(5.0)
    budget.clock.read(10, 2.5)
    again.load_state_dict(budget.state_dict())
    assert again.clock.moments == [(0, 0.0), (10, 2.5)]


def test_a_budget_is_positive():
    with pytest.raises(ValueError, match="Parameter `seconds` should be positive"):
        Budget(0.0)
