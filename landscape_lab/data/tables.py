"""Tables of numbers."""

import csv
import math
from pathlib import Path

import torch
from torch import Tensor

from landscape_lab.data.samples import Data
from landscape_lab.data.splits import split
from landscape_lab.validation import check_choice


def table(
    file: str | Path,
    targets: str = "auto",
    standardise: bool = True,
    samples: int | None = None,
    validation: float = 0.2,
    seed: int = 0,
) -> Data:
    """A CSV file of numbers; the last column is the target.

    A first line without numbers names the columns.

    Args:
        file: The table.
        targets: `classes`, `numbers`, or `auto`: classes where the last column holds exactly the whole
            numbers 0 … k - 1.
        standardise: Whether each other column is scaled to mean 0 and standard deviation 1.
        samples: How many lines are used, chosen at random; `None` for all.
        validation: How many of them are held out: a fraction, or from 1 on their number.
        seed: Which are chosen.

    Raises:
        ValueError: There is no such file, or a cell is not a finite number; the message says which.
    """
    check_choice("targets", targets, ("auto", "classes", "numbers"))
    values = torch.tensor(_read(Path(file)), dtype=torch.float64)  # [lines, columns]
    inputs, last = values[:, :-1], values[:, -1]
    if standardise:
        spread = inputs.std(dim=0, correction=0)
        inputs = (inputs - inputs.mean(dim=0)) / spread.where(spread > 0, 1.0)  # a constant column becomes 0
    classes = () if targets == "numbers" else _classes(last)
    if targets == "classes" and not classes:
        raise ValueError(
            f"The last column of {file} should hold the whole numbers 0 … k - 1, each at least once. "
            f"Found {last.unique()[:5].tolist()}."
        )
    answers = last.long() if classes else last.float().unsqueeze(-1)
    return split(inputs.float(), answers, samples=samples, validation=validation, seed=seed, classes=classes)


def _classes(last: Tensor) -> tuple[str, ...]:
    """The numbers 0 … k - 1 as names if a column holds just them, else none."""
    found = last.unique()  # sorted
    whole = torch.equal(found, torch.arange(len(found), dtype=found.dtype))
    return tuple(map(str, range(len(found)))) if whole and len(found) > 1 else ()


def _read(path: Path) -> list[list[float]]:
    """The numbers of all lines below the names of the columns."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a mark in front
            reader = csv.reader(file)
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except FileNotFoundError as error:
        raise ValueError(f"There is no table {path}. Say where it is with data.file=….") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"The file {path} should be a table in CSV format and UTF-8: {error}.") from error
    names = [] if not lines or any(_number(cell) is not None for cell in lines[0][1]) else lines.pop(0)[1]
    if not lines:
        raise ValueError(f"The table {path} should hold lines of numbers. Found none.")
    width = len(names) or len(lines[0][1])
    if width < 2:
        raise ValueError(
            f"The table {path} should have two columns at least, the last is the target. Found {width}."
        )
    return [_checked(path, number, cells, names, width) for number, cells in lines]


def _checked(path: Path, line: int, cells: list[str], names: list[str], width: int) -> list[float]:
    """The numbers of one line."""
    if len(cells) != width:
        raise ValueError(
            f"The table {path} should have {width} columns in each line. Found {len(cells)} in line {line}."
        )
    numbers = [_number(cell) for cell in cells]
    for column, (cell, number) in enumerate(zip(cells, numbers, strict=True)):
        if number is None or not math.isfinite(number):
            name = f"`{names[column]}`" if names else f"{column + 1}"
            raise ValueError(
                f"The table {path} should hold finite numbers. Found `{cell}` in line {line}, column {name}."
            )
    return [number for number in numbers if number is not None]


def _number(cell: str) -> float | None:
    """A cell as a number, or `None`."""
    try:
        return float(cell)
    except ValueError:
        return None
