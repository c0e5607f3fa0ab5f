"""Starts, checked."""

import numpy as np
import pytest
import torch

from landscape_lab.landscapes.starts import as_starts, check_inside


@pytest.mark.parametrize(
    "start", [(1, 2, 3), [[1, 2], [3]], [], "here", [[[1, 2]]], [True, False], [1j, 2], [0, float("nan")]]
)
def test_what_is_no_start_is_told(start):
    with pytest.raises(ValueError, match="Parameter `start` should be"):
        as_starts(start, dims=2)


def test_starts_keep_their_type():
    assert as_starts(np.zeros((3, 2)), dims=2).dtype == torch.float64
    assert as_starts([(0, 0), (1, 2)], dims=2).dtype == torch.int64


def test_the_first_start_outside_is_named_and_the_edge_is_inside():
    bounds = torch.tensor([[0.0, 0.0], [4.0, 2.0]])
    check_inside(torch.tensor([[0.0, 2.0], [4.0, 0.0]]), bounds, "(x, y)")
    with pytest.raises(ValueError, match=r"inside 0…4 × 0…2 \(x, y\)\. Found `start = \[1\.0, 3\.0\]`"):
        check_inside(torch.tensor([[0.0, 2.0], [1.0, 3.0]]), bounds, "(x, y)")
