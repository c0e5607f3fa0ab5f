"""Evenly spaced records, in memory and in a file."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from landscape_lab.records.point_file import FileColumn
from landscape_lab.records.series import Series, spacing_for


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 200), st.integers(2, 17), st.integers(1, 31))
def test_a_series_keeps_the_multiples_of_the_smallest_spacing_that_fits(total, records, pieces):
    series = Series(records)
    for first in range(0, total, pieces):
        steps = torch.arange(first, min(first + pieces, total))
        series.extend(steps, double=2 * steps)
    spacing = 1
    while -(-total // spacing) > records:
        spacing *= 2
    assert series.steps.tolist() == list(range(0, total, spacing))
    assert series.values("double").tolist() == list(range(0, 2 * total, 2 * spacing))
    assert all(series.wants(step) for step in series.steps.tolist())


@given(st.integers(1, 10_000), st.integers(1, 300))
def test_a_spacing_for_a_known_length_never_thins(steps, records):
    spacing = spacing_for(steps, records)
    assert len(range(0, steps, spacing)) <= records
    assert spacing == 1 or len(range(0, steps, spacing - 1)) > records


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 60), st.integers(2, 9), st.integers(0, 59))
def test_a_file_holds_what_memory_would_and_slots_are_taken_again(tmp_path_factory, total, records, saved):
    path = tmp_path_factory.mktemp("points") / "points.f16"
    file, memory = Series(records, columns={"points": FileColumn(path)}), Series(records)
    at_checkpoint = None
    for step in range(total):
        point = torch.tensor([[[1e3 + step, -0.5 * step, 0.25]]])  # the offsets are exact in half precision
        for series in (file, memory):
            series.extend(torch.tensor([step]), points=point)
        if step == saved:
            at_checkpoint = file.state_dict(), memory.values("points").clone()
    column = file.columns["points"]
    np.testing.assert_array_equal(column.values, memory.values("points"))
    assert path.stat().st_size <= 2 * (records + 1) * 3 * 2
    if at_checkpoint is not None:  # what a checkpoint tells of is still there
        state, expected = at_checkpoint
        resumed = FileColumn(path)
        resumed.load_state_dict(state["columns"]["points"])
        np.testing.assert_array_equal(resumed.values, expected)


def test_a_column_in_a_file_reads_only_what_is_asked_for(tmp_path):
    column = FileColumn(tmp_path / "points.f16")
    points = torch.arange(5 * 2 * 7, dtype=torch.float32).view(5, 2, 7)
    column.append(points)
    for index in (
        np.s_[2],
        np.s_[1:4],
        np.s_[:, 1],
        np.s_[:, :, 3:5],
        np.s_[-1, 0, 2],
        np.s_[[4, 0], :, 1:],
        np.s_[..., 2:5],
        np.s_[1, ..., 0],
    ):
        np.testing.assert_array_equal(column.values[index], points.numpy()[index])
    assert column.values.shape == (5, 2, 7)


def test_a_number_of_records_is_checked():
    with pytest.raises(
        ValueError, match=r"Parameter `records` should be a positive whole number. Found `records = 0`"
    ):
        Series(0)
