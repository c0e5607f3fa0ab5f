"""Random numbers that depend on a seed, a purpose and a number only."""

import random

import numpy as np
import pytest
import torch

from landscape_lab.landscapes.networks.seeds import (
    DrawsNoted,
    Purpose,
    all_random,
    permutation,
    seed_of,
    torch_random,
)

CPU = torch.device("cpu")


def test_seeds_of_other_purposes_steps_and_runs_differ():
    seeds = {
        seed_of(seed, purpose, number) for seed in (0, 1, 2**40) for purpose in Purpose for number in range(5)
    }
    assert len(seeds) == 3 * len(Purpose) * 5
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seed_of(-1, Purpose.ORDER) == seed_of(2**64 - 1, Purpose.ORDER)


def test_seeds_stay_what_they_were():
    state = np.random.SeedSequence((5, 2, 3)).generate_state(2)  # a run must go on alike in the next version
    assert seed_of(5, Purpose.LOADING, 3) == int(state[0]) * 2**31 + int(state[1]) // 2


def test_each_epoch_permutes_all_numbers():
    orders = [permutation(9, 0, Purpose.ORDER, epoch).tolist() for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(9))


def drawn():
    return torch.rand(1).item(), np.random.rand(), random.random()


@pytest.mark.parametrize("error", [None, KeyError])
@all_random(1)  # whatever the tests before it left: NumPy may stand at the beginning of seed 0
def test_random_numbers_are_those_of_the_seed_and_go_on_afterwards(error):
    with all_random(0):
        expected = drawn()
    following = drawn()
    with all_random(0):
        drawn()
        before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
        try:
            with all_random(0):
                assert drawn() == expected
                if error is not None:
                    raise error
        except KeyError:
            pass
        assert torch.equal(torch.get_rng_state(), before[0])
        assert (random.getstate(), np.random.get_state()[1].tolist()) == before[1:]
    assert not set(expected) & set(following)


def test_torch_alone_is_seeded_where_only_torch_draws():
    noted = DrawsNoted()
    with torch_random(7, CPU):
        first = torch.rand(2)
    assert torch.equal(first, torch.rand(2, generator=torch.Generator().manual_seed(7)))
    assert not noted.any()


@pytest.mark.parametrize("draw", [lambda: torch.rand(1), np.random.rand, random.random])
def test_a_draw_is_noted(draw):
    with all_random(0):
        noted = DrawsNoted()
        assert not noted.any()
        draw()
        assert noted.any()
