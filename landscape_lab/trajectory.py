"""What happened: the losses and points of a descent over its steps, as plain arrays."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from landscape_lab import notebook
from landscape_lab.keys.running import TRAJECTORY
from landscape_lab.records import archive, text
from landscape_lab.records.checkpoints import path_through
from landscape_lab.records.clock import Clock
from landscape_lab.records.curves import Curves
from landscape_lab.records.known import UNKNOWN, better, lowest_loss, on_cpu, several
from landscape_lab.records.large_points import LargePoints, room_for
from landscape_lab.records.measured import Measured
from landscape_lab.records.point_file import Points
from landscape_lab.records.series import State


@TRAJECTORY.checks_class
class Trajectory:
    """Losses and points over steps, bounded in memory however long the descent.

    The losses, evaluations and learning rates are *curves*: at most `records` evenly spaced records
    are kept; when they are full, every other one is dropped and the spacing doubles. A record holds the
    point *before* its step and the loss there: step 0 is the start, the last record the end point.

    Points of at most 1,000 numbers a member are kept with every record, and the best record is
    always among them. Larger points are kept as often as memory allows, or in half precision in a
    file; `point_steps` tells at which steps. The best record is then the best of those.

    Args:
        records: The most evenly spaced records kept.
        label: The optimizer and its settings, for pictures.
        members: What tells members apart, `[members]` each: number of the `start`, `lr`, `seed`.
        steps: How many there will be, where that is known: large points are spaced for it.
        to: A file for large points of which memory holds too few, or `None`.
        always: Whether all points go to that file, however small or few.

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
        always: bool = False,
    ) -> None:
        self.records, self.label, self.members = max(records, 2), label, dict(members or {})
        self._asked = steps, to, always
        self.measured, self.clock, self.lost = Measured(), Clock(), "diverged"
        self._curves: Curves | None = None
        self._large: LargePoints | None = None  # small points are a column of the curves

    @property
    def rates(self) -> list[float] | None:
        """The learning rate of each member, where members have their own."""
        return self.members["lr"].tolist() if "lr" in self.members else None

    def open(self, members: int, dims: int) -> None:
        """Decide, once, how much is kept for points of `members` × `dims` numbers."""
        if self._curves is None:
            self._curves, self._large = room_for(members, dims, self.records, *self._asked)
            self.records = self._curves.series.records

    @property
    def spacing(self) -> int:
        """Steps from one record to the next."""
        return 1 if self._curves is None else self._curves.series.spacing

    @property
    def keeps_every_point(self) -> bool:
        """Whether points are small: each record has one."""
        return self._large is None

    def wants_point(self, step: int) -> bool:
        """Whether a point of this step would be kept, or must be known to find the best."""
        return self._large is None or self._large.series.wants(step)

    def append(
        self, step: int, points: Tensor, losses: Tensor, evaluations: int, lr: float = UNKNOWN
    ) -> None:
        """One record: points `[members, dims]`, losses `[members]`."""
        at, made, rates = (torch.tensor([number]) for number in (step, evaluations, lr))
        self.extend(at, points.unsqueeze(0), losses.unsqueeze(0), made, rates)

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
            point_steps: Those of the points, `[k]`: all where points are small, as if not given.
            **curves: Further quantities, `[n, members]`.
        """
        lr = torch.full(steps.shape, UNKNOWN) if lr is None else lr
        records = on_cpu(steps=steps, losses=losses, evaluations=evaluations, lr=lr, **curves)
        self.open(*points.shape[1:])
        if self._large is None:
            records |= on_cpu(points=points)
        else:
            at = steps if point_steps is None else point_steps
            self._large.extend(at, points, losses[torch.searchsorted(steps, at)])
        self._kept.extend(records, best=self._large is None)

    def end(self, step: int, points: Tensor, losses: Tensor, evaluations: int, **curves: Tensor) -> None:
        """The end point `[members, dims]`: the last record, unless the descent goes on."""
        self.open(*points.shape)
        if self._large is None:
            curves["points"] = points
        else:
            self._large.end(step, points)
        lr = torch.tensor(UNKNOWN) if self._kept.last is None else self._kept.last["lr"]
        at, made = torch.tensor(step), torch.tensor(evaluations)
        self._kept.finish(on_cpu(steps=at, losses=losses, evaluations=made, lr=lr, **curves))

    @property
    def _kept(self) -> Curves:
        """The curves, once there are any."""
        if self._curves is None:
            raise ValueError("The trajectory is empty: nothing has been recorded yet.")
        return self._curves

    @property
    def points(self) -> Points:
        """`[point_steps, members, dims]`, float32; those in a file are read when they are looked at."""
        return self._kept.array("points") if self._large is None else self._large.points

    @property
    def point_steps(self) -> np.ndarray:
        """The steps of the points, int64: those of all records where points are small."""
        return self.steps if self._large is None else self._large.steps

    @property
    def losses(self) -> np.ndarray:
        """`[records, members]`, float32."""
        return self._kept.array("losses")

    @property
    def steps(self) -> np.ndarray:
        """`[records]`, int64: 0 is the start, the last is the end point."""
        return self._kept.array("steps")

    @property
    def evaluations(self) -> np.ndarray:
        """`[records]`, int64: how often the loss had been evaluated on the way there."""
        return self._kept.array("evaluations")

    @property
    def lr(self) -> np.ndarray:
        """`[records]`, float64: the learning rate, NaN where there is none; at the end the last step's."""
        return self._kept.array("lr")

    @property
    def best(self) -> tuple[int, float]:
        """The step of the lowest loss of any member, and that loss; the start and NaN if none was finite.

        Where points are large, only the records count whose points are kept.
        """
        if self._curves is None:
            return 0, float("nan")
        best = (self._curves.best or {}) if self._large is None else self._large.best
        if self._curves.end is not None:
            best = better(best, several(self._curves.end))
        return (int(best["steps"]), lowest_loss(best)) if best else (0, float("nan"))

    def state_dict(self) -> State:
        """All that a later `load_state_dict` needs to go on, in tensors and numbers only."""
        return {
            "records": self.records,
            "curves": None if self._curves is None else self._curves.state_dict(),
            "points": None if self._large is None else self._large.state_dict(),
            "file": self._large is not None and self._large.file is not None,
            "measured": self.measured.state_dict(),
            "clock": list(self.clock.moments),
        }

    def load_state_dict(self, state: State) -> None:
        """Go on from what `state_dict` returned, as if nothing had happened.

        Raises:
            ValueError: The file of points is not what it was.
        """
        self.records, self.clock.moments = state["records"], list(state["clock"])
        self.measured.load_state_dict(state["measured"])
        if state["curves"] is not None:
            self._curves = Curves(self.records)
            self._curves.load_state_dict(state["curves"])
        if state["points"] is not None:
            self._large = LargePoints.of_state(state["points"], self._asked[1] if state["file"] else None)

    to_csv, to_json = text.to_csv, text.to_json
    _repr_html_, _repr_png_ = notebook.trajectory_html, notebook.trajectory_png

    def save(self, path: str | PathLike[str]) -> None:
        """Write a NumPy archive of the points, the curves, and what tells members apart."""
        contents = archive.Contents(self._kept, self._large, self.measured, self.clock, self.members)
        archive.write(path, contents)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Trajectory":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It is not a trajectory.
        """
        held = archive.read(Path(path))
        trajectory = cls(held.curves.series.records, members=held.members)
        trajectory._curves, trajectory._large, trajectory.measured, trajectory.clock = held[:4]
        return trajectory

    @classmethod
    def from_checkpoints(cls, source: str | PathLike[str], module: nn.Module | None = None) -> "Trajectory":
        """The path of a training through its checkpoints; its losses are unknown, NaN.

        Args:
            source: A folder of checkpoints, or a pattern: `runs/*.ckpt`.
            module: Whose trainable parameters make the points; without it all floating-point tensors.

        Raises:
            ValueError: There are none, or of different networks, or one holds more than weights.
        """
        trajectory = cls()
        trajectory._curves = path_through(source, module)
        return trajectory
