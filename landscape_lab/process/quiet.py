"""Libraries that say only what matters."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Lightning without greetings and tips, which would hide the line that matters; then as it was."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="`isinstance.treespec, LeafSpec.` is deprecated")
            # the run's folder: what is there of an earlier run, the lab itself has removed
            warnings.filterwarnings("ignore", message="Experiment logs directory")
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def warnings_held() -> Iterator[None]:
    """Warnings wait for the end of what is done, and are dropped where that is refused."""
    with warnings.catch_warnings(record=True) as held:
        yield
    for one in held:
        warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
