"""Points in a file: read like an array, written where there is room."""

import numpy as np
import pytest
import torch

from landscape_lab.records import point_file
from landscape_lab.records.point_file import FileColumn

POINTS = (
    100.0 + torch.arange(6 * 2 * 5).view(6, 2, 5).float() / 64
)  # offsets that half precision holds exactly


@pytest.fixture
def column(tmp_path):
    column = FileColumn(tmp_path / "points.f16")
    column.append(POINTS)
    return column


@pytest.mark.parametrize(
    "index",
    [0, -1, slice(1, 5, 2), np.array([3, 0]), (..., 2), (slice(None), 1), (2, 0, slice(1, 3)), (1, ...)],
)
def test_points_in_a_file_are_indexed_as_an_array_is(column, index, monkeypatch):
    monkeypatch.setattr(point_file, "ROWS", 2)  # records are read a few at a time
    np.testing.assert_array_equal(column.values[index], POINTS.numpy()[index])
    assert column.values.shape == POINTS.shape


def test_each_member_is_looked_at_by_itself(column):
    for number, points in enumerate(column.values.each_member()):
        np.testing.assert_array_equal(np.asarray(points), POINTS[:, number].numpy())
        np.testing.assert_array_equal(points[..., 1:3], POINTS[:, number, 1:3].numpy())


def test_slots_that_were_freed_are_used_again(column, tmp_path):
    size = (tmp_path / "points.f16").stat().st_size
    column.select(torch.tensor([0, 2, 4]))
    column.append(POINTS[[1, 3, 5]])
    np.testing.assert_array_equal(np.asarray(column.values), POINTS[[0, 2, 4, 1, 3, 5]].numpy())
    assert (tmp_path / "points.f16").stat().st_size == size


def test_slots_of_the_last_checkpoint_are_not_free_and_what_came_later_is_cut_off(column, tmp_path):
    state = column.state_dict()
    size = (tmp_path / "points.f16").stat().st_size
    column.select(torch.tensor([0]))
    column.append(POINTS[:2] + 1)
    assert (tmp_path / "points.f16").stat().st_size > size
    resumed = FileColumn(tmp_path / "points.f16")
    resumed.load_state_dict(state)
    np.testing.assert_array_equal(np.asarray(resumed.values), POINTS.numpy())
    assert (tmp_path / "points.f16").stat().st_size == size
