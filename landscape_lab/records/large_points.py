"""Points too large to be kept with every record: fewer of them, in memory or in a file."""

from os import PathLike
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from landscape_lab.records.curves import Curves
from landscape_lab.records.known import Record, better, on_cpu
from landscape_lab.records.point_file import FileColumn, HalfPrecisionPoints, Points
from landscape_lab.records.series import Series, State, spacing_for

SMALL = 1000
"""Points of up to so many numbers a member are kept with every record, larger ones less often."""
WITH_CURVES = 2**25
"""The most bytes that curves take, and small points with them, however many members there are."""
MEMORY = 2**27
"""The most bytes that large points take in memory."""
ENOUGH = 200
"""So many of them draw a path: where memory holds fewer, so many go to a file."""
DISK = 2**32
"""The most bytes of that file."""


class LargePoints:
    """The points at some steps of a descent, with the losses there, and the end point.

    The end point is not one of the evenly spaced ones: it is forgotten when the descent goes on.

    Args:
        series: The evenly spaced ones, their column `points` in memory or in a file.
    """

    def __init__(self, series: Series) -> None:
        self.series = series
        self._end_step: int | None = None
        self._end_point: Tensor | None = None  # [members, dims]; of points in a file it stands there

    @classmethod
    def of_size(
        cls, size: int, records: int, steps: int | None, to: str | PathLike[str] | None, always: bool = False
    ) -> "LargePoints":
        """As many as fit.

        Args:
            size: The bytes of one point of all members in memory; half of that in a file.
            records: The most points.
            steps: How many steps there will be, where that is known: the points are spaced for it.
            to: A file, for where memory holds too few.
            always: Whether they go to the file also where memory holds enough, as many as it takes.
        """
        in_memory = MEMORY // size
        enough = records if always else min(ENOUGH, records)
        if to is None or (in_memory >= enough and not always):
            number, columns = max(2, min(records, in_memory)), None
        else:
            number, columns = max(2, min(enough, 2 * DISK // size)), {"points": FileColumn(to)}
        return cls(Series(number, 1 if steps is None else spacing_for(steps, number), columns))

    @classmethod
    def of_arrays(cls, at: np.ndarray, points: np.ndarray | FileColumn, curves: Record) -> "LargePoints":
        """Those that were saved.

        Args:
            at: Their steps.
            points: `[points, members, dims]`, or their file.
            curves: Tells the losses there.
        """
        file = points if isinstance(points, FileColumn) else None
        large = cls(Series(max(2, len(at)), columns=None if file is None else {"points": file}))
        there = torch.searchsorted(curves["steps"], torch.from_numpy(at))
        losses = curves["losses"][there.clamp(max=len(curves["steps"]) - 1)]
        kept = {"points": torch.from_numpy(points)} if isinstance(points, np.ndarray) else {}
        large.series.extend(torch.from_numpy(at), losses=losses, **kept)
        return large

    @property
    def file(self) -> FileColumn | None:
        """Where they are kept, if not in memory."""
        column = self.series.columns.get("points")
        return column if isinstance(column, FileColumn) else None

    @property
    def points(self) -> Points:
        """`[points, members, dims]`, float32; those in a file are read when they are looked at."""
        if self.file is not None and self.file.values is not None:
            return self.file.values
        kept = self.series.values("points")
        parts = [] if kept is None else [kept.to("cpu", torch.float32).numpy()]
        return np.concatenate(parts if self._end_point is None else [*parts, self._end_point.numpy()[None]])

    @property
    def steps(self) -> np.ndarray:
        """The steps of the points, int64."""
        ends = [] if self._end_step is None else [self._end_step]
        return np.array([*self.series.steps.tolist(), *ends], dtype=np.int64)

    @property
    def best(self) -> Record:
        """The step and the losses of the best one; empty where no loss was finite."""
        losses = self.series.values("losses")
        return {} if losses is None else better({}, {"steps": self.series.steps, "losses": losses})

    def extend(self, steps: Tensor, points: Tensor, losses: Tensor) -> None:
        """More of them: steps `[k]`, points `[k, members, dims]`, losses `[k, members]`."""
        self.reopen()
        at = steps.to("cpu", torch.int64)
        self.series.extend(at, points=points.detach(), **on_cpu(losses=losses))

    def end(self, step: int, points: Tensor) -> None:
        """The end point, `[members, dims]`."""
        self.reopen()
        self._end_step = step
        if self.file is not None:
            self.file.append(points.detach().unsqueeze(0))  # behind the series, which does not count it
        else:
            self._end_point = on_cpu(points=points)["points"].clone()

    def reopen(self) -> None:
        """Forget the end point."""
        if self._end_step is not None and self.file is not None:
            self.file.select(torch.arange(len(self.series)))
        self._end_step = self._end_point = None

    def arrays(self) -> dict[str, np.ndarray]:
        """What is saved of them: the points, or where they lie in their file."""
        points = self.points
        if isinstance(points, HalfPrecisionPoints):
            return {"point_start": points.start, "point_slots": points.slots, "point_steps": self.steps}
        return {"points": points, "point_steps": self.steps}

    def state_dict(self) -> State:
        """All but the end point; tensors and numbers only."""
        return self.series.state_dict()

    @classmethod
    def of_state(cls, state: State, to: str | PathLike[str] | None) -> "LargePoints":
        """Those that go on from what `state_dict` returned; in the file `to` if they were in a file.

        Raises:
            ValueError: The file is not what it was.
        """
        large = cls(Series(state["records"], columns=None if to is None else {"points": FileColumn(to)}))
        large.series.load_state_dict(state)
        if large.file is not None:  # without the end point, which may have been written since
            large.file.select(torch.arange(len(large.series)))
        return large


def room_for(
    members: int,
    dims: int,
    records: int,
    steps: int | None,
    to: str | PathLike[str] | None,
    always: bool,
) -> tuple[Curves, LargePoints | None]:
    """What keeps records with such points: `None` where the curves hold small points, too.

    Args:
        members: How many.
        dims: Numbers in the point of each.
        records: The most that are wanted.
        steps: How many steps there will be, where that is known.
        to: A file for points of which memory holds too few.
        always: Whether all points go there, small ones, too.
    """
    of_points = dims if dims <= SMALL and not always else 0
    number = max(2, min(records, WITH_CURVES // (4 * members * (of_points + 1))))
    large = None if of_points else LargePoints.of_size(4 * members * dims, number, steps, to, always)
    return Curves(number), large


def opened(path: Path, start: np.ndarray, slots: np.ndarray) -> FileColumn:
    """The column of points that lie in a file.

    Args:
        path: The file.
        start: The first point, `[members, dims]`.
        slots: Where in the file each point lies, `[points]`.

    Raises:
        OSError: There is no such file.
        ValueError: It is too short.
    """
    column = FileColumn(path)
    column.start, column.slots = torch.from_numpy(start), torch.from_numpy(slots)
    _ = column.values  # looks at the file
    return column
