"""Twelve short runs and where they end: numbers that no change of the code may move.

`golden.txt` says what each run gives: its last point and loss (of members their means) and how often the
loss was called. Where a number has to move because the old one was wrong, the failing test prints the new
line, and the commit says why.
"""

from pathlib import Path

import pytest

STEPS = 60
LINES = Path(__file__).with_name("golden.txt").read_text().splitlines()[1:]


@pytest.mark.parametrize("line", [pytest.param(line, id=line.split()[0]) for line in LINES])
def test_run_ends_where_it_always_did(lab, line):
    name, x, y, loss, evaluations, *overrides = line.split()
    result = lab(*overrides, f"steps={STEPS}", "figures=[]")
    end = [*result.trajectory.points[-1].mean(axis=0).tolist(), float(result.trajectory.losses[-1].mean())]
    columns = [f"{name:15}", *(f"{number:<11.7g}" for number in end), f"{result.metrics['evaluations']:<12}"]
    wanted = "golden.txt wants this line:\n" + " ".join([*columns, *overrides])
    # moving the start by its last bit moves these ends by less: other processors may round otherwise
    assert end == pytest.approx([float(x), float(y), float(loss)], rel=1e-5, abs=2e-6), wanted
    assert result.metrics["evaluations"] == int(evaluations), wanted
