"""The state of an optimizer over the steps of a descent: recorded, bounded in memory, and in a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from landscape_lab.files.writing import replacing
from landscape_lab.optimizers.remembered import Remembered
from landscape_lab.records.archive import DAMAGED, arrays_in
from landscape_lab.records.series import MemoryColumn, Series, State, spacing_for

WHOLE = 2
"""Of points of at most so many numbers, vectors are kept with every record."""
VECTORS, BYTES = 300, 2**26
"""Of larger points: the most records that hold vectors, and the most memory of all these."""
EXPECTED = 4
"""About how many vectors an optimizer has, for which memory is set aside."""


@dataclass(frozen=True)
class StateCurves:
    """What an optimizer remembered over the steps of a descent.

    The state of a step is the one that its step has left, with which the step was made: Adam's `exp_avg`
    of step s holds the gradient of step s. It stands beside the trajectory's record of step s, whose
    point is where the step begins; the end point has no state.

    Args:
        steps: `[records]`, int64.
        numbers: By name, `[records, members]` each, float64; NaN where there is none.
        vector_steps: `[k]`, int64.
        vectors: By name, `[k, members, dims]` each, float32; NaN where there is none. Where points have
            more than two numbers, the norm of each is also among the numbers, as `|name|`.
        skipped: What is no number, by name, and what it is.
    """

    steps: np.ndarray
    numbers: Mapping[str, np.ndarray]
    vector_steps: np.ndarray
    vectors: Mapping[str, np.ndarray]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def save(self, path: str | PathLike[str]) -> None:
        """Write a NumPy archive, whole or not at all."""
        with replacing(path, durable=True) as unfinished:
            np.savez_compressed(
                unfinished,
                allow_pickle=False,
                steps=self.steps,
                vector_steps=self.vector_steps,
                skipped=np.array([*self.skipped.items()], dtype=np.str_).reshape(-1, 2),
                **_together("numbers", self.numbers),
                **_together("vectors", self.vectors),
            )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "StateCurves":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It holds no such state.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"There is no state of an optimizer {path}.")
        try:
            arrays = arrays_in(path)
            numbers, vectors = _apart("numbers", arrays), _apart("vectors", arrays)
            skipped = dict(arrays["skipped"].tolist())
            return cls(arrays["steps"], numbers, arrays["vector_steps"], vectors, skipped)
        except DAMAGED as error:
            raise ValueError(f"{path} is not the state of an optimizer that can be read: {error}") from error


def _together(kind: str, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays by name as one array and its names: names may hold what no file's name may."""
    stacked = np.stack([*values.values()]) if values else np.empty(0)
    return {kind: stacked, f"{kind}_names": np.array([*values], dtype=np.str_)}


