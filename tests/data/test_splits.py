"""Which samples are trained on and which are held out."""

import re

import pytest
import torch

from landscape_lab.data.splits import held_out, split, subset

INPUTS = torch.arange(20).view(10, 2)
TARGETS = INPUTS[:, 0] * 3


def test_a_subset_has_each_sample_once_and_the_smaller_begins_the_larger():
    order = subset(10, None, seed=0)
    assert sorted(order.tolist()) == list(range(10)) != order.tolist()
    assert torch.equal(subset(10, 4, seed=0), order[:4])
    assert not torch.equal(subset(10, None, seed=1), order)


def test_inputs_keep_their_targets_on_both_sides():
    data = split(INPUTS, TARGETS, samples=8, validation=0.25, seed=0, classes=("a",), tokens=("b",))
    assert (len(data.inputs), len(data.validation[0])) == (6, 2)
    for inputs, targets in (data.train, data.validation):
        assert torch.equal(inputs[:, 0] * 3, targets)
    used = torch.cat([data.validation[1], data.targets])
    assert torch.equal(used, TARGETS[subset(10, 8, seed=0)])
    assert (data.classes, data.tokens) == (("a",), ("b",))


@pytest.mark.parametrize(
    ("validation", "count"), [(0, 0), (0.04, 0), (0.06, 1), (0.999, 10), (1, 1), (1.0, 1), (12, 12)]
)
def test_below_1_a_fraction_and_from_1_on_a_number(validation, count):
    assert held_out(10, validation) == count


MISTAKES = {
    "`samples` should be at most 10, all there are. Found `samples = 11`": {"samples": 11},
    "`validation` should leave some of the 10 samples to train on. Found `validation = 0.96`": {
        "validation": 0.96
    },
    "`validation` should leave some of the 3 samples": {"samples": 3, "validation": 3},
    "a whole number of samples. Found `validation = 2.5`": {"validation": 2.5},
    "`seed` should be a whole number from 0 to 2^32 - 1. Found `seed = True`": {"seed": True},
    "Found `seed = 4294967296`": {"seed": 2**32},
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistake_is_told(message):
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        split(INPUTS, TARGETS, **MISTAKES[message])
    assert "\n" not in str(told.value)
