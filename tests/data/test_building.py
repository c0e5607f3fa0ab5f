"""Data of a configuration: a factory with its settings."""

import re
from functools import partial

import pytest
import torch

from landscape_lab.data import Data, build_data, spirals


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
    "The data <lambda> should be given `x`: data.x=…": lambda x: x,
    "should be as many as the inputs": lambda: (torch.zeros(3, 2), torch.zeros(2, dtype=torch.int64)),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistake_is_told(message):
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        build_data(MISTAKES[message])
    assert "\n" not in str(told.value)
