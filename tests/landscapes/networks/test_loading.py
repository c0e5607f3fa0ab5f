"""Data of every kind as batches that are a pure function of (seed, step)."""

from types import SimpleNamespace

import naive_networks as naive
import numpy as np
import pytest
import torch
from pytorch_lightning import LightningDataModule
from torch.utils.data import (
    DataLoader,
    RandomSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from landscape_lab.landscapes.networks.batches import Batches, LoadedBatches, TensorBatches
from landscape_lab.landscapes.networks.loading import as_batches, parts_of

X, Y = naive.classes()


def batches_of(data, size=None, samples=None, seed=0) -> Batches:
    return as_batches(data, size, samples, seed, torch.float32)


def targets_of(batches: Batches, epoch: int, seed: int = 0) -> list[int]:
    """What the steps of an epoch see."""
    steps = range(epoch * batches.per_epoch, (epoch + 1) * batches.per_epoch)
    return [int(target) for step in steps for target in batches.batch(step, [seed])[0][1]]


class Module(LightningDataModule):
    def setup(self, stage: str) -> None:
        self.data = TensorDataset(X, Y)

    def train_dataloader(self) -> DataLoader:
        return DataLoader(self.data, batch_size=7, shuffle=True)


NUMBERS = TensorDataset(X, torch.arange(30))


def numbered(data: naive.Noisy | None = None, **options) -> DataLoader:
    return DataLoader(NUMBERS if data is None else data, batch_size=7, **options)


KINDS = {
    "tensors": lambda: batches_of((X, torch.arange(30)), 7),
    "arrays": lambda: batches_of((X.double().numpy(), np.arange(30)), 7),
    "TensorDataset": lambda: batches_of(NUMBERS, 7),
    "Dataset": lambda: batches_of(naive.Plain((X, torch.arange(30))), 7),
    "random transforms": lambda: batches_of(naive.Noisy((X, torch.arange(30))), 7),
    "DataLoader": lambda: batches_of(numbered(shuffle=True)),
    "loader of random transforms": lambda: batches_of(
        numbered(naive.Noisy((X, torch.arange(30))), shuffle=True)
    ),
    "own collate function": lambda: batches_of(
        numbered(shuffle=True, collate_fn=lambda parts: tuple(map(torch.stack, zip(*parts, strict=True))))
    ),
    "own generator": lambda: batches_of(
        numbered(sampler=RandomSampler(NUMBERS, generator=torch.Generator().manual_seed(1)))
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_an_epoch_has_each_sample_once_in_an_order_of_its_own(name) -> None:
    batches = KINDS[name]()
    first, second = targets_of(batches, 0), targets_of(batches, 1)
    assert sorted(first) == sorted(second) == list(range(30)) != first != second
    assert targets_of(batches, 0, seed=1) != first
    assert [len(batches.batch(step, [0])[0][1]) for step in range(5)] == [7, 7, 7, 7, 2]
    assert sorted(int(number) for batch in batches.whole() for number in batch[1]) == list(range(30))
    assert batches.batch(0, [0])[0][0].dtype == torch.float32


@pytest.mark.parametrize("name", KINDS)
def test_a_minibatch_is_a_pure_function_of_seed_and_step(name) -> None:
    random = torch.get_rng_state()
    one, other = KINDS[name](), KINDS[name]()
    expected = [one.batch(step, [3])[0] for step in range(8)]
    for step in (6, 2, 7):
        assert all(map(torch.equal, other.batch(step, [3])[0], expected[step]))
    assert torch.equal(random, torch.get_rng_state())


@pytest.mark.parametrize("name", KINDS)
def test_members_see_what_a_single_run_of_their_seed_sees(name) -> None:
    batches = KINDS[name]()
    together, own = batches.batch(6, [0, 4, 0])
    assert own
    for number, seed in enumerate([0, 4, 0]):
        assert all(map(torch.equal, [part[number] for part in together], batches.batch(6, [seed])[0]))
    assert not batches.batch(6, [4, 4])[1]


def test_what_a_loader_says_is_kept() -> None:
    ordered = batches_of(numbered(drop_last=True))
    assert targets_of(ordered, 0) == targets_of(ordered, 3) == list(range(28))
    assert isinstance(ordered, TensorBatches)
    plain = batches_of(DataLoader(naive.Plain((X, Y)), batch_size=7, collate_fn=lambda parts: parts[0]))
    assert isinstance(plain, LoadedBatches)
    assert plain.batch(0, [0])[0][0].shape == (2,)


@pytest.mark.parametrize(
    ("sampler", "allowed"),
    [
        (WeightedRandomSampler([0.0] * 20 + [1.0] * 10, 21), set(range(20, 30))),
        (WeightedRandomSampler([1.0] * 30, 21, generator=torch.Generator().manual_seed(1)), set(range(30))),
        (SubsetRandomSampler(range(9)), set(range(9))),
        (RandomSampler(NUMBERS, replacement=True), set(range(30))),
    ],
    ids=["weighted", "own generator", "subset", "with replacement"],
)
def test_another_sampler_is_drawn_under_seed_and_epoch(sampler, allowed) -> None:
    batches, again = (batches_of(numbered(sampler=sampler)) for _ in range(2))
    assert set(targets_of(batches, 0)) <= allowed
    assert targets_of(batches, 2) == targets_of(again, 2) != targets_of(batches, 1)
    everything = {int(number) for batch in batches.whole() for number in batch[1]}
    assert everything == (set(range(9)) if len(allowed) == 9 else set(range(30)))


def test_samples_are_a_seeded_part_of_the_data() -> None:
    for data in ((X, torch.arange(30)), NUMBERS, naive.Plain((X, torch.arange(30))), numbered(shuffle=True)):
        size = None if isinstance(data, DataLoader) else 7
        first, same, other = (batches_of(data, size, 12, seed) for seed in (0, 0, 1))
        assert first.samples == len(set(targets_of(first, 0))) == 12
        assert set(targets_of(first, 0)) == set(targets_of(same, 0)) != set(targets_of(other, 0))


def test_a_data_module_is_known_by_its_methods() -> None:
    train, validation = parts_of(Module())
    assert validation is None
    assert batches_of(train).per_epoch == 5

    class Both(Module):
        def val_dataloader(self) -> DataLoader:
            return DataLoader(Subset(self.data, range(5)), batch_size=2)

    assert batches_of(parts_of(Both())[1]).samples == 5
    assert parts_of(SimpleNamespace(train=(X, Y), validation=None)) == ((X, Y), None)
    assert parts_of((X, Y)) == ((X, Y), None)


def test_random_transforms_differ_from_step_to_step_and_are_fixed_in_the_whole_data() -> None:
    batches = batches_of(naive.Noisy((X, torch.arange(30))), 30)
    shifts = [
        inputs[targets.argsort()] - X for inputs, targets in (batches.batch(step, [0])[0] for step in (0, 1))
    ]
    assert (shifts[0] != shifts[1]).all()
    again = batches_of(naive.Noisy((X, torch.arange(30))), 30)
    assert all(map(torch.equal, batches.whole()[0], again.whole()[0]))


def test_full_batches_are_the_data_themselves() -> None:
    batches = batches_of((X, Y))
    assert batches.batch(5, [0])[0][0].data_ptr() == X.data_ptr()
    assert not batches.stochastic
    assert batches_of(naive.Noisy((X, Y))).stochastic


class Changing:
    """A sampler whose state nobody can foretell."""

    def __init__(self) -> None:
        self.start = 0

    def __iter__(self):
        self.start += 1
        return iter(range(self.start, self.start + 9))

    def __len__(self) -> int:
        return 9


REFUSED = {
    "two batch sizes": (
        lambda: batches_of(numbered(), 5),
        r"which has its own \(7\). Found `batch_size = 5`",
    ),
    "no batch size": (lambda: batches_of(DataLoader(NUMBERS, batch_size=None)), "should have a batch size"),
    "bare stream": (lambda: batches_of(naive.Stream(3)), "should come in a DataLoader"),
    "empty stream": (lambda: batches_of(DataLoader(naive.Stream(0), batch_size=2)), "Found an empty loader"),
    "empty loader": (lambda: batches_of(DataLoader(TensorDataset(X[:0], Y[:0]), batch_size=2)), "Found none"),
    "drop_last": (
        lambda: batches_of(DataLoader(NUMBERS, batch_size=40, drop_last=True)),
        "samples, 30. .* = 40",
    ),
    "sampler": (
        lambda: batches_of(numbered(sampler=Changing())),
        "Found a Changing that gives other samples",
    ),
    "samples of a sampler": (
        lambda: batches_of(numbered(sampler=[1, 2]), samples=1),
        "beside a list, which chooses",
    ),
    "samples of a stream": (
        lambda: batches_of(DataLoader(naive.Stream(3), batch_size=2), samples=1),
        "a stream of data",
    ),
    "samples": (lambda: batches_of((X, Y), samples=0), "Found `samples = 0`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_alike_is_refused_in_one_line(name) -> None:
    make, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as raised:
        make()
    assert "\n" not in str(raised.value)
