"""What is kept of a descent."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from landscape_lab import Trajectory


def chunk(first, number, members=2):
    steps = torch.arange(first, first + number)
    points = steps.view(-1, 1, 1).expand(-1, members, 3).float()
    losses = ((steps - 37.0) ** 2).view(-1, 1).expand(-1, members)
    return steps, points, losses, steps * 2


def filled(total, records, pieces):
    trajectory = Trajectory(records)
    for first in range(0, total, pieces):
        trajectory.extend(*chunk(first, min(pieces, total - first)))
    return trajectory


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 300), st.integers(2, 40), st.integers(1, 97))
def test_records_are_bounded_evenly_spaced_and_hold_first_last_and_best(total, records, pieces):
    trajectory = filled(total, records, pieces)
    steps = trajectory.steps
    best = min(37, total - 1)
    assert steps[0] == 0
    assert steps[-1] == total - 1
    assert best in steps
    assert trajectory.best == (best, float((best - 37) ** 2))
    assert (np.diff(steps) > 0).all()
    even = [step for step in steps if step not in (best, total - 1) or step % trajectory.spacing == 0]
    assert len(even) <= records
    assert even == list(range(0, total, trajectory.spacing))
    assert trajectory.points.shape == (len(steps), 2, 3)
    np.testing.assert_array_equal(trajectory.points[:, 0, 0], steps)
    np.testing.assert_array_equal(trajectory.losses[:, 1], (steps - 37.0) ** 2)
    np.testing.assert_array_equal(trajectory.evaluations, 2 * steps)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.integers(2, 40), st.integers(1, 97), st.integers(1, 97))
def test_what_is_kept_does_not_depend_on_the_chunks(total, records, some, others):
    np.testing.assert_array_equal(filled(total, records, some).steps, filled(total, records, others).steps)


def test_state_goes_on_as_if_nothing_had_happened():
    whole, first = filled(200, 16, 10), filled(120, 16, 10)
    second = Trajectory(16)
    second.load_state_dict(first.state_dict())
    for start in range(120, 200, 10):
        second.extend(*chunk(start, 10))
    for name in ("steps", "points", "losses", "evaluations"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(second, name))


def test_learning_rates_are_kept_and_may_be_missing_in_a_file(tmp_path):
    trajectory = Trajectory(records=4)
    for step in range(9):
        trajectory.append(step, torch.zeros(1, 2), torch.ones(1), step, lr=0.5**step)
    trajectory.end(9, torch.zeros(1, 2), torch.ones(1), 9)
    expected = [1.0, 0.5**4, 0.5**8, 0.5**8]
    trajectory.save(tmp_path / "new.npz")
    for kept in (trajectory, Trajectory.load(tmp_path / "new.npz")):
        assert kept.steps.tolist() == [0, 4, 8, 9]
        assert kept.lr.tolist() == expected
    with np.load(tmp_path / "new.npz") as archive:
        np.savez(tmp_path / "old.npz", **{name: archive[name] for name in archive if name != "lr"})
    assert np.isnan(Trajectory.load(tmp_path / "old.npz").lr).all()


def test_saved_trajectory_is_loaded_unchanged_with_the_types_of_the_contract(tmp_path):
    trajectory = filled(50, 16, 50)
    trajectory.save(tmp_path / "deep" / "trajectory.npz")
    loaded = Trajectory.load(tmp_path / "deep" / "trajectory.npz")
    for name, kind in (
        ("points", "float32"),
        ("losses", "float32"),
        ("steps", "int64"),
        ("evaluations", "int64"),
    ):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(trajectory, name))
        assert getattr(loaded, name).dtype == kind
    assert loaded.best == trajectory.best
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["trajectory.npz"]


def test_broken_files_are_told_in_one_line(tmp_path):
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", a=1)
    np.savez(tmp_path / "objects.npz", points=np.array([object()]), steps=1, losses=1, evaluations=1)
    for name in ("text.npz", "other.npz", "objects.npz"):
        with pytest.raises(ValueError, match=f"{name} is not a trajectory"):
            Trajectory.load(tmp_path / name)
    with pytest.raises(FileNotFoundError, match=r"nothing\.npz"):
        Trajectory.load(tmp_path / "nothing.npz")


def test_many_members_keep_fewer_records():
    trajectory = Trajectory()
    trajectory.append(0, torch.zeros(100_000, 2), torch.zeros(100_000), 0)
    assert trajectory.records == 2**25 // (4 * 100_000 * 3)


def test_empty_trajectory_says_so():
    with pytest.raises(ValueError, match="nothing has been recorded"):
        _ = Trajectory().points


def test_a_file_on_a_full_disk_leaves_the_old_one(tmp_path, monkeypatch):
    trajectory = filled(5, 16, 5)
    trajectory.save(tmp_path / "t.npz")
    before = (tmp_path / "t.npz").read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space"):
        filled(9, 16, 9).save(tmp_path / "t.npz")
    assert (tmp_path / "t.npz").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


LARGE = 1200


def large(total, records=64, to=None, steps=None, pieces=7):
    """Two members of 1,200 numbers: the point of step s is 3 s in each, the losses (s - 37)² and one more."""
    trajectory = Trajectory(records, steps=steps, to=to)
    trajectory.open(2, LARGE)
    for first in range(0, total, pieces):
        at = torch.arange(first, min(first + pieces, total))
        wanted = torch.tensor(
            [step for step in at.tolist() if trajectory.wants_point(step)], dtype=torch.int64
        )
        points = 3.0 * wanted.view(-1, 1, 1).expand(-1, 2, LARGE)
        losses = torch.stack([(at - 37.0) ** 2, (at - 37.0) ** 2 + 1], 1)
        trajectory.extend(at, points, losses, at * 2, None, wanted)
    return trajectory


@pytest.fixture
def little_room(monkeypatch):
    """As if memory held 12 large points, and enough were 10."""
    monkeypatch.setattr("landscape_lab.records.large_points.MEMORY", 12 * 4 * 2 * LARGE)
    monkeypatch.setattr("landscape_lab.records.large_points.ENOUGH", 10)


@pytest.mark.parametrize("steps", [None, 100])
@pytest.mark.parametrize("enough", [10, 30], ids=["memory", "file"])
def test_large_points_are_kept_less_often_than_losses(tmp_path, little_room, monkeypatch, steps, enough):
    monkeypatch.setattr("landscape_lab.records.large_points.ENOUGH", enough)
    trajectory = large(100, steps=steps, to=tmp_path / "points.f16")
    trajectory.end(100, torch.full((2, LARGE), 300.0), torch.tensor([9.0, 10.0]), 200)
    assert (tmp_path / "points.f16").exists() == (enough > 12)
    assert trajectory.steps.tolist() == [*range(0, 100, 2), 100]
    spacing = {10: {None: 16, 100: 9}, 30: {None: 4, 100: 4}}[enough][steps]
    assert trajectory.point_steps.tolist() == [*range(0, 100, spacing), 100]
    best = min(trajectory.point_steps, key=lambda step: (step - 37) ** 2 if step < 100 else 9)
    assert trajectory.best[0] == (100 if best == 100 else best)
    trajectory.save(tmp_path / "trajectory.npz")
    for kept in (trajectory, Trajectory.load(tmp_path / "trajectory.npz")):
        assert kept.points.shape == (len(kept.point_steps), 2, LARGE)
        assert kept.points.dtype == np.float32
        np.testing.assert_array_equal(np.asarray(kept.points)[:, 1, 5], 3.0 * kept.point_steps)
        np.testing.assert_array_equal(
            kept.points[-2:, 0, 3:5], 3.0 * np.repeat(kept.point_steps[-2:, None], 2, 1)
        )
        np.testing.assert_array_equal(kept.losses[:-1, 1], (kept.steps[:-1] - 37.0) ** 2 + 1)
        assert kept.point_steps.dtype == np.int64


def test_a_file_of_points_goes_on_where_the_checkpoint_was_written(tmp_path, little_room, monkeypatch):
    monkeypatch.setattr("landscape_lab.records.large_points.ENOUGH", 30)
    whole = large(100, steps=100, to=tmp_path / "whole.f16")
    first = large(56, steps=100, to=tmp_path / "points.f16")
    state = first.state_dict()
    first.extend(*chunk_of_large(first, 56, 20))  # what came after the checkpoint is lost
    resumed = Trajectory(64, steps=100, to=tmp_path / "points.f16")
    resumed.load_state_dict(state)
    for start in range(56, 100, 11):
        resumed.extend(*chunk_of_large(resumed, start, min(11, 100 - start)))
    resumed.end(100, torch.zeros(2, LARGE), torch.zeros(2), 200)
    whole.end(100, torch.zeros(2, LARGE), torch.zeros(2), 200)
    for name in ("point_steps", "points", "losses", "steps"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(resumed, name))
    assert (tmp_path / "whole.f16").read_bytes() == (tmp_path / "points.f16").read_bytes()


def chunk_of_large(trajectory, first, number):
    at = torch.arange(first, first + number)
    wanted = torch.tensor([step for step in at.tolist() if trajectory.wants_point(step)], dtype=torch.int64)
    losses = torch.stack([(at - 37.0) ** 2, (at - 37.0) ** 2 + 1], 1)
    return at, 3.0 * wanted.view(-1, 1, 1).expand(-1, 2, LARGE), losses, at * 2, None, wanted


def test_a_missing_or_shortened_file_of_points_is_told(tmp_path, little_room, monkeypatch):
    monkeypatch.setattr("landscape_lab.records.large_points.ENOUGH", 30)
    large(50, steps=50, to=tmp_path / "points.f16").save(tmp_path / "trajectory.npz")
    whole = (tmp_path / "points.f16").read_bytes()
    (tmp_path / "points.f16").write_bytes(whole[:-2])
    with pytest.raises(ValueError, match=r"trajectory\.npz is not a trajectory .* should have at least"):
        Trajectory.load(tmp_path / "trajectory.npz")
    (tmp_path / "points.f16").unlink()
    with pytest.raises(ValueError, match=r"points\.f16"):
        Trajectory.load(tmp_path / "trajectory.npz")
