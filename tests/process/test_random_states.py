"""Whoever calls the lab goes on with random numbers of their own."""

import random

import numpy as np
import pytest
import torch

from landscape_lab.process.random_states import kept_random_states


def drawn():
    return random.random(), np.random.rand(), torch.rand(()).item()


def refused():
    random.seed(0)
    torch.manual_seed(0)
    raise ValueError("refused")


def test_random_numbers_go_on_also_after_an_error():
    with kept_random_states():
        expected = [drawn() for _ in range(2)]
    with kept_random_states():
        first = drawn()
    with pytest.raises(ValueError, match="refused"), kept_random_states():
        refused()
    assert first == expected[0] == drawn()


def test_a_run_leaves_the_random_numbers_of_its_caller(lab):
    with kept_random_states():
        expected = drawn()
    lab("landscape=sphere", "steps=2")
    assert drawn() == expected
