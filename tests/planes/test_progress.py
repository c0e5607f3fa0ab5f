"""Lines about a grid: none at once, the first soon, then seldom."""

import pytest

from landscape_lab.planes import progress
from landscape_lab.planes.progress import Progress


def test_lines_come_more_and_more_seldom(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    lines, moments = [], []
    told = Progress(lambda line: (lines.append(line), moments.append(now[0] - 100.0)), most=1000)
    for second in range(1, 301):
        now[0] = 100.0 + second
        told(100 + 2 * second, 2 * second)
    assert moments == [5.0, 10.0, 20.0, 40.0, 80.0, 140.0, 200.0, 260.0]
    assert lines[0] == "The grid has 110 of at most 1,000 losses, 2 a second; at most 7.4 min are left."


def test_nothing_is_said_to_nobody_or_where_all_was_known(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    nobody, known = Progress(None, 10), Progress(lambda line: 1 / 0, 10)
    now[0] += 1000.0  # a line would be due
    nobody(5, 5)
    known(5, 0)
    with pytest.raises(ZeroDivisionError):
        known(5, 5)
