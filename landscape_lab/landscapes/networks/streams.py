"""Batches that come one after another and cannot be asked for by number."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

from torch import Tensor, nn

from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.seeds import Purpose, all_random, seed_of
from landscape_lab.landscapes.networks.trees import Batch, count_samples, map_tensors, stack

LONGEST = 1_000_000
"""Samples after which a stream counts as endless."""


class StreamBatches(Batches):
    """A loader of an iterable data set: counted once, and skipped to where a resumed run goes on.

    Batch k of an epoch is drawn under random numbers of (seed, step), so a stream that draws only
    global random numbers is a pure function of them.

    Args:
        loader: Gives batches, from the beginning each time it is iterated.
        cast: What is done to each tensor.

    Raises:
        ValueError: The stream is empty or does not end.
    """

    def __init__(self, loader: Iterable[Batch], cast: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.loader = loader
        self.place = cast
        self.stochastic = True
        self._whole = self._collected()
        self.per_epoch = len(self._whole)
        self.samples = sum(count_samples(batch) for batch in self._whole)
        self._streams: dict[int, tuple[int, Iterator[Batch]]] = {}

    def _collected(self) -> list[Batch]:
        """All batches of one pass."""
        batches: list[Batch] = []
        samples = 0
        with all_random(0):
            for batch in self.loader:
                batches.append(map_tensors(self.place, batch))
                samples += count_samples(batches[-1])
                if samples > LONGEST:
                    raise ValueError(
                        f"Parameter `data` should end: its stream has more than {LONGEST:,} samples."
                    )
        if not batches:
            raise ValueError("Parameter `data` should have samples. Found an empty loader.")
        return batches

    def batch(self, step: int, seeds: Sequence[int]) -> tuple[Batch, bool]:
        loaded = {seed: self._next(step, seed) for seed in dict.fromkeys(seeds)}
        return (
            (next(iter(loaded.values())), False)
            if len(loaded) == 1
            else (stack([loaded[s] for s in seeds]), True)
        )

    def _next(self, step: int, seed: int) -> Batch:
        """The batch of a step: the next of the stream, or the stream is skipped up to it."""
        epoch, number = divmod(step, self.per_epoch)
        following, stream = self._streams.get(seed, (-1, iter(())))
        if following != step or number == 0:
            if number > 0:
                warnings.warn(
                    f"A stream of data is skipped to its batch {number}, one batch after another.",
                    stacklevel=2,
                )
            with all_random(seed_of(seed, Purpose.ORDER, epoch)):
                stream = iter(self.loader)
            following = step - number
        for at in range(following, step + 1):
            with all_random(seed_of(seed, Purpose.LOADING, at)):
                batch = next(stream)
        self._streams[seed] = step + 1, stream
        return map_tensors(self.place, batch)

    def last(self) -> Batch:
        return self._whole[-1]

    def whole(self) -> Sequence[Batch]:
        return self._whole

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> nn.Module:
        before = self.place
        self.place = lambda tensor: fn(before(tensor))
        self._whole = [map_tensors(fn, batch) for batch in self._whole]
        return super()._apply(fn, recurse)
