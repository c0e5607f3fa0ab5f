"""What is kept of a descent, and how a loop of one's own is recorded."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import optimizer as torch_optimizer

from landscape_lab import Trajectory, record
from landscape_lab.landscapes import ImageLandscape

VALLEY = torch.linspace(-1, 1, 11).square().expand(7, 11) / 2 + torch.linspace(-1, 1, 7).square()[:, None] / 2


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
    for name, kind in (("points", "float32"), ("losses", "float32"), ("steps", "int64"), ("evaluations", "int64")):
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


def plain_loop(landscape, optimizer, steps):
    points, losses = [], []
    for _ in range(steps):
        points.append(landscape.flat().clone())
        optimizer.zero_grad()
        loss = landscape()
        losses.append(loss.detach())
        loss.sum().backward()
        optimizer.step()
    points.append(landscape.flat().clone())
    losses.append(landscape.evaluate(points[-1]))
    return torch.stack(points).numpy(), torch.stack(losses).numpy()


def test_record_sees_a_plain_loop():
    landscape = ImageLandscape(VALLEY, [(9, 1), (2, 5)])
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.05)
    with record(landscape) as trajectory:
        points, losses = plain_loop(landscape, optimizer, 300)
    np.testing.assert_array_equal(trajectory.points, points)
    np.testing.assert_allclose(trajectory.losses, losses, rtol=1e-5)
    np.testing.assert_array_equal(trajectory.steps, np.arange(301))
    np.testing.assert_array_equal(trajectory.evaluations, np.arange(301))
    assert trajectory.label == "Adam, lr 0.05"


def test_record_counts_the_evaluations_of_a_line_search_within_its_step():
    landscape = ImageLandscape(VALLEY, (9, 1), gradient="exact")
    optimizer = torch.optim.LBFGS(landscape.parameters(), lr=0.1, max_iter=3)
    calls = []

    def closure():
        optimizer.zero_grad()
        loss = landscape().sum()
        loss.backward()
        calls.append(loss.item())
        return loss

    made = [0]
    with record(landscape) as trajectory:
        for _ in range(4):
            optimizer.step(closure)
            made.append(len(calls))
    assert trajectory.evaluations.tolist() == made
    assert made[-1] > 4
    assert trajectory.losses[1, 0] == pytest.approx(calls[made[1]])


def test_record_ignores_optimizers_of_other_parameters_and_leaves_no_hooks():
    landscape, other = ImageLandscape(VALLEY, (9, 1)), torch.nn.Parameter(torch.zeros(2))
    bystander = torch.optim.SGD([other], lr=0.1)
    with record(landscape) as trajectory:
        landscape()
        bystander.step()
    assert trajectory.steps.tolist() == [0]
    hooks = torch_optimizer._global_optimizer_pre_hooks, torch_optimizer._global_optimizer_post_hooks
    assert not any(hooks)
    assert not landscape._forward_hooks


def test_record_counts_a_step_within_a_step_once():
    landscape = ImageLandscape(VALLEY, (9, 1))

    class Wrapper(torch.optim.Optimizer):
        def __init__(self, parameters):
            super().__init__(list(parameters), {})
            self.inner = torch.optim.SGD(self.param_groups[0]["params"], lr=0.01)

        def step(self, closure=None):
            self.inner.step()
            self.inner.step()

    with record(landscape) as trajectory:
        plain_loop(landscape, Wrapper(landscape.parameters()), 5)
    assert trajectory.steps.tolist() == list(range(6))


def test_record_is_complete_after_an_exception():
    landscape = ImageLandscape(VALLEY, (9, 1))
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.01)

    def interrupted():
        plain_loop(landscape, optimizer, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), record(landscape) as trajectory:
        interrupted()
    assert trajectory.steps.tolist() == [0, 1, 2, 3]


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
