"""What happened: the losses and points of a descent over its steps, as plain arrays."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from landscape_lab.files import replacing
from landscape_lab.keys.running import TRAJECTORY
from landscape_lab.point_file import FileColumn, HalfPrecisionPoints, Points
from landscape_lab.series import Series, spacing_for

SMALL = 1000
"""Up to so many numbers a member, a point is recorded wherever a loss is; larger ones are recorded less often."""
MEMORY = 2**25
"""The most bytes that curves take, and small points with them, however many members there are."""
LARGE_MEMORY = 2**27
"""The most bytes that large points take in memory."""
ENOUGH = 200
"""So many records of a large point draw its path: where memory holds fewer, so many go to a file."""
DISK = 2**32
"""The most bytes of that file."""
COMPRESSED = 2**24
"""The most bytes that are compressed when they are saved: a second's work."""

UNKNOWN = float("nan")
"""The learning rate of an optimizer that has none."""

Record = dict[str, Tensor]
"""One record: its step and the value of each quantity there."""
ARRAYS = ("points", "losses", "steps", "evaluations", "lr")
"""What every trajectory holds."""


@TRAJECTORY.checks_class
class Trajectory:
    """Losses and points over steps, bounded in memory however long the descent.

    The losses, evaluations and learning rates are *curves*: at most `records` evenly spaced records
    are kept; when they are full, every other one is dropped and the spacing doubles. A record holds
    the point *before* its step and the loss there, so step 0 is the start and the last record is
    the end point.

    Points of at most 1,000 numbers a member are kept with every record, and the best record is
    always among them. Larger points are kept as often as memory allows, or in half precision in a
    file; `point_steps` tells at which steps. The best record is then the best of those.

    Args:
        records: The most evenly spaced records kept.
        label: The optimizer and its settings, for pictures.
        members: What tells members apart, `[members]` each: the number of their `start`, their
            `lr`, their `seed`.
        steps: How many steps there will be, where that is known: large points are then spaced for
            it from the beginning.
        to: A file for large points of which memory holds too few; they stay in memory if it is not
            given.

    >>> trajectory = Trajectory(records=4)
    >>> for step in range(10):
    ...     trajectory.append(step, torch.full((1, 2), step), torch.tensor([float(step)]), evaluations=step)
    >>> trajectory.steps
    array([0, 4, 8, 9])
    """

    def __init__(
        self,
        records: int = 10_000,
        label: str = "",
        members: Mapping[str, np.ndarray] | None = None,
        steps: int | None = None,
        to: str | PathLike[str] | None = None,
    ) -> None:
        self.records = max(records, 2)
        self.label = label
        self.members = dict(members or {})
        self.expected = steps
        self.to = to
        self._curves: Series | None = None
        self._points: Series | None = None  # of large points only: small ones are a column of the curves
        self._extra: dict[str, Record] = {}  # the records "last", "best" and "end", kept whatever the spacing

    @property
    def rates(self) -> list[float] | None:
        """The learning rate of each member, where members have their own."""
        return self.members["lr"].tolist() if "lr" in self.members else None

    @property
    def spacing(self) -> int:
        """Steps from one record to the next."""
        return 1 if self._curves is None else self._curves.spacing

    def open(self, members: int, dims: int) -> None:
        """Decide how much is kept, for points of `members` × `dims` numbers; done by the first record if not before."""
        if self._curves is not None:
            return
        of_points = dims if dims <= SMALL else 0
        self.records = max(2, min(self.records, MEMORY // (4 * members * (of_points + 1))))
        self._curves = Series(self.records)
        if dims > SMALL:
            self._points = self._large_points(4 * members * dims)

    def _large_points(self, size: int) -> Series:
        """The series of points that take `size` bytes in memory, half of that in a file."""
        in_memory = LARGE_MEMORY // size
        if in_memory >= min(ENOUGH, self.records) or self.to is None:
            number, columns = max(2, min(self.records, in_memory)), None
        else:
            number, columns = (
                max(2, min(self.records, ENOUGH, 2 * DISK // size)),
                {"points": FileColumn(self.to)},
            )
        spacing = 1 if self.expected is None else spacing_for(self.expected, number)
        return Series(number, spacing, columns)

    @property
    def keeps_every_point(self) -> bool:
        """Whether points are small: each record has one."""
        return self._points is None

    def wants_point(self, step: int) -> bool:
        """Whether a point of this step would be kept, or must be known to find the best."""
        return self._points is None or self._points.wants(step)

    def append(
        self, step: int, points: Tensor, losses: Tensor, evaluations: int, lr: float = UNKNOWN
    ) -> None:
        """One record: points `[members, dims]`, losses `[members]`."""
        rates = torch.tensor([lr])
        self.extend(
            torch.tensor([step]), points.unsqueeze(0), losses.unsqueeze(0), torch.tensor([evaluations]), rates
        )

    def extend(
        self,
        steps: Tensor,
        points: Tensor,
        losses: Tensor,
        evaluations: Tensor,
        lr: Tensor | None = None,
        point_steps: Tensor | None = None,
        **curves: Tensor,
    ) -> None:
        """Records in order.

        Args:
            steps: `[n]`.
            points: `[k, members, dims]`.
            losses: `[n, members]`.
            evaluations: Those made before each, `[n]`.
            lr: The learning rate of each step, `[n]`.
            point_steps: The steps of the points, `[k]`; those of the records if not given. Every
                step must be among them where points are small.
            **curves: Further quantities, `[n, members]`.
        """
        lr = torch.full(steps.shape, UNKNOWN) if lr is None else lr
        records = _on_cpu(steps=steps, losses=losses, evaluations=evaluations, lr=lr) | _on_cpu(**curves)
        self.open(*points.shape[1:])
        self._reopen()
        assert self._curves is not None
        if self._points is None:
            records |= _on_cpu(points=points)
            self._extra["best"] = _better(self._extra.get("best", {}), records)
        else:
            at = steps if point_steps is None else point_steps
            there = losses[torch.searchsorted(steps, at)]
            self._points.extend(at.to("cpu", torch.int64), points=points.detach(), **_on_cpu(losses=there))
        self._extra["last"] = _record(records, -1)
        self._curves.extend(**records)

    def end(self, step: int, points: Tensor, losses: Tensor, evaluations: int, **curves: Tensor) -> None:
        """The end point, the last record unless the descent goes on: points `[members, dims]`, losses `[members]`."""
        self.open(*points.shape)
        self._reopen()
        last = self._extra.get("last", {})
        lr = last["lr"].unsqueeze(0) if last else torch.tensor([UNKNOWN])
        records = _on_cpu(
            steps=torch.tensor([step]),
            losses=losses.unsqueeze(0),
            evaluations=torch.tensor([evaluations]),
            lr=lr,
        )
        records |= _on_cpu(**{name: values.unsqueeze(0) for name, values in curves.items()})
        if isinstance(self._file, FileColumn):
            self._file.append(points.detach().unsqueeze(0))  # behind the series, which does not count it
        else:
            records |= _on_cpu(points=points.unsqueeze(0))
        self._extra["end"] = _record(records, 0)

    def _reopen(self) -> None:
        """Forget the end: the descent goes on."""
        if self._extra.pop("end", None) is not None and self._points is not None and self._file is not None:
            self._file.select(torch.arange(len(self._points)))

    @property
    def _file(self) -> FileColumn | None:
        """Where points are kept that lie in a file."""
        column = None if self._points is None else self._points.columns.get("points")
        return column if isinstance(column, FileColumn) else None

    def _array(self, name: str) -> np.ndarray:
        """The evenly spaced records of one curve, with the best and the last at their steps."""
        if self._curves is None:
            raise ValueError("The trajectory is empty: nothing has been recorded yet.")
        extra = {
            int(record["steps"]): record[name].numpy()
            for record in self._kept_whatever_the_spacing()
            if name in record
        }
        series = self._curves.values(name)
        if series is None:
            return np.stack(list(extra.values()))
        steps, values = self._curves.steps.numpy(), series.numpy()
        extra = {step: extra[step] for step in sorted(extra) if step not in steps}
        return (
            np.insert(values, np.searchsorted(steps, list(extra)), list(extra.values()), axis=0)
            if extra
            else values.copy()
        )

    def _kept_whatever_the_spacing(self) -> list[Record]:
        """The best record, where points are small, and the end, or else the last record."""
        return [
            record
            for record in (self._extra.get("best"), self._extra.get("end") or self._extra.get("last"))
            if record
        ]

    @property
    def points(self) -> Points:
        """`[point_steps, members, dims]`, float32; large ones may lie in a file and are read when they are looked at."""
        if self._points is None:
            return self._array("points")
        if self._file is not None and self._file.values is not None:
            return self._file.values
        kept, end = self._points.values("points"), self._extra.get("end")
        parts = [] if kept is None else [kept.to("cpu", torch.float32).numpy()]
        return np.concatenate([*parts, *([] if end is None else [end["points"].numpy()[None]])])

    @property
    def point_steps(self) -> np.ndarray:
        """The steps of the points, int64: those of all records where points are small."""
        if self._points is None:
            return self.steps
        end = self._extra.get("end")
        return np.concatenate(
            [self._points.steps.numpy(), *([] if end is None else [[int(end["steps"])]])]
        ).astype(np.int64)

    @property
    def losses(self) -> np.ndarray:
        """`[records, members]`, float32."""
        return self._array("losses")

    @property
    def steps(self) -> np.ndarray:
        """`[records]`, int64: 0 is the start, the last is the end point."""
        return self._array("steps")

    @property
    def evaluations(self) -> np.ndarray:
        """`[records]`, int64: how often the loss had been evaluated on the way there."""
        return self._array("evaluations")

    @property
    def lr(self) -> np.ndarray:
        """The learning rate of each step, `[records]`, float64, NaN where there is none; the end point has the last step's."""
        return self._array("lr")

    @property
    def best(self) -> tuple[int, float]:
        """The step of the lowest loss of any member, and that loss; the start and NaN when no loss was finite.

        Where points are large, the lowest of the records whose points are kept.
        """
        best, end = self._extra.get("best", {}), self._extra.get("end")
        if self._points is not None and (losses := self._points.values("losses")) is not None:
            best = _better({}, {"steps": self._points.steps, "losses": losses})
        if end is not None:
            best = _better(best, {name: values.unsqueeze(0) for name, values in end.items()})
        return (int(best["steps"]), _lowest(best)) if best else (0, float("nan"))

    def state_dict(self) -> dict[str, Any]:
        """All that a later `load_state_dict` needs to go on as if nothing had happened; tensors and numbers only."""
        return {
            "records": self.records,
            "curves": None if self._curves is None else self._curves.state_dict(),
            "points": None if self._points is None else self._points.state_dict(),
            "file": self._file is not None,
            "extra": {name: record for name, record in self._extra.items() if name != "end"},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Raises:
            ValueError: The file of points is not what it was.
        """
        self.records, self._extra = state["records"], dict(state["extra"])
        if state["curves"] is not None:
            self._curves = Series(self.records)
            self._curves.load_state_dict(state["curves"])
        if state["points"] is not None:
            to_file = state["file"] and self.to is not None
            self._points = Series(
                self.records, columns={"points": FileColumn(self.to)} if to_file and self.to else None
            )
            self._points.load_state_dict(state["points"])
            if self._file is not None:
                self._file.select(torch.arange(len(self._points)))  # without the end point

    def save(self, path: str | PathLike[str]) -> None:
        """Write a NumPy archive: `points`, `losses`, `steps`, `evaluations`, `lr`, further curves, and what tells members apart.

        Fewer points than losses have `point_steps`. Of points in a file the archive holds
        `point_start` and `point_slots`.
        """
        names = ("points", *self._curve_names())
        arrays = {name: self._array(name) for name in names if name != "points" or self.keeps_every_point}
        if not self.keeps_every_point:
            arrays["point_steps"] = self.point_steps
            points = self.points
            if isinstance(points, HalfPrecisionPoints):
                arrays |= {"point_start": points.start, "point_slots": points.slots}
            else:
                arrays = {"points": points, **arrays}
        arrays |= {f"member_{name}": values for name, values in self.members.items()}
        with replacing(path) as unfinished:
            small = sum(values.nbytes for values in arrays.values()) <= COMPRESSED
            save = np.savez_compressed if small else np.savez
            save(unfinished, allow_pickle=False, **arrays)

    def _curve_names(self) -> list[str]:
        """The quantities that are curves, those of every trajectory first."""
        known = [name for name in ARRAYS if name != "points"]
        more = {} if self._curves is None else self._curves.columns
        return [*known, *(name for name in more if name not in ARRAYS)]

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Trajectory":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It is not a trajectory.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no trajectory {path}.")
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive}
            return cls._of(arrays, path.with_name("points.f16"))
        except (
            ValueError,
            KeyError,
            OSError,
            EOFError,
            BadZipFile,
            RuntimeError,
            IndexError,
            TypeError,
        ) as error:
            raise ValueError(f"{path} is not a trajectory that can be read: {error}") from error

    @classmethod
    def _of(cls, arrays: dict[str, np.ndarray], file: Path) -> "Trajectory":
        """A trajectory of exactly these arrays, and of the points in a file if they are not among them."""
        members = {name[7:]: arrays.pop(name) for name in list(arrays) if name.startswith("member_")}
        slots, start, at = (arrays.pop(name, None) for name in ("point_slots", "point_start", "point_steps"))
        arrays.setdefault("lr", np.full(arrays["steps"].shape, UNKNOWN))
        points = arrays.pop("points") if slots is None else None
        shape = (len(slots), *start.shape) if slots is not None and start is not None else np.shape(points)
        _check_fit(arrays, shape, arrays["steps"] if at is None else at)
        records = _on_cpu(**{name: torch.from_numpy(values) for name, values in arrays.items()})
        trajectory = cls(records=max(2, len(records["steps"])), members=members)
        trajectory._curves = Series(trajectory.records)
        if at is None:
            records |= _on_cpu(points=torch.from_numpy(points))
            trajectory._extra["best"] = _better({}, records)
        else:
            trajectory._points = _kept_points(
                at, points, None if slots is None else _opened(file, start, slots), records
            )
        trajectory._extra["last"] = _record(records, -1)
        trajectory._curves.extend(**records)
        return trajectory


def _check_fit(arrays: dict[str, np.ndarray], points: tuple[int, ...], at: np.ndarray) -> None:
    """Raise `ValueError` unless there is a point for each step that has one and a value of each curve for each record."""
    number, members = arrays["losses"].shape
    whole = all(len(values) == number for values in arrays.values())
    if not whole or number == 0 or len(points) != 3 or points[:2] != (len(at), members):
        raise ValueError("its arrays do not fit together")


def _opened(path: Path, start: np.ndarray | None, slots: np.ndarray) -> FileColumn:
    """The column of points that lie in a file."""
    column = FileColumn(path)
    column.start, column.slots = torch.from_numpy(start), torch.from_numpy(slots)
    _ = column.values  # the file is there, and long enough
    return column


def _kept_points(
    at: np.ndarray, points: np.ndarray | None, file: FileColumn | None, records: Record
) -> Series:
    """The series of large points that were loaded."""
    series = Series(max(2, len(at)), columns=None if file is None else {"points": file})
    there = torch.searchsorted(records["steps"], torch.from_numpy(at)).clamp(max=len(records["steps"]) - 1)
    kept = {} if points is None else {"points": torch.from_numpy(points)}
    series.extend(torch.from_numpy(at), losses=records["losses"][there], **kept)
    return series


def _on_cpu(**values: Tensor) -> Record:
    """Records in the types in which they are kept: whole numbers int64, learning rates float64, all else float32."""
    kinds = {"steps": torch.int64, "evaluations": torch.int64, "lr": torch.float64}
    return {name: each.detach().to("cpu", kinds.get(name, torch.float32)) for name, each in values.items()}


def _record(records: Record, index: int) -> Record:
    return {name: values[index].clone() for name, values in records.items()}


def _lowest(record: Record) -> float:
    return float(record["losses"].nan_to_num(nan=torch.inf).min())


def _better(best: Record, records: Record) -> Record:
    """The best record so far: the first one with the lowest finite loss of any member."""
    lowest = records["losses"].amin(dim=1)
    if bool(
        lowest.isnan().any()
    ):  # `amin` passes NaN on: only then are the members that are still finite looked for
        lowest = records["losses"].nan_to_num(nan=torch.inf).amin(dim=1)
    at = int(lowest.argmin())
    return _record(records, at) if lowest[at] < (_lowest(best) if best else torch.inf) else best
