"""The random numbers of whoever calls the lab from Python."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytorch_lightning.utilities.seed import isolate_rng


@contextmanager
def kept_random_states() -> Iterator[None]:
    """Random numbers of Python, NumPy and torch, which then go on as if none had been drawn or seeded."""
    states = isolate_rng()
    states.__enter__()
    try:
        yield
    finally:
        states.__exit__(None, None, None)  # by itself it leaves them where the block raises
