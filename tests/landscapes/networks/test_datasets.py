"""Data sets as batches: what is kept as tensors, and what is loaded when it is seen."""

import naive_networks as naive
import pytest
import torch
from torch.utils.data import Dataset, IterableDataset, TensorDataset

from landscape_lab.landscapes.networks import datasets
from landscape_lab.landscapes.networks.batches import Batches, LoadedBatches, TensorBatches
from landscape_lab.landscapes.networks.datasets import batches_of, check_size, chosen

X, Y = naive.classes()


class Ragged(Dataset):
    """Samples of different sizes, which no default collate function stacks."""

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.full((index + 1,), float(index))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(())


def first_of(samples: list[torch.Tensor]) -> torch.Tensor:
    """The first number of each sample."""
    return torch.stack([sample[0] for sample in samples])


def made(data: Dataset, size: int | None = 7, **how) -> Batches:
    return batches_of(data, size, None, 0, torch.float64, **how)


def test_samples_without_random_transforms_are_kept_as_tensors_of_the_models_precision() -> None:
    batches = made(naive.Plain((X, Y)))
    assert isinstance(batches, TensorBatches)
    assert torch.equal(batches.data[0], X.double())
    assert torch.equal(batches.data[1], Y)


def test_random_transforms_and_own_collate_functions_are_loaded_when_they_are_seen(monkeypatch) -> None:
    assert isinstance(made(naive.Noisy((X, Y))), LoadedBatches)
    ragged = made(Ragged(), 4, collate=first_of, shuffle=False)
    assert isinstance(ragged, LoadedBatches)
    assert [ragged.batch(step, [0])[0].tolist() for step in range(2)] == [[0, 1, 2, 3], [4, 5]]
    monkeypatch.setattr(datasets, "KEPT_BYTES", 8)
    assert isinstance(made(naive.Plain((X, Y))), LoadedBatches)


def test_the_smaller_minibatch_may_be_left_out() -> None:
    assert [made(TensorDataset(X, Y), drop_last=drop).per_epoch for drop in (False, True)] == [5, 4]
    noisy = [made(naive.Noisy((X, Y)), drop_last=drop).per_epoch for drop in (False, True)]
    assert noisy == [5, 4]


def test_some_samples_are_chosen_in_ascending_order_by_the_seed() -> None:
    first, same, other = (chosen(30, 12, seed) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    assert first.tolist() == sorted(set(first.tolist()))
    assert chosen(30, None, 0) is chosen(30, 30, 0) is None


def test_what_makes_no_minibatch_is_refused() -> None:
    with pytest.raises(ValueError, match="Found none"):
        made(TensorDataset(X[:0], Y[:0]))
    with pytest.raises(ValueError, match=r"samples, 30. .* = 40"):
        made(TensorDataset(X, Y), 40, drop_last=True)
    with pytest.raises(ValueError, match="should come in a DataLoader"):
        made(Stream())
    with pytest.raises(ValueError, match=r"samples, 3. .* = 4"):
        check_size(4, 3)
    check_size(None, 0)
