"""Minibatches by seed and step, of tensors and of samples that are loaded."""

import pytest
import torch

from landscape_lab.landscapes.networks.batches import LoadedBatches, TensorBatches, samples_at_once
from landscape_lab.landscapes.networks.seeds import Purpose, permutation

NUMBERS = torch.arange(10)
DATA = (NUMBERS.double().view(10, 1, 1).expand(10, 2, 3).contiguous(), NUMBERS)


def seen(batches, step, *seeds):
    return batches.batch(step, seeds)[0][1].tolist()


def test_a_step_sees_its_part_of_the_epochs_order():
    batches = TensorBatches(DATA, size=4)
    for step in (5, 0, 4, 2):
        order = permutation(10, 3, Purpose.ORDER, step // 3)
        start = step % 3 * 4
        assert seen(batches, step, 3) == order[start : start + 4].tolist()
    inputs, targets = batches.batch(1, [3])[0]
    assert torch.equal(inputs[:, 1, 2].long(), targets)
    assert len(batches.last()[1]) == 2


@pytest.mark.parametrize(
    ("options", "per_epoch", "last"),
    [
        ({"size": 4, "shuffle": False}, 3, [8, 9]),
        ({"size": 4, "shuffle": False, "drop_last": True}, 2, [4, 5, 6, 7]),
        ({"size": 5, "shuffle": False}, 2, [5, 6, 7, 8, 9]),
        ({"size": 10, "shuffle": False, "drop_last": True}, 1, list(range(10))),
        ({}, 1, list(range(10))),
    ],
)
def test_an_epoch_has_this_many_minibatches(options, per_epoch, last):
    batches = TensorBatches(DATA, **options)
    assert (batches.per_epoch, batches.samples, batches.stochastic) == (per_epoch, 10, bool(options))
    assert batches.last()[1].tolist() == seen(batches, 2 * per_epoch - 1, 0) == last


def test_members_of_other_seeds_see_batches_of_their_own():
    batches = TensorBatches(DATA, size=4)
    (inputs, targets), own = batches.batch(4, [1, 0, 1])
    assert own
    assert inputs.shape == (3, 4, 2, 3)
    assert targets.tolist() == [seen(batches, 4, seed) for seed in (1, 0, 1)]
    assert torch.equal(inputs[..., 0, 0].long(), targets)
    assert not batches.batch(4, [1, 1])[1]


@pytest.mark.parametrize(("numbers", "expected"), [(1, 1024), (2**8, 512), (2**20, 64)])
def test_large_samples_are_evaluated_few_at_once(numbers, expected):
    assert samples_at_once({"x": torch.empty(1, numbers, device="meta")}) == expected


def test_the_whole_data_come_in_even_parts_that_are_views():
    data = {"x": torch.arange(2500.0), "y": (torch.arange(2500),), "name": "line"}
    parts = TensorBatches(data, size=4).whole()
    assert [len(part["x"]) for part in parts] == [834, 833, 833]
    assert torch.equal(torch.cat([part["y"][0] for part in parts]), data["y"][0])
    assert parts[0]["name"] == "line"
    assert parts[1]["x"].data_ptr() == data["x"][834:].data_ptr()


def test_data_follow_to_another_precision_after_they_were_seen():
    batches = TensorBatches(DATA, size=4)
    before, _ = batches.whole()[0], batches.batch(0, [0])
    batches.float()
    assert before[0].dtype == torch.float64
    assert batches.whole()[0][0].dtype == batches.batch(0, [0])[0][0].dtype == torch.float32
    assert batches.batch(0, [0])[0][1].dtype == torch.int64


class Loader:
    """Loads numbers with a random shift, and counts how often."""

    def __init__(self):
        self.loaded = []

    def __call__(self, indices):
        self.loaded.append(list(indices))
        return torch.tensor(indices) + torch.rand(len(indices), dtype=torch.float64), torch.tensor(indices)


def loaded_batches(loader=None):
    def order(seed, epoch):
        return [[seed, epoch, 2], [3, 4]]

    return LoadedBatches(Loader() if loader is None else loader, order, range(10, 15), at_once=2)


def test_samples_are_loaded_under_random_numbers_of_seed_and_step():
    batches, random = loaded_batches(), torch.get_rng_state()
    assert (batches.samples, batches.per_epoch, batches.stochastic) == (5, 2, True)
    assert [seen(batches, step, 7) for step in (0, 2, 1, 4)] == [[7, 0, 2], [7, 1, 2], [3, 4], [7, 2, 2]]
    shifts = [batches.batch(step, [7])[0][0] for step in (1, 3, 1)]
    assert torch.equal(shifts[0], shifts[2])
    assert not torch.equal(shifts[0], shifts[1])
    assert torch.equal(random, torch.get_rng_state())


def test_each_seed_is_loaded_once_for_all_its_members():
    loader = Loader()
    (_, targets), own = loaded_batches(loader).batch(2, [8, 9, 8])
    assert own
    assert targets.tolist() == [[8, 1, 2], [9, 1, 2], [8, 1, 2]]
    assert loader.loaded == [[8, 1, 2], [9, 1, 2]]


def test_the_whole_data_are_loaded_once():
    loader = Loader()
    batches = loaded_batches(loader)
    parts = batches.whole()
    assert loader.loaded == [[10, 11], [12, 13], [14]]
    assert batches.whole() is parts
    batches.float()
    assert batches.whole()[2][0].dtype == batches.batch(0, [0])[0][0].dtype == torch.float32
    assert len(loader.loaded) == 4  # the minibatch
    assert torch.equal(loaded_batches().whole()[0][0], parts[0][0])
