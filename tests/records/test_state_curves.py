"""The state over the steps: as bounded as a trajectory, at the same steps, and back from its file."""

import numpy as np
import pytest
import torch

from landscape_lab import Trajectory
from landscape_lab.optimizers.remembered import Remembered
from landscape_lab.records.state_curves import BYTES, VECTORS, StateCurves, StateSeries

ALL = slice(None)


def found(step, dims=2, members=1, **more):
    vectors = {"exp_avg": torch.full((members, dims), float(step))}
    numbers = {"steps": torch.full((members,), 10.0 * step, dtype=torch.float64), **more}
    return Remembered(numbers, vectors, {})


def recorded(steps, chunk=7, **settings):
    series = StateSeries(members=1, steps=steps, **settings)
    for step in range(steps):
        if series.wants(step):
            series.add(step, ALL, found(step, settings["dims"]))
        if step % chunk == 0:
            series.settle()
    return series


def test_records_are_at_the_steps_of_the_trajectorys():
    steps, trajectory = 100, Trajectory(records=9)
    for step in range(steps):
        trajectory.append(step, torch.zeros(1, 2), torch.tensor([float(-step)]), step)
    curves = recorded(steps, dims=2, records=9).curves(before=steps)
    last = steps - 1  # which the trajectory keeps whatever the spacing
    assert curves.steps.tolist() == [step for step in trajectory.steps.tolist() if step != last]
    assert curves.vector_steps.tolist() == curves.steps.tolist()
    np.testing.assert_array_equal(curves.vectors["exp_avg"][:, 0, 1], curves.steps)
    np.testing.assert_array_equal(curves.numbers["steps"][:, 0], 10 * curves.steps)


def test_what_appears_late_or_goes_is_nan_elsewhere():
    series = StateSeries(members=2, dims=2, records=10, steps=4)
    for step, more in enumerate([{}, {"t": torch.ones(2)}, {"t": torch.ones(2)}, {}]):
        series.add(step, ALL, found(step, members=2, **more))
        if step != 1:  # in one batch with others, and alone
            series.settle()
    curves = series.curves(before=4)
    np.testing.assert_array_equal(curves.numbers["t"][:, 1], [np.nan, 1, 1, np.nan])
    np.testing.assert_array_equal(curves.numbers["steps"][:, 0], [0, 10, 20, 30])


def test_members_of_optimizers_of_their_own_come_one_by_one():
    series = StateSeries(members=3, dims=2, records=10, steps=1)
    for number in (0, 2):
        series.add(0, slice(number, number + 1), found(number))
    curves = series.curves(before=1)
    np.testing.assert_array_equal(curves.vectors["exp_avg"][0, :, 0], [0, np.nan, 2])


def test_of_many_coordinates_norms_are_kept_and_some_vectors():
    curves = recorded(2000, dims=3, records=10_000).curves(before=2000)
    assert len(curves.steps) == 2000
    assert VECTORS / 2 < len(curves.vector_steps) <= VECTORS
    np.testing.assert_allclose(curves.numbers["|exp_avg|"][:, 0], np.sqrt(3) * curves.steps)


def test_vectors_too_large_for_memory_are_not_kept():
    series = StateSeries(members=1, dims=BYTES, records=10, steps=2)
    series.add(0, ALL, Remembered({"lr": torch.ones(1)}, {"m": torch.ones(1, 2)}, {}))
    curves = series.curves(before=2)
    assert curves.vectors == {}
    assert curves.numbers["|m|"].tolist() == [[pytest.approx(np.sqrt(2))]]


def test_steps_that_led_nowhere_are_left_out():
    curves = recorded(10, dims=2, records=100).curves(before=4)
    assert curves.steps.tolist() == curves.vector_steps.tolist() == [0, 1, 2, 3]


def test_a_series_goes_on():
    whole, first = recorded(50, dims=2, records=9), recorded(20, dims=2, records=9)
    second = StateSeries(members=1, dims=2, records=9, steps=50)
    second.load_state_dict(first.state_dict())
    for step in range(20, 50):
        if second.wants(step):
            second.add(step, ALL, found(step))
            second.settle()
    again, once = second.curves(before=50), whole.curves(before=50)
    np.testing.assert_array_equal(again.steps, once.steps)
    np.testing.assert_array_equal(again.vectors["exp_avg"], once.vectors["exp_avg"])


def test_a_file_gives_back_what_was_saved(tmp_path):
    steps = np.arange(3)
    odd = {"a/b": np.arange(3.0)[:, None], "\u00fc (2)": np.full((3, 1), np.nan)}
    saved = StateCurves(steps, odd, steps[:2], {"m": np.ones((2, 1, 2), np.float32)}, {"past": "deque"})
    saved.save(tmp_path / "state.npz")
    loaded = StateCurves.load(tmp_path / "state.npz")
    assert (loaded.numbers.keys(), loaded.skipped) == (odd.keys(), {"past": "deque"})
    np.testing.assert_array_equal(loaded.numbers["a/b"], odd["a/b"])
    np.testing.assert_array_equal(loaded.vectors["m"], saved.vectors["m"])
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]


def test_files_that_are_none_say_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no state of an optimizer"):
        StateCurves.load(tmp_path / "state.npz")
    (tmp_path / "state.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(ValueError, match=r"state\.npz is not the state"):
        StateCurves.load(tmp_path / "state.npz")
    np.savez(tmp_path / "state.npz", steps=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="is not the state"):
        StateCurves.load(tmp_path / "state.npz")
