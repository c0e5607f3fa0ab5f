"""Points as named parameters."""

import pytest
import torch
from networks import linear

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes.parameters import in_own_shapes, kept_numbers


def test_a_point_has_the_shapes_of_one_member():
    landscape = linear()
    parts = in_own_shapes(landscape, torch.arange(6.0))
    assert [tuple(part.shape) for part in parts.values()] == [(2, 2), (2,)]
    assert [name.rpartition(".")[2] for name in parts] == ["weight", "bias"]
    assert torch.cat([part.view(-1) for part in parts.values()]).tolist() == [0, 1, 2, 3, 4, 5]
    many = landscape.with_members(torch.zeros(3, 6))
    assert [part.shape for part in in_own_shapes(many, torch.arange(6.0)).values()] == [(2, 2), (2,)]


def test_a_point_of_another_network_is_told():
    with pytest.raises(ValueError, match=r"A point should have 6 numbers, .* Found 5 numbers"):
        in_own_shapes(linear(), torch.zeros(5))


def test_biases_are_left_out():
    assert kept_numbers(linear(), None) is None
    assert kept_numbers(linear(), "biases").tolist() == [True] * 4 + [False] * 2
    with pytest.raises(ValueError, match=r"`plane.ignore` should leave at least two numbers"):
        kept_numbers(FunctionLandscape.named("booth"), "biases")
