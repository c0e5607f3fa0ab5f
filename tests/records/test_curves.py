"""Evenly spaced records, the best one among them."""

import numpy as np
import torch

from landscape_lab.records.curves import Curves
from landscape_lab.records.known import on_cpu


def descended(total, *, best=True):
    """Losses (s - 13)² of `total` steps, eight of them kept."""
    curves = Curves(8)
    for first in range(0, total, 5):
        steps = torch.arange(first, min(first + 5, total))
        curves.extend(on_cpu(steps=steps, losses=(steps - 13.0).square().unsqueeze(-1)), best=best)
    return curves


def test_the_best_and_the_last_record_are_kept_at_their_steps():
    assert descended(40).array("steps").tolist() == [0, 8, 13, 16, 24, 32, 39]
    assert descended(40, best=False).array("steps").tolist() == [0, 8, 16, 24, 32, 39]
    np.testing.assert_array_equal(
        descended(40).array("losses")[:, 0], (descended(40).array("steps") - 13.0) ** 2
    )


def test_the_end_takes_the_place_of_the_last_record_until_the_descent_goes_on():
    curves = descended(40)
    curves.finish(on_cpu(steps=torch.tensor(40), losses=torch.tensor([1.0])))
    assert curves.array("steps")[-1] == 40
    assert curves.array("losses")[-1] == 1
    curves.extend(on_cpu(steps=torch.tensor([40]), losses=torch.tensor([[2.0]])), best=False)
    assert curves.array("steps")[-2:].tolist() == [32, 40]
    assert curves.array("losses")[-1] == 2


def test_what_is_saved_goes_on_as_if_nothing_had_happened():
    resumed = Curves(8)
    resumed.load_state_dict(descended(20).state_dict())
    for first in range(20, 40, 5):
        steps = torch.arange(first, first + 5)
        resumed.extend(on_cpu(steps=steps, losses=(steps - 13.0).square().unsqueeze(-1)), best=True)
    np.testing.assert_array_equal(resumed.array("steps"), descended(40).array("steps"))
