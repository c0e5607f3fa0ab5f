"""What was measured, in files and checkpoints."""

import numpy as np
import pytest
import torch

from landscape_lab import Trajectory
from landscape_lab.records.measured import Measured


def measured():
    kept = Measured()
    for step in (0, 10, 30):
        kept.add(
            step,
            {"measured_losses": torch.tensor([1.0, 2.0]) / (step + 1), "validation_accuracy": torch.ones(2)},
        )
    return kept


def test_measurements_are_saved_with_the_trajectory(tmp_path):
    trajectory = Trajectory()
    trajectory.append(0, torch.zeros(2, 3), torch.ones(2), 0)
    trajectory.measured = measured()
    trajectory.save(tmp_path / "trajectory.npz")
    loaded = Trajectory.load(tmp_path / "trajectory.npz").measured
    for name, values in measured().arrays().items():
        np.testing.assert_array_equal(loaded.arrays()[name], values)
        assert loaded.arrays()[name].dtype == values.dtype


def test_a_checkpoint_goes_on_where_it_was():
    gone_on = Measured()
    gone_on.load_state_dict(measured().state_dict())
    gone_on.add(40, {"measured_losses": torch.zeros(2), "validation_accuracy": torch.zeros(2)})
    assert gone_on.arrays()["measured_steps"].tolist() == [0, 10, 30, 40]
    assert gone_on.last("measured_losses").tolist() == [0.0, 0.0]
    assert gone_on.last("nothing") is None


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit together"):
        Measured.of({"measured_steps": np.arange(3), "measured_losses": np.zeros((2, 1))})
