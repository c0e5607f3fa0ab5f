"""What the terminal tells of a run."""

from pathlib import Path

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
