"""Large points: in memory or in a file, the end point beside them."""

import numpy as np
import pytest
import torch

from landscape_lab.records.large_points import LargePoints

SIZE = 4 * 2 * 30
"""The bytes of a point of two members of 30 numbers."""


def kept(total, to, monkeypatch, *, memory=10):
    """The points 3 s of `total` steps, with memory for some of them."""
    monkeypatch.setattr("landscape_lab.records.large_points.MEMORY", memory * SIZE)
    monkeypatch.setattr("landscape_lab.records.large_points.ENOUGH", 20)
    large = LargePoints.of_size(SIZE, records=50, steps=total, to=to)
    steps = torch.arange(total)
    points = 3.0 * steps.view(-1, 1, 1).expand(-1, 2, 30)
    large.extend(steps, points, (steps - 17.0).square().unsqueeze(-1).expand(-1, 2))
    return large


@pytest.mark.parametrize(
    ("to", "memory", "spacing"), [(None, 10, 4), ("points.f16", 10, 2), ("points.f16", 20, 2)]
)
def test_they_go_to_a_file_where_memory_holds_too_few(tmp_path, monkeypatch, to, memory, spacing):
    large = kept(40, to and tmp_path / to, monkeypatch, memory=memory)
    assert (large.file is not None) == (to is not None and memory < 20)
    assert large.steps.tolist() == list(range(0, 40, spacing))
    np.testing.assert_array_equal(large.points[:, 1, 7], 3.0 * large.steps)
    assert int(large.best["steps"]) == (16 if spacing in (2, 4) else 17)


@pytest.mark.parametrize("to", [None, "points.f16"])
def test_the_end_point_is_the_last_until_the_descent_goes_on(tmp_path, monkeypatch, to):
    large = kept(40, to and tmp_path / to, monkeypatch)
    before = len(large.steps)
    for step in (40, 41):  # the second end replaces the first
        large.end(step, torch.full((2, 30), 3.0 * step))
        assert len(large.points) == len(large.steps) == before + 1
        assert large.points[-1, 0, 0] == 3.0 * large.steps[-1] == 3.0 * step
    large.reopen()
    assert len(large.points) == len(large.steps) == before
