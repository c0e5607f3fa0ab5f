"""Random numbers as a pure function of a seed, their purpose and a number."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What random numbers are for; numbers of different purposes have nothing in common."""

    SAMPLES = 0  # which samples of the data there are
    ORDER = 1  # the order of the samples in an epoch
    LOADING = 2  # random transforms of a minibatch
    MODEL = 3  # dropout


def seed_of(seed: int, purpose: Purpose, number: int = 0) -> int:
    """A seed of its own for the step or epoch `number`.

    `SeedSequence` is plain arithmetic and promised to stay the same in all versions of NumPy.

    >>> seed_of(0, Purpose.ORDER, 3) == seed_of(0, Purpose.ORDER, 3) != seed_of(1, Purpose.ORDER, 3)
    True
    """
    state = np.random.SeedSequence((seed % 2**64, purpose, number)).generate_state(2)
    return int(state[0]) << 31 | int(state[1]) >> 1


def permutation(count: int, seed: int, purpose: Purpose, number: int = 0) -> torch.Tensor:
    """The numbers below `count` in random order, `[count]`."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed_of(seed, purpose, number)))


@contextmanager
def torch_random(seed: int, device: torch.device) -> Iterator[None]:
    """For a while, torch draws the random numbers of `seed`; afterwards it goes on where it was."""
    kept = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)  # `torch.manual_seed` would change every device
    try:
        with torch.random.fork_rng([device], enabled=device.type == "cuda"):
            if device.type == "cuda":
                torch.cuda.manual_seed(seed)
            yield
    finally:
        torch.set_rng_state(kept)


@contextmanager
def all_random(seed: int) -> Iterator[None]:
    """For a while, torch, NumPy and Python draw the random numbers of `seed`."""
    kept, kept_numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    try:
        with torch_random(seed, torch.device("cpu")):
            yield
    finally:
        random.setstate(kept)
        np.random.set_state(kept_numpy)


class DrawsNoted:
    """Tells whether any random number was drawn since it was made.

    >>> noted = DrawsNoted()
    >>> _ = torch.rand(1)
    >>> noted.any()
    True
    """

    def __init__(self) -> None:
        self.before = self._states()

    @staticmethod
    def _states() -> tuple[object, ...]:
        return torch.get_rng_state().tolist(), random.getstate(), repr(np.random.get_state(legacy=False))

    def any(self) -> bool:
        """Whether the state of a generator of torch (on the CPU), NumPy or Python has changed."""
        return self._states() != self.before
