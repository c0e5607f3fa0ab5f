"""Data that are made: the right shapes, the formulas, and the same samples for the same seed."""

import math
import re
from functools import partial

import pytest
import torch

from landscape_lab.data import Data, build_data, digit_sum, digits, moons, random_labels, spirals, text

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


def test_spirals_lie_on_their_arms():
    data = spirals(samples=1000, noise=0.0)
    radius = data.inputs.norm(dim=-1)
    angle = 2 * math.pi / 3 * (data.targets + 2 * radius)
    expected = torch.stack([radius * angle.sin(), radius * angle.cos()], dim=-1)
    assert torch.allclose(data.inputs, expected, atol=1e-6)
    assert data.targets.bincount().tolist() == [334, 333, 333]
    assert radius.max() == pytest.approx(1.0)
    turned = spirals(noise=0.2).inputs
    assert torch.allclose(turned.norm(dim=-1), radius)


def test_random_labels_have_nothing_to_do_with_the_points():
    data = random_labels(samples=20_000, classes=4, features=3)
    assert data.inputs.shape == (20_000, 3)
    assert data.inputs.abs().max() <= 1
    assert data.targets.bincount().div(20_000).tolist() == pytest.approx([0.25] * 4, abs=0.02)
    assert torch.corrcoef(torch.stack([data.inputs[:, 0], data.targets.float()]))[0, 1].abs() < 0.03


def test_digits_are_standardised_and_scaled():
    data = digits(validation=0)
    assert data.inputs.shape == (1797, 1, 8, 8)
    assert data.inputs.mean().abs() < 1e-3
    assert data.inputs.std() == pytest.approx(1.0, abs=1e-3)
    large = digits(validation=0.2, size=32)
    assert large.inputs.shape[1:] == large.validation[0].shape[1:] == (1, 32, 32)
    small = digits(validation=0.2)
    assert torch.allclose(large.inputs.mean((1, 2, 3)), small.inputs.mean((1, 2, 3)), atol=0.15)


def test_text_asks_for_the_next_character(tmp_path):
    (tmp_path / "text.txt").write_text("hello wörld, " * 40, encoding="utf-8")
    data = text(tmp_path / "text.txt", length=10, validation=0)
    read = "".join(data.tokens[token] for token in data.inputs[0])
    follows = "".join(data.classes[token] for token in data.targets[0])
    assert read[1:] == follows[:-1]
    assert read + follows[-1] in "hello wörld, " * 3
    assert data.facts() == {"outputs": 10, "tokens": 10, "length": 10, "per_position": True}


def test_text_by_default_is_the_standard_library():
    data = text(samples=None, validation=0)
    assert data.inputs.shape == (3124, 32)  # 100,000 characters, the last piece has none to predict
    assert {"d", "e", "f", "\n"} <= set(data.tokens)


def test_digits_add_up():
    data = digit_sum(length=5)
    assert torch.equal(data.inputs.sum(-1), data.targets)
    assert data.facts() == {"outputs": 46, "tokens": 10, "length": 5, "per_position": False}


def test_two_tensors_are_data():
    made = build_data(partial(lambda n: (torch.zeros(n, 2), torch.tensor([0, 1, 3])), n=3))
    assert isinstance(made, Data)
    assert made.facts() == {"outputs": 4, "inputs": 2}
    assert Data.of(torch.zeros(3, 4), torch.zeros(3, 2)).facts() == {"outputs": 2, "inputs": 4}
    assert Data.of(torch.tensor([[0, 1], [2, 4]]), torch.tensor([0, 1])).facts()["tokens"] == 5
    loader = object()
    assert build_data(lambda: loader) is loader


MISTAKES = {
    "The data spirals has no parameter `sample`. Nearest: samples": partial(spirals, sample=5),
    "The data <lambda> has no parameter `y`. It has: x": partial(lambda x: x, y=1),
    "should be given `x`: data.x=…": lambda x: x,
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
    "should be as many as the inputs": lambda: (torch.zeros(3, 2), torch.zeros(2, dtype=torch.int64)),
    "Parameter `size` should be a positive whole number": partial(digits, size=0),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistake_is_told(message):
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        build_data(MISTAKES[message])
    assert "\n" not in str(told.value)
