"""The order of jobs."""

import json

import pytest

from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.tables import short


def sweep(folder, **jobs):
    """The folder of a sweep with these results."""
    for number, (name, results) in enumerate(jobs.items()):
        job = folder / f"{number}_{name}"
        job.mkdir()
        (job / "results.json").write_text(json.dumps({"objective": "final_loss"} | results))
    return folder


def test_jobs_that_stopped_as_planned_are_ranked_with_those_that_completed(tmp_path):
    board = Leaderboard.of(
        sweep(
            tmp_path,
            worse={"status": "completed", "final_loss": 2.0},
            failed={"status": "failed", "error": "no"},
            best={"status": "stopped", "final_loss": 1.0},
            pruned={"status": "pruned", "final_loss": 0.5, "steps": 7},
            diverged={"status": "diverged", "final_loss": None, "steps": 3},
            nothing={"status": "completed", "final_loss": None},
        )
    )
    assert [job.name[2:] for job in board.jobs] == [
        "best",
        "worse",
        "nothing",
        "pruned",
        "diverged",
        "failed",
    ]
    assert board.ranked == 2
    assert [job.name for job in board.best] == ["2_best"]
    assert [job.reason for job in board.jobs[3:]] == ["pruned in step 7", "diverged in step 3", "failed: no"]


def test_of_several_objectives_all_are_best_that_nothing_beats(tmp_path):
    results = {"a": (1.0, 9.0), "b": (2.0, 3.0), "c": (2.0, 4.0), "d": (3.0, 1.0)}
    values = {
        name: {
            "status": "completed",
            "objective": ["final_loss", "seconds"],
            "final_loss": loss,
            "seconds": time,
        }
        for name, (loss, time) in results.items()
    }
    assert [job.name[2:] for job in Leaderboard.of(sweep(tmp_path, **values)).best] == ["a", "b", "d"]


def test_a_folder_without_jobs_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="There are no jobs in"):
        Leaderboard.of(tmp_path)


def test_numbers_are_shortened_also_within_words():
    assert short("lr 0.1234567, betas [0.9,0.99999]") == "lr 0.1235, betas [0.9,1]"
