"""Points too large for memory, in half precision in a file of their own: `points.f16`."""

import os
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.files.writing import naming
from landscape_lab.records.series import State

HALF = np.dtype("<f2")
"""Offsets from the start are numbers of 16 bits, lowest byte first, on every machine."""
BLOCK = 2**22
"""How many numbers are converted at a time."""
ROWS = 16
"""How many records are read through one view of the file: a system may map two megabytes around each."""


class HalfPrecisionPoints:
    """Points `[records, members, dims]` that are read from their file when they are looked at.

    Half precision holds 11 bits. They are spent on the offset from the start, not on the point: a
    network moves less far than its weights are large, so this is twice as exact.

    Args:
        path: The file.
        start: The first point, `[members, dims]`, float32.
        slots: Where in the file the record i lies, counted in points, `[records]`.
        number: Of the only member that is looked at, which makes the points `[records, dims]`; all
            if not given.

    Raises:
        ValueError: The file is shorter than that.
    """

    dtype = np.dtype(np.float32)

    def __init__(
        self,
        path: str | PathLike[str],
        start: Float[np.ndarray, "members dims"],
        slots: Int[np.ndarray, " records"],
        number: int | None = None,
    ) -> None:
        self.path = Path(path)
        self.start = start
        self.slots = slots
        self.number = number
        needed = (int(slots.max(initial=-1)) + 1) * start.size * HALF.itemsize
        if self.path.stat().st_size < needed:
            raise ValueError(
                f"{self.path} should have at least {needed:,} bytes. Found {self.path.stat().st_size:,}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array."""
        return (len(self.slots), *(self.start.shape if self.number is None else self.start.shape[1:]))

    @property
    def ndim(self) -> int:
        """As of an array."""
        return len(self.shape)

    def __len__(self) -> int:
        return len(self.slots)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Points as NumPy indexes them; of slices over members and dims only that part is read."""
        record, *inner = _without_ellipsis(index if isinstance(index, tuple) else (index,), self.ndim)
        inner = inner if self.number is None else [self.number, *inner]
        slots = np.asarray(self.slots[record])
        if slots.ndim == 0 or not slots.size:
            return self._read(slots, inner)
        return np.concatenate([self._read(slots[i : i + ROWS], inner) for i in range(0, len(slots), ROWS)])

    def _read(self, slots: Int[np.ndarray, "*records"], inner: list[Any]) -> np.ndarray:
        offsets = np.memmap(self.path, HALF, "r").reshape(-1, *self.start.shape)
        return self.start[tuple(inner)] + offsets[(slots, *inner)].astype(np.float32)

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        points = self[:]
        return points if dtype is None else points.astype(dtype, copy=False)

    def each_member(self) -> "list[HalfPrecisionPoints]":
        """The points of each member by itself, `[records, dims]`."""
        return [
            HalfPrecisionPoints(self.path, self.start, self.slots, number)
            for number in range(len(self.start))
        ]


def _without_ellipsis(index: tuple[Any, ...], ndim: int) -> tuple[Any, ...]:
    """An index whose `…` is written out."""
    at = next((number for number, part in enumerate(index) if part is Ellipsis), None)
    if at is None:
        return index
    return (*index[:at], *[slice(None)] * (ndim - len(index) + 1), *index[at + 1 :])


Points = np.ndarray | HalfPrecisionPoints
"""Points in memory or in a file."""


class FileColumn:
    """A column of a series whose values lie in a file, as offsets in half precision from the first of them.

    A new value takes the first slot that is free, so the file of a series that was thinned grows no
    further. Slots of which the last checkpoint tells are not free.

    Args:
        path: The file; an old one is written over.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.start: Tensor | None = None
        self.slots = torch.empty(0, dtype=torch.int64)
        self.saved: set[int] = set()

    @property
    def values(self) -> HalfPrecisionPoints | None:
        """The values `[count, …]`, read when they are looked at; `None` before the first."""
        return (
            None
            if self.start is None
            else HalfPrecisionPoints(self.path, self.start.numpy(), self.slots.numpy())
        )

    def append(self, values: Tensor) -> None:
        if self.start is None and len(values):
            self.start = values[0].to("cpu", torch.float32, copy=True)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(b"")
        with naming(self.path):
            for value in values:
                self._write(self._free_slot(), value)

    def _free_slot(self) -> int:
        taken = self.saved.union(self.slots.tolist())
        slot = next(slot for slot in range(len(taken) + 1) if slot not in taken)
        self.slots = torch.cat([self.slots, torch.tensor([slot])])
        return slot

    def _write(self, slot: int, value: Tensor) -> None:
        """Write a value block by block: no copy of a whole point is made."""
        assert self.start is not None
        with self.path.open("r+b") as file:
            file.seek(slot * value.numel() * HALF.itemsize)
            for here, begin in zip(
                value.reshape(-1).split(BLOCK), self.start.view(-1).split(BLOCK), strict=True
            ):
                file.write((here.cpu() - begin).half().numpy().astype(HALF, copy=False).data)

    def select(self, kept: Tensor) -> None:
        self.slots = self.slots[kept]

    def state_dict(self) -> State:
        if self.start is None:
            return {}
        with self.path.open("rb") as file:
            os.fsync(file.fileno())  # a checkpoint must not tell of points that a power cut takes
        self.saved = set(self.slots.tolist())
        return {"start": self.start, "slots": self.slots}

    def load_state_dict(self, state: State) -> None:
        """Go on where the checkpoint was written: what the file holds beyond is cut off.

        Raises:
            ValueError: The file is shorter than the checkpoint says.
        """
        if not state:
            return
        self.start, self.slots = state["start"], state["slots"]
        self.saved = set(self.slots.tolist())
        known = HalfPrecisionPoints(self.path, self.start.numpy(), self.slots.numpy())
        os.truncate(self.path, (int(known.slots.max()) + 1) * known.start.size * HALF.itemsize)
