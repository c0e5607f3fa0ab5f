"""Batches of any structure."""

from typing import NamedTuple

import pytest
import torch

from landscape_lab.landscapes.networks.trees import cast, count_samples, map_tensors, stack, tensors_of

ONE, TWO = torch.arange(6.0).view(3, 2), torch.arange(3)


class Named(NamedTuple):
    x: torch.Tensor
    y: torch.Tensor


BATCH = {"pair": Named(ONE, TWO), "list": [TWO, "a word"], "nothing": None}


def test_structure_and_all_that_is_no_tensor_stay():
    changed = map_tensors(lambda tensor: tensor + 1, BATCH)
    assert list(changed) == list(BATCH)
    assert isinstance(changed["pair"], Named)
    assert torch.equal(changed["pair"].x, ONE + 1)
    assert changed["list"][1:] == ["a word"]
    assert changed["nothing"] is None
    assert isinstance(map_tensors(torch.neg, (ONE,)), tuple)


def test_tensors_come_in_order():
    assert [id(tensor) for tensor in tensors_of(BATCH)] == [id(ONE), id(TWO), id(TWO)]


def test_floats_only_get_the_models_precision():
    pair = cast((ONE, TWO), torch.float64)
    assert [part.dtype for part in pair] == [torch.float64, torch.int64]


def test_batches_are_stacked_part_by_part():
    together = stack([{"x": ONE, "y": (TWO,)}, {"x": -ONE, "y": (TWO + 7,)}])
    assert together["x"].tolist() == [ONE.tolist(), (-ONE).tolist()]
    assert together["y"][0].tolist() == [[0, 1, 2], [7, 8, 9]]
    with pytest.raises(ValueError, match="zip"):
        stack([(ONE,), (ONE, TWO)])


@pytest.mark.parametrize(("batch", "count"), [(ONE, 3), ([{"x": ONE[:2]}, TWO], 2), (("a", TWO), 3)])
def test_samples_are_counted_on_the_first_tensor(batch, count):
    assert count_samples(batch) == count


@pytest.mark.parametrize("batch", [{}, ["a"], (torch.tensor(1.0), ONE)])
def test_a_batch_without_samples_is_told(batch):
    with pytest.raises(ValueError, match=f"should give batches of tensors. Found a {type(batch).__name__}"):
        count_samples(batch)
