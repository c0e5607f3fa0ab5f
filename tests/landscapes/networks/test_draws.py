"""What a step sees, whatever is asked in it."""

import pytest
import torch

from landscape_lab.landscapes.networks.batches import TensorBatches
from landscape_lab.landscapes.networks.draws import Draws
from landscape_lab.landscapes.networks.seeds import Purpose, seed_of

DATA = (torch.arange(10.0), torch.arange(10))


@pytest.fixture
def batches():
    return TensorBatches(DATA, size=3)


def test_the_first_evaluation_of_a_step_is_told_apart(batches):
    draws = Draws(batches, [0], random=False)
    draws.see(4)
    assert [draws.begin(), draws.begin(), draws.begin()] == [True, False, False]
    draws.see(4)
    assert draws.begin()
    draws.see(5)
    assert [draws.begin(), draws.begin()] == [True, False]
    assert draws.step == 5


def test_without_steps_each_evaluation_is_one(batches):
    draws = Draws(batches, [0], random=True)
    draws.see(None)
    drawn = []
    for step in range(3):
        assert draws.begin()
        assert draws.step == step
        drawn.append((draws.batch()[0][1].tolist(), draws.model_seeds()))
        assert drawn[-1][0] == batches.batch(step, [0])[0][1].tolist()
    assert drawn[0] != drawn[1] != drawn[2]


def test_a_minibatch_is_taken_once_in_a_step(batches):
    draws = Draws(batches, [2, 3], random=False)
    draws.see(1)
    (_, targets), own = first = draws.batch()
    assert own
    assert torch.equal(targets, batches.batch(1, [2, 3])[0][1])
    assert draws.batch() is first
    draws.forget()
    assert draws.batch() is not first
    assert torch.equal(draws.batch()[0][1], targets)


def test_all_data_are_seen_where_nothing_is_drawn():
    draws = Draws(TensorBatches(DATA), [0, 1], random=False)
    draws.see(3)
    assert draws.batch() == (DATA, False)
    assert draws.model_seeds() is None


def test_before_the_first_step_the_draw_is_that_of_step_0(batches):
    draws = Draws(batches, [5, 0], random=True)
    assert torch.equal(draws.batch()[0][1], batches.batch(0, [5, 0])[0][1])
    assert draws.model_seeds() == [seed_of(5, Purpose.MODEL, 0), seed_of(0, Purpose.MODEL, 0)]
    draws.see(6)
    assert draws.model_seeds() == [seed_of(5, Purpose.MODEL, 6), seed_of(0, Purpose.MODEL, 6)]
