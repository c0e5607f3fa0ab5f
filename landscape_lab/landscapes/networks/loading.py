"""Data of any kind as batches: tensors, a Dataset, a DataLoader, a LightningDataModule."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    TensorDataset,
)

from landscape_lab.landscapes.networks.batches import Batches, Names, TensorBatches
from landscape_lab.landscapes.networks.datasets import (
    batches_of,
    check_not_empty,
    check_size,
    chosen,
    loaded,
)
from landscape_lab.landscapes.networks.orders import sampled_by
from landscape_lab.landscapes.networks.streams import StreamBatches
from landscape_lab.landscapes.networks.trees import Batch, cast, count_samples, map_tensors, tensors_of
from landscape_lab.validation import check_count


def as_batches(data: object, size: int | None, samples: int | None, seed: int, dtype: torch.dtype) -> Batches:
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
    elif isinstance(data, Dataset) and not isinstance(data, TensorDataset):
        batches = batches_of(data, size, samples, seed, dtype)
    else:
        tensors = _tensors(data)
        batches = TensorBatches(cast(_some(tensors, samples, seed), dtype), size)
    _check(batches, size)
    return batches


def batches_for(model: nn.Module, data: object, size: int | None, samples: int | None, seed: int) -> Batches:
    """Data on the model's device, as precise as its weights."""
    first = next(parameter for parameter in model.parameters() if parameter.requires_grad)
    return as_batches(data, size, samples, seed, first.dtype).to(first.device)


def parts_of(data: Any) -> tuple[object, object]:
    """Data for training and for validation, `None` where there are none, of a data module or the like.

    A LightningDataModule is known by its methods, so that nothing of Lightning is needed; anything
    with the attributes `train` and `validation` is taken apart too.
    """
    if hasattr(data, "train_dataloader"):
        data.prepare_data()
        data.setup("fit")
        return data.train_dataloader(), validation_loader(data)
    if hasattr(data, "train") and hasattr(data, "validation"):
        return data.train, data.validation
    return data, None


def names_of(data: object) -> Names:
    """What data call their classes and tokens, where they do."""
    found = (getattr(data, name, ()) for name in Names._fields)
    return Names(*(tuple(map(str, names)) if isinstance(names, list | tuple) else () for names in found))


def validation_loader(module: Any) -> object:
    """The loader that a data module has for validation; the hook that it inherits only raises."""
    loaders = module.val_dataloader() if has_own(module, "val_dataloader") else None
    if isinstance(loaders, list | tuple) and all(isinstance(one, DataLoader) for one in loaders):
        loaders = loaders[0] if loaders else None  # of several, validation is by the first
    return loaders or None


def has_own(module: object, method: str) -> bool:
    """Whether a class has a method that it does not merely inherit from Lightning."""
    owner = next((kind for kind in type(module).__mro__ if method in vars(kind)), None)
    return owner is not None and not from_lightning(owner)


def from_lightning(kind: type) -> bool:
    """Whether a class is one of Lightning's own."""
    return kind.__module__.startswith(("lightning.", "pytorch_lightning."))


def _tensors(data: Batch) -> Batch:
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
    indices = chosen(count_samples(tensors), samples, seed)
    return tensors if indices is None else map_tensors(lambda part: part[indices], tensors)


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
        return _of_stream(loader, samples, dtype)
    if loader.batch_sampler is None:
        raise ValueError(
            "Parameter `data`, if a DataLoader, should have a batch size. Found `batch_size = None`."
        )
    check_not_empty(len(loader.dataset))  # type: ignore[arg-type]
    if not _one_after_another(loader):
        return _of_sampler(loader, samples, dtype)
    shuffle = type(loader.sampler) is RandomSampler
    how = loader.collate_fn, shuffle, loader.drop_last
    return batches_of(loader.dataset, loader.batch_size, samples, seed, dtype, *how)


def _of_stream(loader: DataLoader, samples: int | None, dtype: torch.dtype) -> StreamBatches:
    """A loader whose samples have no numbers."""
    if samples is not None:
        raise ValueError(
            "Parameter `samples` should not be given for a stream of data: stop the stream instead."
        )
    return StreamBatches(loader, partial(_cast_one, dtype=dtype))


def _one_after_another(loader: DataLoader) -> bool:
    """Whether a loader goes through all its samples, shuffled or not, each once."""
    sampler = loader.sampler
    plain = type(sampler) is SequentialSampler or (type(sampler) is RandomSampler and not sampler.replacement)
    return plain and loader.batch_size is not None and getattr(sampler, "_num_samples", None) is None


def _of_sampler(loader: DataLoader, samples: int | None, dtype: torch.dtype) -> Batches:
    """A loader whose own sampler chooses the samples."""
    sampler, data = loader.sampler, loader.dataset
    if samples is not None:
        raise ValueError(
            f"Parameter `samples` should not be given beside a {type(sampler).__name__}, which chooses them."
        )
    order = sampled_by(loader)
    indices = getattr(sampler, "indices", None)
    everything = range(len(data)) if indices is None else list(indices)  # type: ignore[arg-type]
    return loaded(data, loader.collate_fn, order, everything, dtype)


def _cast_one(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _check(batches: Batches, size: int | None) -> None:
    """Raise `ValueError` if samples are too few for a minibatch, or not finite."""
    check_not_empty(batches.samples)
    check_size(size, batches.samples)
    for batch in batches.whole():
        for tensor in tensors_of(batch):
            if tensor.is_floating_point() and not tensor.isfinite().all():
                raise ValueError("Parameter `data` should be finite. Found NaN or infinity in it.")
