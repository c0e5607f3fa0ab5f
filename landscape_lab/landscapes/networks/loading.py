"""Data of any kind as batches: tensors, a Dataset, a DataLoader, a LightningDataModule."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    TensorDataset,
    default_collate,
)

from landscape_lab.landscapes.networks.batches import (
    Batches,
    LoadedBatches,
    Names,
    TensorBatches,
    samples_at_once,
)
from landscape_lab.landscapes.networks.orders import epoch_of, sampled_by
from landscape_lab.landscapes.networks.seeds import DrawsNoted, Purpose, all_random, permutation
from landscape_lab.landscapes.networks.streams import StreamBatches
from landscape_lab.landscapes.networks.trees import Batch, cast, count_samples, map_tensors, tensors_of
from landscape_lab.validation import check_count

KEPT_BYTES = 2**30
"""Samples of a data set without random transforms are loaded once and kept, up to so much memory."""

Collate = Callable[[list[Any]], Batch]


def as_batches(data: Any, size: int | None, samples: int | None, seed: int, dtype: torch.dtype) -> Batches:
    """The batches of a landscape.

    Args:
        data: Tensors or arrays, a Dataset or a DataLoader.
        size: Samples in a minibatch; `None`: all, or what a DataLoader says.
        samples: How many of the samples are taken, at random by the seed; `None`: all.
        seed: For that.
        dtype: Of the model: floats become as precise.

    Raises:
        ValueError: The data are of no such kind, empty, not finite, or smaller than a minibatch.
    """
    if samples is not None:
        check_count("samples", samples)
    if size is not None:
        check_count("batch_size", size)
    if isinstance(data, DataLoader):
        batches = _of_loader(data, size, samples, seed, dtype)
    elif isinstance(data, IterableDataset):
        raise ValueError(
            "Parameter `data`, if an IterableDataset, should come in a DataLoader with a batch size."
        )
    elif isinstance(data, Dataset) and not isinstance(data, TensorDataset):
        batches = _of_dataset(data, size, samples, seed, dtype)
    else:
        tensors = _tensors(data)
        batches = TensorBatches(cast(_some(tensors, samples, seed), dtype), size)
    _check(batches, size)
    return batches


def parts_of(data: Any) -> tuple[Any, Any]:
    """Data for training and for validation, `None` where there are none, of a data module or the like.

    A LightningDataModule is known by its methods, so that nothing of Lightning is needed; anything
    with the attributes `train` and `validation` is taken apart too.
    """
    if hasattr(data, "train_dataloader"):
        data.prepare_data()
        data.setup("fit")
        return data.train_dataloader(), _validation_loader(data)
    if hasattr(data, "train") and hasattr(data, "validation"):
        return data.train, data.validation
    return data, None


def names_of(data: Any) -> Names:
    """What data call their classes and tokens, where they do."""
    found = (getattr(data, name, ()) for name in Names._fields)
    return Names(*(tuple(map(str, names)) if isinstance(names, list | tuple) else () for names in found))


def _validation_loader(module: Any) -> Any:
    """The loader that a data module has for validation; the hook that it inherits only raises."""
    owner = next((kind for kind in type(module).__mro__ if "val_dataloader" in vars(kind)), None)
    if owner is None or owner.__module__.startswith(("lightning.", "pytorch_lightning.")):
        return None
    return module.val_dataloader() or None


def _tensors(data: Any) -> Batch:
    """Tensors as they are, arrays as tensors.

    Raises:
        ValueError: There are none, or they do not have the same number of samples.
    """
    if isinstance(data, TensorDataset):
        data = data.tensors
    if isinstance(data, tuple | list):
        data = tuple(torch.as_tensor(part) if hasattr(part, "__array__") else part for part in data)
    lengths = [len(part) if part.ndim else 0 for part in tensors_of(data)]
    if not lengths:
        raise ValueError(
            "Parameter `data` should be a tuple of tensors, a Dataset, a DataLoader or a "
            f"LightningDataModule. Found a {type(data).__name__}."
        )
    if len(set(lengths)) > 1:
        raise ValueError(
            f"Parameter `data` should have a target for each input. Found tensors of {lengths} samples."
        )
    return data


def _some(tensors: Batch, samples: int | None, seed: int) -> Batch:
    """A random part of the samples, in their own order."""
    indices = _chosen(count_samples(tensors), samples, seed)
    return tensors if indices is None else map_tensors(lambda part: part[indices], tensors)


def _chosen(count: int, samples: int | None, seed: int) -> Tensor | None:
    """Which samples are taken, in ascending order; `None`: all."""
    if samples is None or samples >= count:
        return None
    return permutation(count, seed, Purpose.SAMPLES)[:samples].sort().values


def _of_dataset(
    data: Dataset, size: int | None, samples: int | None, seed: int, dtype: torch.dtype, shuffle: bool = True
) -> Batches:
    """A data set with a length: kept as tensors, or loaded each step if it draws random numbers."""
    count = len(data)  # type: ignore[arg-type]
    _check_not_empty(count)
    indices = _chosen(count, samples, seed)
    data = data if indices is None else Subset(data, indices.tolist())
    kept = _kept(data)
    if kept is not None:
        return TensorBatches(cast(kept, dtype), size, shuffle)
    count = len(data)  # type: ignore[arg-type]
    order = partial(epoch_of, count, size or count, shuffle=shuffle)
    return _loaded(data, default_collate, order, range(count), dtype)


def _kept(data: Dataset) -> Batch | None:
    """All samples as tensors; `None` where they change from time to time, cannot be stacked or do not fit."""
    count = len(data)  # type: ignore[arg-type]
    with all_random(0):
        noted = DrawsNoted()
        try:
            first = default_collate([data[0]])
        except (TypeError, RuntimeError):
            return None
        bytes_each = sum(part.numel() * part.element_size() for part in tensors_of(first))
        if noted.any() or bytes_each * count > KEPT_BYTES:
            return None
        try:
            everything = default_collate([data[index] for index in range(count)])
        except (TypeError, RuntimeError):  # samples of different sizes need a collate function
            return None
        return None if noted.any() else everything


def _loaded(
    data: Dataset,
    collate: Collate,
    order: Callable[[int, int], Any],
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


def _of_loader(
    loader: DataLoader, size: int | None, samples: int | None, seed: int, dtype: torch.dtype
) -> Batches:
    """A loader's data set, batch size, collate function, `drop_last` and order are kept."""
    if size is not None:
        raise ValueError(
            "Parameter `batch_size` should not be given beside a DataLoader, "
            f"which has its own ({loader.batch_size}). Found `batch_size = {size}`."
        )
    if isinstance(loader.dataset, IterableDataset):
        if samples is not None:
            raise ValueError(
                "Parameter `samples` should not be given for a stream of data: stop the stream instead."
            )
        return StreamBatches(loader, partial(_cast_one, dtype=dtype))
    if loader.batch_sampler is None:
        raise ValueError(
            "Parameter `data`, if a DataLoader, should have a batch size. Found `batch_size = None`."
        )
    _check_not_empty(len(loader.dataset))  # type: ignore[arg-type]
    sampler = loader.sampler
    plain = type(sampler) is SequentialSampler or (type(sampler) is RandomSampler and not sampler.replacement)
    if plain and loader.batch_size is not None and getattr(sampler, "_num_samples", None) is None:
        return _plainly_ordered(loader, samples, seed, dtype)
    if samples is not None:
        raise ValueError(
            f"Parameter `samples` should not be given beside a {type(sampler).__name__}, which chooses them."
        )
    order = sampled_by(loader)
    everything = getattr(sampler, "indices", None)
    everything = range(len(loader.dataset)) if everything is None else list(everything)  # type: ignore[arg-type]
    return _loaded(loader.dataset, loader.collate_fn, order, everything, dtype)


