"""What the terminal tells of a run."""

from pathlib import Path

import numpy as np
import torch

from landscape_lab import Trajectory
from landscape_lab.lab import Result
from landscape_lab.summary import print_summary

METRICS = {
    "landscape": "spiral",
    "optimizer": "adam",
    "status": "stopped",
    "steps": 12345,
    "evaluations": 12345,
    "steps_per_second": None,
    "final_loss": 0.123456789,
    "best_loss": None,
    "ended_by": "a callback, after step 12345",
    "best_lr": None,
}


def test_the_last_line_is_the_folder_and_numbers_are_short(capsys):
    trajectory = Trajectory(records=2)
    for step in range(5):
        trajectory.append(step, torch.zeros(1, 2), torch.zeros(1), step)
    print_summary(Result(trajectory, METRICS, Path("outputs/[bold]/x")))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "outputs/[bold]/x"
    told = dict(line.strip().split("  ", 1) for line in lines[:-1])
    assert told["steps"].strip() == "12,345"
    assert told["final loss"].strip() == "0.123457"
    assert told["ended by"].strip() == "a callback, after step 12345"
    assert told["recorded"].strip() == "every 4 steps, 2 in all"
    assert "best lr" not in told


def told_of(capsys, own, **metrics):
    """The lines of a run whose members have these numbers of their own, by their names."""
    size = 1 if own is None else len(next(iter(own.values())))
    trajectory = Trajectory(members=own)
    trajectory.append(0, torch.zeros(size, 2), torch.zeros(size), 0)
    print_summary(Result(trajectory, METRICS | metrics, Path("x")))
    lines = capsys.readouterr().out.splitlines()[:-1]
    return {name: value.strip() for name, value in (line.strip().split("  ", 1) for line in lines)}


def test_losses_of_many_members_are_called_what_they_are(capsys):
    rates = np.array([0.1, 1.0])
    assert "final loss at the best lr" in told_of(capsys, {"lr": rates}, members=2, best_lr=1.0)
    told = told_of(capsys, {"lr": np.repeat(rates, 2)}, members=4, best_lr=1.0)
    assert {"median final loss at the best lr", "median best loss at the best lr"} <= set(told)
    assert "median final loss" in told_of(capsys, {"seed": np.array([0, 1])}, members=2)


def test_a_loss_that_is_not_there_is_a_dash_and_an_early_end_is_told(capsys):
    told = told_of(capsys, None, final_loss=None, converged_after=19)
    assert told["final loss"] == told["best loss"] == "–"
    assert told["converged after"] == "19 steps"
