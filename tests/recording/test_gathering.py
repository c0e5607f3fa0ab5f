"""Trajectories come from recorders, from the folders of runs and from checkpoints."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from landscape_lab import Trajectory
from landscape_lab.recording.gathering import gather

NET = nn.Linear(2, 1)


def one(label=""):
    trajectory = Trajectory(label=label)
    for step in range(3):
        trajectory.append(step, torch.full((1, 3), float(step)), torch.tensor([1.0]), step)
    return trajectory


def labels(source):
    return [trajectory.label for trajectory in gather(source, NET)]


def test_all_kinds_have_names_of_their_own(tmp_path):
    torch.save(NET.state_dict(), tmp_path / "1.pt")
    (tmp_path / "run").mkdir()
    one().save(tmp_path / "run" / "trajectory.npz")
    recorder = SimpleNamespace(trajectory=one("Adam"))
    assert labels(recorder) == ["Adam"]
    assert labels([recorder, one("Adam"), tmp_path / "run", f"{tmp_path}/*.pt"]) == [
        *("Adam (1)", "Adam (2)", "run", "*.pt"),
    ]
    assert labels({"first": recorder, "second": tmp_path / "run" / "trajectory.npz"}) == ["first", "second"]
    assert recorder.trajectory.label == "Adam"
    read = [len(trajectory.steps) for trajectory in gather((tmp_path / "run", tmp_path), NET)]
    assert read == [3, 1]


def test_nothing_else_is_one():
    with pytest.raises(
        ValueError, match=r"`trajectory` should be a Trajectory, a folder .* Found a dict_keys"
    ):
        labels({}.keys())