def _apart(kind: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(zip(arrays[f"{kind}_names"].tolist(), arrays[kind], strict=True))


class StateSeries:
    """Records the state of optimizers step by step.

    Args:
        members: How many descents there are.
        dims: Numbers in the point of each.
        records: The most records; of vectors of many coordinates there are fewer.
        spacing: Steps from one record to the next at the beginning.
        steps: How many steps there will be.

    >>> series = StateSeries(members=1, dims=2, records=10, steps=2)
    >>> for step in range(2):
    ...     series.add(step, slice(None), Remembered({"lr": torch.tensor([0.5])}, {}, {}))
    >>> series.curves(before=2).numbers["lr"].tolist()
    [[0.5], [0.5]]
    """

    def __init__(self, members: int, dims: int, records: int, steps: int, spacing: int = 1) -> None:
        self.members, self.dims = members, dims
        fits = min(VECTORS, BYTES // (4 * EXPECTED * members * dims))
        every = dims <= WHOLE
        self.vectors_kept = records if every else fits
        self.numbers = Series(records, spacing)
        self.vectors = Series(
            max(2, self.vectors_kept), spacing if every else spacing_for(steps, max(2, fits))
        )
        self.skipped: dict[str, str] = {}
        self._open: dict[int, Remembered] = {}  # of steps not yet in the series

    def wants(self, step: int) -> bool:
        """Whether a record of this step would be kept."""
        return self.numbers.wants(step) or self._wants_vectors(step)

    def _wants_vectors(self, step: int) -> bool:
        return self.vectors_kept > 1 and self.vectors.wants(step)

    def add(self, step: int, rows: slice, found: Remembered) -> None:
        """The state that a step has left, of the members in some rows."""
        record = self._open.setdefault(step, Remembered({}, {}, {}))
        numbers = dict(found.numbers)
        if self.dims > WHOLE:
            numbers |= {f"|{name}|": one.double().norm(dim=1) for name, one in found.vectors.items()}
        vectors = found.vectors if self._wants_vectors(step) else {}
        _put(record.numbers, rows, numbers, self.members)
        _put(record.vectors, rows, vectors, self.members)
        self.skipped |= found.skipped

    def settle(self) -> None:
        """Put what was added into the series; the steps are complete."""
        for series, which in ((self.numbers, "numbers"), (self.vectors, "vectors")):
            rows = {
                step: kept
                for step, record in sorted(self._open.items())
                if (kept := getattr(record, which)) and series.wants(step)
            }
            _extend(series, rows)
        self._open.clear()

    def curves(self, before: int) -> StateCurves:
        """What was recorded of the steps before one: those after it led nowhere."""
        self.settle()
        steps, vector_steps = self.numbers.steps.numpy(), self.vectors.steps.numpy()
        of_numbers, of_vectors = steps < before, vector_steps < before
        return StateCurves(
            steps[of_numbers],
            {name: values.numpy()[of_numbers] for name, values in _kept(self.numbers).items()},
            vector_steps[of_vectors],
            {
                name: values.numpy()[of_vectors].astype(np.float32)
                for name, values in _kept(self.vectors).items()
            },
            self.skipped,
        )

    def state_dict(self) -> State:
        """All that a later `load_state_dict` needs to go on."""
        self.settle()
        kept = {"numbers": self.numbers.state_dict(), "vectors": self.vectors.state_dict()}
        return {**kept, "skipped": dict(self.skipped)}

    def load_state_dict(self, state: State) -> None:
        """Go on from what `state_dict` returned."""
        self.numbers.load_state_dict(state["numbers"])
        self.vectors.load_state_dict(state["vectors"])
        self.skipped = dict(state["skipped"])


def _put(kept: dict[str, Tensor], rows: slice, new: Mapping[str, Tensor], members: int) -> None:
    """Values of all members as they are, or those of some beside those that are there."""
    for name, value in new.items():
        if len(value) == members:
            kept[name] = value
        else:
            kept.setdefault(name, _unknown((members, *value.shape[1:]), value))[rows] = value


PREFIX = "="
"""How the columns of a series are called that hold state: an optimizer may call a number `steps`."""


def _unknown(shape: tuple[int, ...], like: Tensor) -> Tensor:
    """NaN in place of such a value; of whole numbers, for which there is none, as float64."""
    return torch.full(shape, torch.nan, dtype=like.dtype if like.is_floating_point() else torch.float64)


def _extend(series: Series, rows: Mapping[int, Mapping[str, Tensor]]) -> None:
    """Records by their steps; a name that appears late, or is missing, is NaN elsewhere."""
    if not rows:
        return
    before = {name: values[0] for name, values in _kept(series).items()}
    first = before | {name: value for row in rows.values() for name, value in row.items()}
    for name in (name for name in first if name not in before):  # in the optimizer's own order
        series.columns[PREFIX + name] = column = MemoryColumn(series.records)
        column.append(_unknown((len(series), *first[name].shape), first[name]))
    missing = {name: _unknown(tuple(like.shape), like) for name, like in first.items()}
    whole = [{**missing, **row} for row in rows.values()]
    values = {PREFIX + name: torch.stack([row[name] for row in whole]) for name in first}
    series.extend(torch.tensor([*rows]), **values)


def _kept(series: Series) -> dict[str, Tensor]:
    """The values of the columns that hold state, by name, once there are any."""
    found = {name: series.values(name) for name in series.columns if name.startswith(PREFIX)}
    return {name.removeprefix(PREFIX): values for name, values in found.items() if values is not None}
