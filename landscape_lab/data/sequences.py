"""Sequences of tokens."""

import sysconfig
from pathlib import Path

import torch

from landscape_lab.data.samples import Data
from landscape_lab.data.splits import seeded, split
from landscape_lab.validation import check_count


def text(
    file: str | Path | None = None,
    length: int = 32,
    characters: int = 100_000,
    samples: int | None = 1000,
    validation: float = 0.1,
    seed: int = 0,
) -> Data:
    """Which character comes next, at each position of pieces of a text that do not overlap.

    Args:
        file: A text in UTF-8; `None` for Python's own standard library, module after module by name:
            always there, but another one with each version of Python.
        length: Characters in a piece.
        characters: How much of the text is read.
        samples: How many pieces are used, chosen at random; `None` for all.
        validation: How many of them are held out: a fraction, or from 1 on their number.
        seed: Which are chosen.

    Raises:
        ValueError: There is no such file, or it is shorter than one piece.
    """
    check_count("length", length)
    check_count("characters", characters)
    content = _standard_library(characters) if file is None else _content(Path(file), characters)
    if len(content) <= length:
        raise ValueError(
            f"Parameter `length` should be below {len(content)}, the whole text. Found `length = {length}`."
        )
    alphabet = sorted(set(content))
    number = {character: index for index, character in enumerate(alphabet)}
    numbers = torch.tensor([number[character] for character in content])
    pieces = numbers.unfold(
        0, length + 1, length
    )  # [pieces, length + 1]: the last character is only predicted
    names = tuple(alphabet)
    inputs, targets = pieces[:, :-1], pieces[:, 1:]
    few = None if samples is None else min(samples, len(pieces))  # a short text is no mistake
    return split(inputs, targets, samples=few, validation=validation, seed=seed, classes=names, tokens=names)


def digit_sum(samples: int = 2000, length: int = 8, validation: float = 0.2, seed: int = 0) -> Data:
    """Sequences of random digits, and their sum as a class from 0 to 9 · length.

    Args:
        samples: How many sequences.
        length: Digits in each.
        validation: How many are held out: a fraction, or from 1 on their number.
        seed: Of the digits and of what is held out.
    """
    check_count("samples", samples)
    check_count("length", length)
    sequences = torch.randint(10, (samples, length), generator=seeded(seed))
    sums = tuple(map(str, range(9 * length + 1)))
    return split(
        sequences,
        sequences.sum(-1),
        validation=validation,
        seed=seed,
        classes=sums,
        tokens=tuple("0123456789"),
    )


def _content(path: Path, characters: int) -> str:
    """The beginning of a file."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(characters)
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {path}. Say where the text is with data.file=….") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"The file {path} should be a text in UTF-8. Found the byte {error.object[error.start]:#x}."
        ) from error


def _standard_library(characters: int) -> str:
    """The beginning of Python's own modules, sorted by name: one order on all file systems."""
    content = ""
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        content += path.read_text(encoding="utf-8")
        if len(content) >= characters:
            break
    return content[:characters]
