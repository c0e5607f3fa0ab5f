"""Trajectories as text, for spreadsheets and for other languages: CSV and JSON.

Numbers are those of `trajectory.npz`, in its units; of float32 the shortest decimals that read back the
same. Both know `tables.py`'s idea of infinity: `inf` is infinite, and what is missing is an empty cell, or
`null` in JSON, which has no NaN.
"""

import json
from collections.abc import Iterator
from os import PathLike
from typing import Protocol

import numpy as np

from landscape_lab.files.writing import replacing
from landscape_lab.records.archive import named
from landscape_lab.records.large_points import SMALL
from landscape_lab.records.measured import Measured
from landscape_lab.records.point_file import Points
from landscape_lab.tables import cell, write_csv


class Told(Protocol):
    """What a trajectory tells of itself."""

    label: str
    members: dict[str, np.ndarray]
    measured: Measured

    @property
    def steps(self) -> np.ndarray: ...
    @property
    def evaluations(self) -> np.ndarray: ...
    @property
    def lr(self) -> np.ndarray: ...
    @property
    def losses(self) -> np.ndarray: ...
    @property
    def point_steps(self) -> np.ndarray: ...
    @property
    def points(self) -> Points: ...


def to_csv(trajectory: Told, path: str | PathLike[str], *, points: bool = True) -> None:
    """Write a line for each record and member, a member after the other.

    The columns are `member` (its number), `member_start`, `member_lr` and `member_seed` where members
    differ in them, `step`, `evaluations`, `lr`, `loss`, and `point_0`, `point_1`, …; a record whose point
    was not kept has empty ones.

    Args:
        trajectory: What happened.
        path: The file, which appears whole or not at all.
        points: `False` leaves them out.

    Raises:
        ValueError: Points have more than 1,000 numbers, or nothing has been recorded.
    """
    _check(trajectory, points)
    dims = trajectory.points.shape[2] if points else 0
    own = named(trajectory.members)
    names = ["member", *own, "step", "evaluations", "lr", "loss", *(f"point_{axis}" for axis in range(dims))]
    write_csv(path, names, _lines(trajectory, dims))


def _lines(trajectory: Told, dims: int) -> Iterator[list[object]]:
    """The cells of each line; of `dims` numbers of each point."""
    losses = _decimals(trajectory.losses)
    curves = [trajectory.steps.tolist(), trajectory.evaluations.tolist(), trajectory.lr.tolist()]
    place = {step: index for index, step in enumerate(trajectory.point_steps.tolist())} if dims else {}
    for member in range(losses.shape[1]):
        own = [_decimals(values)[member].item() for values in trajectory.members.values()]
        points = _decimals(np.asarray(trajectory.points[:, member])).tolist() if dims else []
        for step, *rest, loss in zip(*curves, losses[:, member].tolist(), strict=True):
            point = points[place[step]] if step in place else [None] * dims
            yield [member, *own, step, *rest, loss, *point]


def to_json(trajectory: Told, path: str | PathLike[str], *, points: bool = True) -> None:
    """Write one object with the names that `trajectory.npz` has.

    They are `label`, `steps`, `evaluations` and `lr` `[records]`, `losses` `[records, members]`,
    `point_steps` and `points` `[points, members, dims]`, `member_…` `[members]` for what tells members
    apart, and of a network what was measured on all its data.

    Args:
        trajectory: What happened.
        path: The file, which appears whole or not at all.
        points: `False` leaves them out.

    Raises:
        ValueError: Points have more than 1,000 numbers, or nothing has been recorded.
    """
    _check(trajectory, points)
    arrays = {name: getattr(trajectory, name) for name in ("steps", "evaluations", "lr", "losses")}
    if points:
        arrays |= {"point_steps": trajectory.point_steps, "points": np.asarray(trajectory.points)}
    arrays |= named(trajectory.members) | trajectory.measured.arrays()
    content = {"label": trajectory.label} | {name: plain(values) for name, values in arrays.items()}
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(content, allow_nan=False) + "\n")


def _check(trajectory: Told, points: bool) -> None:
    """Raise `ValueError` where points are too large for text."""
    dims = trajectory.points.shape[2]
    if points and dims > SMALL:
        raise ValueError(
            f"Points as text should have at most {SMALL:,} numbers. Found {dims:,}: `points=False` writes "
            "all else, and `save` the points."
        )


def _decimals(values: np.ndarray) -> np.ndarray:
    """Numbers of float32 as the shortest decimals that read back the same, float64."""
    return values.astype(str).astype(np.float64) if values.dtype == np.float32 else values


def plain(values: np.ndarray) -> object:
    """An array as nested lists for JSON: `None` for NaN, the words `inf` and `-inf` for what is infinite.

    >>> plain(np.array([[0.5, np.nan], [np.inf, -np.inf]]))
    [[0.5, None], ['inf', '-inf']]
    """
    told = _decimals(values)
    if told.dtype.kind != "f" or np.isfinite(told).all():
        return told.tolist()
    words = told.astype(object)
    for index in np.argwhere(~np.isfinite(told)):
        words[tuple(index)] = cell(told[tuple(index)]) or None
    return words.tolist()
