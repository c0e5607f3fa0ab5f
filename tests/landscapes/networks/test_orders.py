"""The samples of each minibatch of an epoch."""

from itertools import chain

import pytest
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    Sampler,
    SequentialSampler,
    TensorDataset,
)

from landscape_lab.landscapes.networks.orders import epoch_of, sampled_by

NUMBERS = TensorDataset(torch.arange(10))


@pytest.mark.parametrize("drop_last", [False, True])
def test_an_epoch_in_order_is_cut_into_minibatches(drop_last):
    parts = [[0, 1, 2, 3], [4, 5, 6, 7]] + ([] if drop_last else [[8, 9]])
    assert epoch_of(10, 4, 0, 3, shuffle=False, drop_last=drop_last) == parts
    assert len(epoch_of(8, 4, 0, 0, drop_last=drop_last)) == 2


def test_a_shuffled_epoch_has_each_sample_once_by_seed_and_epoch():
    orders = [epoch_of(10, 4, seed, epoch) for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))]
    assert orders[0] == orders[1] != orders[2] != orders[3] != orders[0]
    assert all(sorted(chain.from_iterable(order)) == list(range(10)) for order in orders)
    assert [len(part) for part in orders[0]] == [4, 4, 2]


class ByEpoch(Sampler):
    """As `DistributedSampler`, it is told the epoch."""

    epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        return iter([self.epoch, 9 - self.epoch])

    def __len__(self):
        return 2


def test_a_sampler_is_told_the_epoch():
    order = sampled_by(DataLoader(NUMBERS, batch_size=2, sampler=ByEpoch()))
    assert [order(0, epoch) for epoch in (0, 3, 0)] == [[[0, 9]], [[3, 6]], [[0, 9]]]


def test_the_loaders_own_generator_is_left_as_it_is():
    generator = torch.Generator().manual_seed(1)
    state, loader = (
        generator.get_state(),
        DataLoader(NUMBERS, sampler=RandomSampler(NUMBERS, generator=generator)),
    )
    order = sampled_by(loader)
    assert order(0, 1) == order(0, 1) != order(0, 2) != order(1, 2)
    assert torch.equal(generator.get_state(), state)
    assert loader.sampler.generator is generator


class Counting(BatchSampler):
    """It gives other batches each time, whatever the seed."""

    times = 0

    def __iter__(self):
        self.times += 1
        return iter([[self.times]])


@pytest.mark.parametrize(
    ("sampler", "message"),
    [
        ([], "Found a loader whose sampler gives none."),
        (Counting(SequentialSampler(NUMBERS), 1, False), "Found a Counting that gives other samples"),
    ],
)
def test_a_sampler_that_cannot_be_repeated_is_told(sampler, message):
    with pytest.raises(ValueError, match=message) as told:
        sampled_by(DataLoader(NUMBERS, batch_sampler=sampler))
    assert "\n" not in str(told.value)
