"""Which samples each minibatch of an epoch has: a pure function of (seed, epoch)."""

import copy
from collections.abc import Callable

import torch
from torch.utils.data import DataLoader, SequentialSampler

from landscape_lab.landscapes.networks.seeds import Purpose, all_random, permutation, seed_of


def epoch_of(
    count: int, size: int, seed: int, epoch: int, shuffle: bool = True, drop_last: bool = False
) -> list[list[int]]:
    """The samples of each minibatch of an epoch."""
    order = permutation(count, seed, Purpose.ORDER, epoch) if shuffle else torch.arange(count)
    parts = [part.tolist() for part in order.split(size)]
    return parts[:-1] if drop_last and len(parts[-1]) < size else parts


def sampled_by(loader: DataLoader) -> Callable[[int, int], list[list[int]]]:
    """The order of a loader's own sampler, drawn under (seed, epoch).

    Raises:
        ValueError: It gives other samples each time although the random numbers are the same.
    """
    batch_sampler = copy.deepcopy(loader.batch_sampler)
    for sampler in (batch_sampler, getattr(batch_sampler, "sampler", None)):
        if getattr(sampler, "generator", None) is not None:
            sampler.generator = None  # type: ignore[union-attr] # its state would not be a function of the epoch

    def order(seed: int, epoch: int) -> list[list[int]]:
        with all_random(seed_of(seed, Purpose.ORDER, epoch)):
            for part in (batch_sampler, getattr(batch_sampler, "sampler", None)):
                if hasattr(part, "set_epoch"):
                    part.set_epoch(epoch)  # type: ignore[union-attr]
            return [list(indices) for indices in batch_sampler]  # type: ignore[union-attr]

    first = order(0, 0)
    if not first:
        raise ValueError("Parameter `data` should have samples. Found a loader whose sampler gives none.")
    if order(0, 0) != first:
        name = _name_of_sampler(loader)
        raise ValueError(
            "Parameter `data` should have a sampler that draws torch's, NumPy's or Python's global "
            f"random numbers. Found a {name} that gives other samples under the same seed: "
            "a resumed run could not go on alike."
        )
    return order


def _name_of_sampler(loader: DataLoader) -> str:
    """The class of the sampler that is not one of torch's own wrappers."""
    sequential = isinstance(loader.sampler, SequentialSampler)  # then an own batch sampler was given
    return type(loader.batch_sampler if sequential else loader.sampler).__name__
