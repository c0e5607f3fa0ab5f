"""Evenly spaced records of what happens step by step, bounded in number however long it goes on."""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from landscape_lab.validation import check_count

State = dict[str, Any]
"""What a checkpoint keeps: tensors and numbers, and lists and dictionaries of them."""
FIRST = 256
"""Records for which a column makes room at once."""


class Column(Protocol):
    """The kept values of one quantity, in the order of their steps."""

    def append(self, values: Tensor) -> None:
        """Keep values `[n, …]` behind those that are there."""

    def select(self, kept: Tensor) -> None:
        """Keep only the values with these numbers, in ascending order."""

    def state_dict(self) -> State:
        """Tensors and numbers from which `load_state_dict` goes on."""

    def load_state_dict(self, state: State) -> None:
        """Go on from what `state_dict` returned."""


class MemoryColumn:
    """Values in one tensor, which grows by doubling.

    Args:
        most: How many values there will be at most.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.count = 0
        self.room: Tensor | None = None

    @property
    def values(self) -> Tensor | None:
        """The values, `[count, …]`, not copied; `None` before the first."""
        return None if self.room is None else self.room[: self.count]

    def append(self, values: Tensor) -> None:
        count = self.count + len(values)
        if self.room is None or count > len(self.room):
            grown = values.new_empty(min(self.most, max(FIRST, 2 * count)), *values.shape[1:])
            if self.room is not None:
                grown[: self.count] = self.room[: self.count]
            self.room = grown
        self.room[self.count : count] = values
        self.count = count

    def select(self, kept: Tensor) -> None:
        if self.room is not None:
            self.room[: len(kept)] = self.room[kept]
        self.count = len(kept)

    def state_dict(self) -> State:
        return {} if self.values is None else {"values": self.values.clone()}

    def load_state_dict(self, state: State) -> None:
        self.room = state.get("values")
        self.count = 0 if self.room is None else len(self.room)


class Series:
    """Some quantities at evenly spaced steps.

    A record is kept where its step is a multiple of the spacing. When there is no room for one
    more, every other record is dropped and the spacing doubles; a spacing that fits the number of
    steps, where that is known, never has to.

    Args:
        records: The most that are kept, at least 2.
        spacing: Steps from one record to the next at the beginning.
        columns: Where quantities are kept that do not belong in memory, by name.

    >>> series = Series(records=3)
    >>> for step in range(6):
    ...     series.extend(torch.tensor([step]), height=torch.tensor([10 * step]))
    >>> series.steps.tolist(), series.values("height").tolist()
    ([0, 2, 4], [0, 20, 40])
    """

    def __init__(self, records: int, spacing: int = 1, columns: Mapping[str, Column] | None = None) -> None:
        check_count("records", records)
        self.records = max(2, records)
        self.spacing = spacing
        self.columns: dict[str, Column] = {"steps": MemoryColumn(self.records), **(columns or {})}

    @property
    def steps(self) -> Tensor:
        """The steps of the records, `[records]`, int64."""
        steps = self.values("steps")
        return torch.empty(0, dtype=torch.int64) if steps is None else steps

    def __len__(self) -> int:
        return len(self.steps)

    def values(self, name: str) -> Tensor | None:
        """What was recorded of a quantity in memory, `[records, …]`; `None` before the first record."""
        column = self.columns.get(name)
        return column.values if isinstance(column, MemoryColumn) else None

    def wants(self, step: int) -> bool:
        """Whether a record of this step would be kept."""
        return step % self.spacing == 0

    def extend(self, steps: Tensor, **values: Tensor) -> None:
        """Records in ascending order: their steps `[n]` and the values `[n, …]` of each quantity."""
        before = self.spacing
        while self._would_keep(steps) > self.records:
            self.spacing *= 2
        if self.spacing > before:
            self._select(self.steps % self.spacing == 0)
        taken = _evenly(steps, self.spacing)
        for name, each in {"steps": steps, **values}.items():
            self.columns.setdefault(name, MemoryColumn(self.records)).append(each[taken])

    def _would_keep(self, steps: Tensor) -> int:
        """How many records there would be with those of `steps`, at this spacing."""
        return int((self.steps % self.spacing == 0).sum() + (steps % self.spacing == 0).sum())

    def cut(self, step: int) -> None:
        """Forget the records after a step."""
        self._select(self.steps <= step)

    def _select(self, kept: Tensor) -> None:
        numbers = kept.nonzero().view(-1)
        for column in self.columns.values():
            column.select(numbers)

    def state_dict(self) -> State:
        """All that a later `load_state_dict` needs to go on; tensors and numbers only."""
        columns = {name: column.state_dict() for name, column in self.columns.items()}
        return {"records": self.records, "spacing": self.spacing, "columns": columns}

    def load_state_dict(self, state: State) -> None:
        """Go on from what `state_dict` returned."""
        self.records, self.spacing = state["records"], state["spacing"]
        for name, kept in state["columns"].items():
            self.columns.setdefault(name, MemoryColumn(self.records)).load_state_dict(kept)


def _evenly(steps: Tensor, spacing: int) -> slice | Tensor:
    """Which of some steps are multiples of the spacing; a slice where it can be, as it copies nothing."""
    wanted = (steps % spacing == 0).nonzero().view(-1)
    if len(wanted) and int(steps[-1] - steps[0]) == len(steps) - 1:
        return slice(int(wanted[0]), None, spacing)
    return wanted


def spacing_for(steps: int, records: int) -> int:
    """The smallest spacing at which `steps` steps, from 0 on, give no more than `records` records.

    >>> spacing_for(1000, 200), spacing_for(1001, 200), spacing_for(5, 200)
    (5, 6, 1)
    """
    return -(-steps // records)
