"""Batches as they come from a loader: tensors in tuples, lists and dictionaries, however nested."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

Batch: TypeAlias = Any
"""A tensor, or tuples, lists and dictionaries of them; other values in it are left as they are."""


def map_tensors(change: Callable[..., Tensor], batch: Batch, *others: Batch) -> Batch:
    """The same batch with each tensor changed; of several batches of one structure, their tensors together.

    >>> map_tensors(torch.neg, {"x": torch.tensor(1), "name": "one"})
    {'x': tensor(-1), 'name': 'one'}
    """
    if isinstance(batch, Tensor):
        return change(batch, *others)
    if isinstance(batch, Mapping):
        return {key: map_tensors(change, batch[key], *(other[key] for other in others)) for key in batch}
    if isinstance(batch, tuple | list):
        parts = [map_tensors(change, *part) for part in zip(batch, *others, strict=True)]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    return batch


def tensors_of(batch: Batch) -> Iterator[Tensor]:
    """The tensors of a batch, in order."""
    if isinstance(batch, Tensor):
        yield batch
    elif isinstance(batch, Mapping | tuple | list):
        for part in batch.values() if isinstance(batch, Mapping) else batch:
            yield from tensors_of(part)


def count_samples(batch: Batch) -> int:
    """How many samples a batch has: the length of its first tensor.

    Raises:
        ValueError: There is no tensor in it, or its first has no dimension of samples.
    """
    first = next(tensors_of(batch), None)
    if first is None or first.ndim == 0:
        raise ValueError(
            f"Parameter `data` should give batches of tensors. Found a {type(batch).__name__} without one."
        )
    return len(first)


def cast(batch: Batch, dtype: torch.dtype) -> Batch:
    """The same batch with its floats as precise as the model's."""
    return map_tensors(lambda tensor: tensor.to(dtype) if tensor.is_floating_point() else tensor, batch)


def stack(batches: Sequence[Batch]) -> Batch:
    """Batches of one structure as one, with a dimension of batches in front of each tensor."""
    return map_tensors(lambda *tensors: torch.stack(tensors), *batches)