def _plainly_ordered(loader: DataLoader, samples: int | None, seed: int, dtype: torch.dtype) -> Batches:
    """A loader that goes through its samples one after another, shuffled or not."""
    data, shuffle = loader.dataset, type(loader.sampler) is RandomSampler
    count = len(data)  # type: ignore[arg-type]
    indices = _chosen(count, samples, seed)
    data = data if indices is None else Subset(data, indices.tolist())
    count = len(data)  # type: ignore[arg-type]
    if loader.drop_last and loader.batch_size > count:  # type: ignore[operator]
        _check_size(loader.batch_size, count)
    kept = _kept(data) if loader.collate_fn is default_collate else None
    if kept is not None:
        return TensorBatches(cast(kept, dtype), loader.batch_size, shuffle, loader.drop_last)
    order = partial(epoch_of, count, loader.batch_size or count, shuffle=shuffle, drop_last=loader.drop_last)
    return _loaded(data, loader.collate_fn, order, range(count), dtype)


def _cast_one(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _check(batches: Batches, size: int | None) -> None:
    """Raise `ValueError` if samples are too few for a minibatch, or not finite."""
    _check_not_empty(batches.samples)
    _check_size(size, batches.samples)
    for batch in batches.whole():
        for tensor in tensors_of(batch):
            if tensor.is_floating_point() and not tensor.isfinite().all():
                raise ValueError("Parameter `data` should be finite. Found NaN or infinity in it.")


def _check_not_empty(count: int) -> None:
    if count == 0:
        raise ValueError("Parameter `data` should have samples. Found none.")


def _check_size(size: int | None, count: int) -> None:
    if size is not None and size > count:
        raise ValueError(
            f"Parameter `batch_size` should be at most the number of samples, {count}. "
            f"Found `batch_size = {size}`."
        )
