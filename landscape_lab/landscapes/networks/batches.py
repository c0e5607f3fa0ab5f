"""What a step of a network sees: minibatches, each a pure function of (seed, step)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from landscape_lab.landscapes.networks.seeds import Purpose, all_random, permutation, seed_of
from landscape_lab.landscapes.networks.trees import Batch, count_samples, map_tensors, stack, tensors_of

NUMBERS_AT_ONCE = 2**17
"""Input numbers in one batch of a clean evaluation: LeNet is 2.3 times as fast on 128 samples as on 1,797."""


def samples_at_once(batch: Batch) -> int:
    """How many samples like these are evaluated together, 64 to 1,024."""
    first = next(tensors_of(batch))
    return max(64, min(1024, NUMBERS_AT_ONCE // max(1, first[0].numel())))


class Names(NamedTuple):
    """What whole numbers stand for, for pictures.

    Args:
        classes: The name of each class; empty where data name none.
        tokens: The name of each token.
    """

    classes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


class Batches(nn.Module, ABC):
    """Where batches come from: the minibatch of each step, and the whole data for clean evaluations.

    Data move to another device and precision with the landscape, and are no part of its state.

    Attributes:
        samples: How many samples the data have.
        per_epoch: How many minibatches make an epoch; 1 where every step sees all data.
        stochastic: Whether steps see different batches.
        names: What the data call their classes and tokens.
    """

    samples: int
    per_epoch: int
    stochastic: bool
    names: Names = Names()

    @abstractmethod
    def batch(self, step: int, seeds: Sequence[int]) -> tuple[Batch, bool]:
        """What a step sees.

        Args:
            step: Counted from 0.
            seeds: One for each member.

        Returns:
            One batch for all members and False; or, where their seeds differ, a batch with a
            leading dimension of members and True.
        """

    def last(self) -> Batch:
        """The last minibatch of an epoch, the smallest."""
        return self.batch(self.per_epoch - 1, (0,))[0]

    @abstractmethod
    def whole(self) -> Sequence[Batch]:
        """All samples, in batches of nearly equal size: always the same."""


class TensorBatches(Batches):
    """Data that are tensors: the minibatches are taken out of them.

    Args:
        data: Tensors with samples along their first dimension.
        size: Samples in a minibatch; `None`: every step sees all.
        shuffle: Whether each epoch has an order of its own.
        drop_last: Whether the smaller minibatch at the end of an epoch is left out.

    >>> batches = TensorBatches((torch.arange(5.0), torch.arange(5)), size=2)
    >>> batches.per_epoch, torch.equal(batches.batch(7, [0])[0][1], batches.batch(7, [0])[0][1])
    (3, True)
    """

    def __init__(
        self, data: Batch, size: int | None = None, shuffle: bool = True, drop_last: bool = False
    ) -> None:
        super().__init__()
        self.data = data
        self.size = size
        self.shuffle = shuffle
        self.samples = count_samples(data)
        self.per_epoch = (
            1 if size is None else self.samples // size + (self.samples % size > 0 and not drop_last)
        )
        self.stochastic = size is not None
        self._order: tuple[tuple[int, tuple[int, ...]], Tensor] | None = None
        self._whole: list[Batch] | None = None

    def batch(self, step: int, seeds: Sequence[int]) -> tuple[Batch, bool]:
        if self.size is None:
            return self.data, False
        epoch, number = divmod(step, self.per_epoch)
        order = self._order_of(epoch, tuple(seeds))
        indices = order[:, number * self.size : (number + 1) * self.size]  # [members or 1, size]
        several, shape = len(indices) > 1, indices.shape
        flat = indices.flatten()
        if several:
            return map_tensors(
                lambda part: part.index_select(0, flat).view(*shape, *part.shape[1:]), self.data
            ), True
        return map_tensors(lambda part: part.index_select(0, flat), self.data), False

    def _order_of(self, epoch: int, seeds: tuple[int, ...]) -> Tensor:
        """The order of an epoch, `[members, samples]`; a single line where all seeds are the same."""
        if self._order is None or self._order[0] != (epoch, seeds):
            if not self.shuffle:
                order = torch.arange(self.samples).unsqueeze(0)
            else:
                own = seeds if len(set(seeds)) > 1 else seeds[:1]
                order = torch.stack([permutation(self.samples, seed, Purpose.ORDER, epoch) for seed in own])
            self._order = (epoch, seeds), order.to(next(tensors_of(self.data)).device)
        return self._order[1]

    def whole(self) -> Sequence[Batch]:
        if self._whole is None:
            count = -(-self.samples // samples_at_once(self.data))
            parts = [iter(torch.tensor_split(part, count)) for part in tensors_of(self.data)]
            self._whole = []
            for _ in range(count):
                each = iter(parts)  # views: the data are kept once
                self._whole.append(map_tensors(lambda _, each=each: next(next(each)), self.data))
        return self._whole

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> nn.Module:
        self.data = map_tensors(fn, self.data)
        self._order = self._whole = None
        return super()._apply(fn, recurse)


class LoadedBatches(Batches):
    """Data of a user's kind: minibatches are loaded under random numbers of (seed, step).

    Args:
        load: Loads the samples of these indices as one batch.
        order: The indices of each minibatch of an epoch: a pure function of (seed, epoch).
        everything: The indices of all samples.
        at_once: Samples in a batch of the whole data.
    """

    def __init__(
        self,
        load: Callable[[Sequence[int]], Batch],
        order: Callable[[int, int], Sequence[Sequence[int]]],
        everything: Sequence[int],
        at_once: int,
    ) -> None:
        super().__init__()
        self.load = load
        self.order = order
        self.samples = len(everything)
        self.per_epoch = len(order(0, 0))
        self.stochastic = True
        self.everything = everything
        self.at_once = at_once
        self.place: Callable[[Tensor], Tensor] = _as_it_is
        self._orders: dict[int, tuple[int, Sequence[Sequence[int]]]] = {}
        self._whole: list[Batch] | None = None

    def batch(self, step: int, seeds: Sequence[int]) -> tuple[Batch, bool]:
        loaded = {seed: self._loaded(step, seed) for seed in dict.fromkeys(seeds)}
        return (
            (next(iter(loaded.values())), False)
            if len(loaded) == 1
            else (stack([loaded[s] for s in seeds]), True)
        )

    def _loaded(self, step: int, seed: int) -> Batch:
        epoch, number = divmod(step, self.per_epoch)
        if seed not in self._orders or self._orders[seed][0] != epoch:
            self._orders[seed] = epoch, self.order(seed, epoch)
        with all_random(seed_of(seed, Purpose.LOADING, step)):
            return map_tensors(self.place, self.load(self._orders[seed][1][number]))

    def whole(self) -> Sequence[Batch]:
        if self._whole is None:  # loaded once: pictures evaluate all samples at hundreds of points
            parts = torch.tensor_split(torch.arange(self.samples), -(-self.samples // self.at_once))
            with all_random(0):
                loaded = [self.load([self.everything[i] for i in part.tolist()]) for part in parts]
            self._whole = [map_tensors(self.place, part) for part in loaded]
        return self._whole

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> nn.Module:
        before = self.place
        self.place = lambda tensor: fn(before(tensor))
        if self._whole is not None:
            self._whole = [map_tensors(fn, part) for part in self._whole]
        return super()._apply(fn, recurse)


def _as_it_is(tensor: Tensor) -> Tensor:
    return tensor
