"""Data that are made: the right shapes, and the same samples for the same seed."""

import re
from functools import partial

import pytest
import torch

from landscape_lab.data import digit_sum, digits, moons, random_labels, spirals, text

MADE = {
    "spirals": (spirals, (2,), 3),
    "moons": (moons, (2,), 2),
    "random_labels": (random_labels, (2,), 2),
    "digits": (digits, (1, 8, 8), 10),
    "text": (text, (32,), None),
    "digit_sum": (digit_sum, (8,), 73),
}
"""Factory, shape of a sample, classes."""


def equal(one, other):
    return all(torch.equal(*pair) for pair in zip(one.train, other.train, strict=True))


@pytest.mark.parametrize("name", MADE)
def test_seed_decides_the_samples_and_nothing_else_does(name):
    make, shape, classes = MADE[name]
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    data = make()
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.rand(3)
    assert equal(make(seed=0), data)
    assert not equal(make(seed=1), data)
    assert data.inputs.shape[1:] == shape
    assert len(data.classes) == data.facts()["outputs"]
    assert classes is None or len(data.classes) == classes
    assert data.targets.dtype == torch.int64
    assert 0 <= data.targets.min() <= data.targets.max() < len(data.classes)


@pytest.mark.parametrize("make", [spirals, moons, digits, text, digit_sum])
def test_what_is_held_out_is_not_trained_on(make):
    everything = make(samples=200, validation=0)
    data = make(samples=200, validation=0.25)
    assert everything.validation is None
    assert (len(data.inputs), len(data.validation[0])) == (150, 50)
    together = torch.cat([data.inputs, data.validation[0]]).flatten(1)
    assert torch.equal(together.unique(dim=0), everything.inputs.flatten(1).unique(dim=0))
    assert len(make(samples=200, validation=30).validation[0]) == 30


MISTAKES = {
    "Parameter `samples` should be a positive whole number. Found `samples = 0`": partial(spirals, samples=0),
    "Parameter `seed` should be a whole number from 0": partial(moons, seed=-1),
    "Parameter `samples` should be at most 1797, all there are. Found `samples = 2000`": partial(
        digits, samples=2000
    ),
    "should leave some of the 10 samples to train on": partial(moons, samples=10, validation=10),
    "should be a fraction below 1 or a whole number": partial(spirals, validation=1.5),
    "Parameter `validation` should be zero or positive": partial(spirals, validation=-0.1),
    "should be below 50, the whole text": partial(text, characters=50, length=50),
    "There is no file nowhere.txt": partial(text, file="nowhere.txt"),
    "Parameter `size` should be a positive whole number": partial(digits, size=0),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_a_setting_that_does_not_fit_is_told(message):
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        MISTAKES[message]()
    assert "\n" not in str(told.value)
