"""What a run does to the process, for a while: libraries say only what matters, random numbers are its own."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pytorch_lightning.utilities.seed import isolate_rng


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Lightning without greetings and tips, which would hide the line that matters; then as it was."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="`isinstance.treespec, LeafSpec.` is deprecated")
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def kept_random_states() -> Iterator[None]:
    """Random numbers of Python, NumPy and torch, which then go on as if none had been drawn or seeded."""
    states = isolate_rng()
    states.__enter__()
    try:
        yield
    finally:
        states.__exit__(None, None, None)  # by itself it leaves them where the block raises
