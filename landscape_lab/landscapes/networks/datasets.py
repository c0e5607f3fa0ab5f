"""A data set as batches: kept as tensors where that is possible, else loaded when they are seen."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.utils.data import Dataset, IterableDataset, Subset, default_collate

from landscape_lab.landscapes.networks.batches import Batches, LoadedBatches, TensorBatches, samples_at_once
from landscape_lab.landscapes.networks.orders import epoch_of
from landscape_lab.landscapes.networks.seeds import DrawsNoted, Purpose, all_random, permutation
from landscape_lab.landscapes.networks.trees import Batch, cast, tensors_of

KEPT_BYTES = 2**30
"""Samples of a data set without random transforms are loaded once and kept, up to so much memory."""

Collate = Callable[[list], Batch]


def batches_of(
    data: Dataset,
    size: int | None,
    samples: int | None,
    seed: int,
    dtype: torch.dtype,
    collate: Collate = default_collate,
    shuffle: bool = True,
    drop_last: bool = False,
) -> Batches:
    """A data set with a length: kept as tensors, or loaded each step if it draws random numbers.

    Args:
        data: Its samples are asked for by number.
        size: Samples in a minibatch; `None`: all.
        samples: How many of the samples are taken, at random by the seed; `None`: all.
        seed: For that.
        dtype: Of the model: floats become as precise.
        collate: Makes one batch of samples.
        shuffle: Whether each epoch has an order of its own.
        drop_last: Whether the smaller minibatch at the end of an epoch is left out.

    Raises:
        ValueError: The data are empty, a stream, or smaller than the only kind of minibatch.
    """
    if isinstance(data, IterableDataset):
        raise ValueError(
            "Parameter `data`, if an IterableDataset, should come in a DataLoader with a batch size."
        )
    check_not_empty(len(data))  # type: ignore[arg-type]
    indices = chosen(len(data), samples, seed)  # type: ignore[arg-type]
    data = data if indices is None else Subset(data, indices.tolist())
    count = len(data)  # type: ignore[arg-type]
    if drop_last:
        check_size(size, count)
    kept = _kept(data) if collate is default_collate else None
    if kept is not None:
        return TensorBatches(cast(kept, dtype), size, shuffle, drop_last)
    order = partial(epoch_of, count, size or count, shuffle=shuffle, drop_last=drop_last)
    return loaded(data, collate, order, range(count), dtype)


def chosen(count: int, samples: int | None, seed: int) -> Tensor | None:
    """Which samples are taken, in ascending order; `None`: all."""
    if samples is None or samples >= count:
        return None
    return permutation(count, seed, Purpose.SAMPLES)[:samples].sort().values


def _kept(data: Dataset) -> Batch | None:
    """All samples as tensors; `None` where they change from time to time, cannot be stacked or do not fit."""
    count = len(data)  # type: ignore[arg-type]
    with all_random(0):
        noted = DrawsNoted()
        first = _stacked(data, 1)
        if first is None:
            return None
        bytes_each = sum(part.numel() * part.element_size() for part in tensors_of(first))
        if noted.any() or bytes_each * count > KEPT_BYTES:
            return None
        everything = _stacked(data, count)
        return None if noted.any() else everything


def _stacked(data: Dataset, count: int) -> Batch | None:
    """The first samples as one batch; `None` where they need a collate function, as of several sizes."""
    # Takes no sequence: a type checker at run time looks at a random element, and draws would be noted.
    try:
        return default_collate([data[index] for index in range(count)])
    except (TypeError, RuntimeError):
        return None


def loaded(
    data: Dataset,
    collate: Collate,
    order: Callable[[int, int], Sequence[Sequence[int]]],
    everything: Sequence[int],
    dtype: torch.dtype,
) -> LoadedBatches:
    """Batches that are loaded when they are seen."""

    def load(indices: Sequence[int]) -> Batch:
        fetch = getattr(data, "__getitems__", None)
        return cast(collate(fetch(indices) if fetch else [data[index] for index in indices]), dtype)

    with all_random(0):
        at_once = samples_at_once(load(everything[:1]))
    return LoadedBatches(load, order, everything, at_once)


def check_not_empty(count: int) -> None:
    """Raise `ValueError` if there are no samples."""
    if count == 0:
        raise ValueError("Parameter `data` should have samples. Found none.")


def check_size(size: int | None, count: int) -> None:
    """Raise `ValueError` if there are too few samples for one minibatch."""
    if size is not None and size > count:
        raise ValueError(
            f"Parameter `batch_size` should be at most the number of samples, {count}. "
            f"Found `batch_size = {size}`."
        )
