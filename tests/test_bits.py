"""Two checkouts are compared bit by bit, and the comparison sees what differs.

`BITS_BASE=COMMIT pytest -m slow tests/test_bits.py` compares this checkout with an earlier one;
`BITS_BASE_PYTHON` is the interpreter of that one, `BITS_RUNS` a pattern of the runs.
"""

import json
import os
import sys

import bits
import numpy as np
import pytest

STEPS = np.array([0, 2, 4, 5])


@pytest.mark.slow
@pytest.mark.skipif("BITS_BASE" not in os.environ, reason="BITS_BASE names no commit to compare with")
def test_runs_give_the_bits_of_the_base(tmp_path):
    python, runs = os.environ.get("BITS_BASE_PYTHON", sys.executable), os.environ.get("BITS_RUNS", "*")
    comparisons = bits.both(os.environ["BITS_BASE"], tmp_path, runs, python)
    assert len(comparisons) > (300 if runs == "*" else 0)
    wrong = bits.unexpected(comparisons)
    assert not wrong, "\n" + "\n".join(map(str, wrong))


def side(folder, changes=(), results=None):
    """A side with one run, whose arrays and results are changed."""
    run = folder / "spiral" / "adam"
    run.mkdir(parents=True)
    arrays = {
        "steps": STEPS,
        "points": np.full((4, 1, 2), np.nan, np.float32),
        "losses": np.zeros((4, 1), np.float32),
    }
    np.savez(run / "trajectory.npz", **arrays | dict(changes))
    (run / "results.json").write_text(
        json.dumps({"final_loss": 0.0, "seconds": 1.0, "status": "completed"} | (results or {}))
    )
    (folder / "seconds.csv").write_text("spiral/adam,0.5\n")
    return folder


def changed(record, value):
    losses = np.zeros((4, 1), np.float32)
    losses[record] = value
    return losses


@pytest.mark.parametrize(
    ("changes", "results", "differences", "step"),
    [
        ({}, {"seconds": 2.0, "ended_by": None}, [], None),
        ({"further": np.zeros(3)}, None, [], None),
        ({"losses": changed(2, 1e-45)}, None, ["losses"], 4),
        ({"losses": changed(1, -0.0)}, None, ["losses"], 2),
        ({"losses": np.zeros((4, 1))}, None, ["losses is float64[4, 1] instead of float32[4, 1]"], None),
        (
            {"losses": np.zeros((3, 1), np.float32)},
            None,
            ["losses is float32[3, 1] instead of float32[4, 1]"],
            None,
        ),
        ({}, {"status": "stopped"}, ['status "completed" → "stopped"'], None),
    ],
)
def test_comparison_sees_what_differs(tmp_path, changes, results, differences, step):
    (found,) = bits.compare(side(tmp_path / "base"), side(tmp_path / "ours", changes, results))
    assert list(found.differences) == differences
    assert found.step == step


def test_run_that_is_missing_or_failed_is_no_equal_one(tmp_path):
    base, ours = side(tmp_path / "base"), side(tmp_path / "ours")
    (ours / "spiral" / "adam" / "trajectory.npz").unlink()
    (found,) = bits.compare(base, ours)
    assert found.differences == ("trajectory.npz is missing",)
    (ours / "spiral" / "adam" / "error.txt").write_text("Traceback\nValueError: no")
    (found,) = bits.compare(base, ours)
    assert found.differences == ("did not run: adam: ValueError: no",)
    assert bits.unexpected([found]) == [found]
    assert bits.unexpected([found], ["spiral/adam"]) == []
