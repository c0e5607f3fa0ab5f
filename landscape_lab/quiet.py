"""Libraries that say only what matters."""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from landscape_lab.errors import tell

GLYPH = re.compile(r"Glyph (\d+) .* missing from font")
"""How matplotlib says that a name has a letter of another script."""


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


def _in_our_words(text: str) -> str:
    """What a warning of a library says, where its own words say it badly."""
    if (glyph := GLYPH.match(text)) is not None:
        return f"No installed font has the sign {chr(int(glyph[1]))}: pictures show a box for it."
    return text


class ToldOnce:
    """Warnings as one line each, once: without the path of the file that gave them.

    It stands in for `warnings.showwarning` where the lab owns the process.
    """

    def __init__(self) -> None:
        self.told: set[str] = set()

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = _in_our_words(str(message))
        if text not in self.told:
            self.told.add(text)
            tell(text)
