"""Tables as CSV and as Markdown, with one idea of what is missing and of what is infinite.

A number that is infinite is written `inf`: a target that was never reached, the loss of a member that
diverged. What is missing is an empty cell: `None`, and NaN, which is how an array says so.
"""

import csv
import math
import re
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from os import PathLike

from landscape_lab.escaping import Markup, in_csv, in_markdown
from landscape_lab.files.writing import replacing

MISSING = "–"
"""Stands where people read a table and there is no such result."""
LONG = re.compile(r"-?\d+\.\d{4,}(e[+-]?\d+)?")
"""A number of more digits than anybody reads."""


def write_csv(
    path: str | PathLike[str],
    names: Iterable[str],
    lines: Iterable[Iterable[object]],
    digits: int | None = None,
) -> None:
    """Write a table as CSV, whole or not at all.

    Args:
        path: The file.
        names: Of the columns.
        lines: The values of each line, as many as there are columns.
        digits: How many significant digits a float gets; `None` for as many as read back the same float.
    """
    with replacing(path) as unfinished, unfinished.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(cell, names))
        writer.writerows([cell(value, digits) for value in line] for line in lines)


def cell(value: object, digits: int | None = None) -> str:
    """A value as a cell of a CSV file.

    >>> cell(None), cell(float("nan")), cell(float("inf")), cell(1 / 3, digits=6), cell(0.1), cell(True)
    ('', '', 'inf', '0.333333', '0.1', 'True')
    """
    if value is None:
        return ""
    if isinstance(value, Real) and not isinstance(value, Integral):
        number = float(value)
        if math.isnan(number):
            return ""
        return repr(number) if digits is None else f"{number:.{digits}g}"
    return in_csv(str(value))


def markdown(names: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    r"""A table as the lines of a Markdown page; its cells are text, unless they are `Markup`.

    >>> markdown(["optimizer", "note"], [["adam", "a|b"]])
    ['| optimizer | note |', '| --- | --- |', '| adam | a\\|b |']
    """
    head, *escaped = ([_marked(text) for text in line] for line in (names, *lines))
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *escaped)]


def _marked(text: str) -> str:
    """A cell of a page."""
    return text if isinstance(text, Markup) else in_markdown(text)


def short(value: object) -> str:
    """A value as people read it; of a long number, four digits.

    >>> short(None), short(12345), short(0.123456), short("[0.123456,0.9]"), short("adam")
    ('', '12,345', '0.1235', '[0.1235,0.9]', 'adam')
    """
    if isinstance(value, str):
        return LONG.sub(lambda number: f"{float(number[0]):.4g}", value)
    if value is None:
        return ""
    return (
        f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    )


def unquoted(value: str) -> str:
    r"""A value without the quotes and the backslashes that Hydra's grammar asks for.

    >>> unquoted("'my drawing.png'"), unquoted(r"my\ drawing.png"), unquoted("[1,2]")
    ('my drawing.png', 'my drawing.png', '[1,2]')
    """
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        escaped = rf"(\\+)({value[0]}|\Z)"  # backslashes count twice before a quote, and before the last one
        inner = re.sub(escaped, lambda end: end[1][: len(end[1]) // 2] + end[2], value[1:-1])
        return inner.replace("\\${", "${")
    return re.sub(r"\\(.)", r"\1", value)
