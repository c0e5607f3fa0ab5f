"""Random numbers of one member among others."""

import pytest
import torch

from landscape_lab.optimizers.random_numbers import RandomNumbers


def test_each_member_has_numbers_of_its_own_and_the_callers_go_on():
    states = [torch.Generator().manual_seed(seed).get_state() for seed in (1, 2)]
    torch.manual_seed(0)
    expected = torch.rand(4)
    torch.manual_seed(0)
    found, alone = [], torch.rand(4, generator=torch.Generator().manual_seed(2))
    for _ in range(4):
        with RandomNumbers(states, 1):
            found.append(torch.rand(1))
        with RandomNumbers(states, 0):
            torch.rand(3)
    assert torch.equal(torch.cat(found), alone)
    assert torch.equal(torch.rand(4), expected)


def test_without_states_the_numbers_are_the_callers():
    torch.manual_seed(0)
    expected = torch.rand(2)
    torch.manual_seed(0)
    with RandomNumbers([], 5):
        first = torch.rand(1)
    assert torch.equal(torch.cat([first, torch.rand(1)]), expected)


def test_an_error_gives_the_callers_numbers_back():
    states = [torch.Generator().manual_seed(1).get_state()]
    before = torch.get_rng_state()
    with pytest.raises(KeyError), RandomNumbers(states, 0):
        raise KeyError
    assert torch.equal(torch.get_rng_state(), before)
