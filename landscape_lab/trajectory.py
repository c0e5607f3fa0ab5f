"""What happened: the points and losses of a descent over its steps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim import optimizer as torch_optimizer

from landscape_lab.files import replacing
from landscape_lab.keys.running import TRAJECTORY
from landscape_lab.landscapes.base import Landscape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEMORY = 2**25
"""The most bytes that a trajectory keeps, however many members it has."""
COMPRESSED = 2**24
"""The most bytes that are compressed when they are saved: a second's work."""

UNKNOWN = float("nan")
"""The learning rate of an optimizer that has none."""

Record = dict[str, Tensor]
"""One record's points, losses, step, evaluations and learning rate."""
ARRAYS = ("points", "losses", "steps", "evaluations", "lr")
"""What is saved."""


@TRAJECTORY.checks_class
class Trajectory:
    """Points and losses over steps, bounded in memory however long the descent.

    At most `records` evenly spaced records are kept: when they are full, every other one is dropped and the spacing doubles. The
    first, the last and the best record are always there. A record holds the point *before* its step and the loss there, so
    step 0 is the start and the last is the end point.

    Args:
        records: The most evenly spaced records kept.
        landscape: What was descended, for pictures.
        label: The optimizer and its settings, for pictures.
        members: What tells members apart, `[members]` each: the number of their `start`, their `lr`, their `seed`.

    >>> trajectory = Trajectory(records=4)
    >>> for step in range(10):
    ...     trajectory.append(step, torch.full((1, 2), step), torch.tensor([float(step)]), evaluations=step)
    >>> trajectory.steps
    array([0, 4, 8, 9])
    """

    def __init__(
        self,
        records: int = 10_000,
        landscape: Landscape | None = None,
        label: str = "",
        members: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self.records = max(records, 2)
        self.landscape = landscape
        self.label = label
        self.members = dict(members or {})
        self.spacing = 1
        self._kept = 0
        self._buffers: dict[str, Tensor] = {}
        self._last: Record = {}
        self._best: Record = {}
        self._end: Record = {}

    @property
    def rates(self) -> list[float] | None:
        """The learning rate of each member, where members have their own."""
        return self.members["lr"].tolist() if "lr" in self.members else None

    def append(self, step: int, points: Tensor, losses: Tensor, evaluations: int, lr: float = UNKNOWN) -> None:
        """One record: points `[members, dims]`, losses `[members]`."""
        rates = torch.tensor([lr])
        self.extend(torch.tensor([step]), points.unsqueeze(0), losses.unsqueeze(0), torch.tensor([evaluations]), rates)

    def extend(self, steps: Tensor, points: Tensor, losses: Tensor, evaluations: Tensor, lr: Tensor | None = None) -> None:
        """Records in order: steps `[n]`, points `[n, members, dims]`, losses `[n, members]`, evaluations so far, rates."""
        records = _on_cpu(steps, points, losses, evaluations, torch.full(steps.shape, UNKNOWN) if lr is None else lr)
        self._best = _better(self._best, records)
        self._last = _row(records, -1)
        self._end = {}
        if not self._buffers:
            members, dims = points.shape[1:]
            self.records = max(2, min(self.records, MEMORY // (4 * members * (dims + 1))))
        start = 0
        while start < len(steps):
            wanted = (records["steps"][start:] % self.spacing == 0).nonzero().view(-1) + start
            room = self.records - self._kept
            taken = wanted[:room]
            self._keep({name: values[taken] for name, values in records.items()})
            if len(wanted) <= room:
                break
            self._thin()
            start = int(taken[-1]) + 1 if len(taken) else start

    def end(self, step: int, points: Tensor, losses: Tensor, evaluations: int) -> None:
        """The end point, the last record unless the descent goes on: points `[members, dims]`, losses `[members]`."""
        steps, counts = torch.tensor([step]), torch.tensor([evaluations])
        rate = self._last["lr"].unsqueeze(0) if self._last else torch.tensor([UNKNOWN])
        self._end = _row(_on_cpu(steps, points.unsqueeze(0), losses.unsqueeze(0), counts, rate), 0)

    def _keep(self, records: dict[str, Tensor]) -> None:
        """Copy records into the buffers, which grow by doubling."""
        count = self._kept + len(records["steps"])
        if not self._buffers or count > len(self._buffers["steps"]):
            size = min(self.records, max(256, 2 * count))
            grown = {name: values.new_empty(size, *values.shape[1:]) for name, values in records.items()}
            for name, values in self._buffers.items():
                grown[name][: self._kept] = values[: self._kept]
            self._buffers = grown
        for name, values in records.items():
            self._buffers[name][self._kept : count] = values
        self._kept = count

    def _thin(self) -> None:
        """Double the spacing."""
        self.spacing *= 2
        kept = (self._buffers["steps"][: self._kept] % self.spacing == 0).nonzero().view(-1)
        for values in self._buffers.values():
            values[: len(kept)] = values[kept]
        self._kept = len(kept)

    def _array(self, name: str) -> np.ndarray:
        """The evenly spaced records of one quantity, with the best and the last in their places."""
        if not self._buffers and not self._end:
            raise ValueError("The trajectory is empty: nothing has been recorded yet.")
        if not self._buffers:
            return self._end[name].numpy()[None]
        steps = self._buffers["steps"][: self._kept].numpy()
        values = self._buffers[name][: self._kept].numpy()
        extra = {int(record["steps"]): record[name].numpy() for record in self._extra() if record}
        extra = {step: extra[step] for step in sorted(extra) if step not in steps}
        return np.insert(values, np.searchsorted(steps, list(extra)), list(extra.values()), axis=0) if extra else values.copy()

    @property
    def points(self) -> np.ndarray:
        """`[records, members, dims]`, float32."""
        return self._array("points")

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
        """The step of the lowest loss of any member, and that loss; the start and NaN when no loss was finite."""
        best = _better(self._best, {name: value.unsqueeze(0) for name, value in self._end.items()}) if self._end else self._best
        return (int(best["steps"]), _lowest(best)) if best else (0, float("nan"))

    def _extra(self) -> tuple[Record, ...]:
        """The records that are kept whatever the spacing."""
        return self._best, self._end or self._last

    def state_dict(self) -> dict[str, Any]:
        """All that a later `load_state_dict` needs to go on as if nothing had happened; tensors and numbers only."""
        return {
            "buffers": {name: values[: self._kept].clone() for name, values in self._buffers.items()},
            "last": self._last,
            "best": self._best,
            "spacing": self.spacing,
            "records": self.records,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self._buffers = dict(state["buffers"])
        self._kept = len(self._buffers["steps"]) if self._buffers else 0
        self._last, self._best = state["last"], state["best"]
        self.spacing, self.records = state["spacing"], state["records"]

    def save(self, path: str | PathLike[str]) -> None:
        """Write `points`, `losses`, `steps`, `evaluations`, `lr` and what tells members apart as a NumPy archive."""
        with replacing(path) as unfinished:
            arrays = {name: self._array(name) for name in ARRAYS}
            arrays |= {f"member_{name}": values for name, values in self.members.items()}
            save = np.savez_compressed if arrays["points"].nbytes <= COMPRESSED else np.savez
            save(unfinished, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Trajectory":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It is not a trajectory.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"There is no trajectory {path}.")
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: torch.from_numpy(archive[name]) for name in ARRAYS if name != "lr" or name in archive}
                members = {key[7:]: archive[key] for key in archive if key.startswith("member_")}
            trajectory = cls(records=max(2, len(arrays["steps"])), members=members)
            trajectory._restore(**arrays)
        except (ValueError, KeyError, OSError, EOFError, BadZipFile, RuntimeError, IndexError, TypeError) as error:
            raise ValueError(f"{path} is not a trajectory that can be read: {error}") from error
        return trajectory

    def _restore(self, steps: Tensor, points: Tensor, losses: Tensor, evaluations: Tensor, lr: Tensor | None = None) -> None:
        """Hold exactly these records."""
        lr = torch.full(steps.shape, UNKNOWN) if lr is None else lr
        records = {"points": points, "losses": losses, "steps": steps, "evaluations": evaluations, "lr": lr}
        if (
            not points.ndim == 3
            or losses.shape != points.shape[:2]
            or not len(steps) == len(evaluations) == len(lr) == len(points) > 0
        ):
            raise ValueError("its arrays do not fit together")
        self._best, self._last = _better({}, records), _row(records, -1)
        self._buffers, self._kept = records, len(steps)

    def plot(self, path: str | PathLike[str] | None = None, landscape: Landscape | None = None) -> "Figure":
        """Draw the path on its landscape; written to `path` when given.

        Args:
            path: A PNG, PDF or SVG file.
            landscape: What was descended, when this trajectory was loaded from a file.
        """
        from landscape_lab.drawing.figures import path_figure, save_figure
        from landscape_lab.scene import Scene

        landscape = self.landscape if landscape is None else landscape
        if landscape is None:
            raise ValueError("Parameter `landscape` should be given to draw a trajectory that was loaded from a file.")
        figure = path_figure(Scene.of(landscape, [self]))
        if path is not None:
            save_figure(figure, path)
        return figure


def _on_cpu(steps: Tensor, points: Tensor, losses: Tensor, evaluations: Tensor, lr: Tensor) -> dict[str, Tensor]:
    """Records in the types in which they are kept."""
    return {
        "points": points.detach().to("cpu", torch.float32),
        "losses": losses.detach().to("cpu", torch.float32),
        "steps": steps.to("cpu", torch.int64),
        "evaluations": evaluations.to("cpu", torch.int64),
        "lr": lr.to("cpu", torch.float64),
    }


def _row(records: dict[str, Tensor], index: int) -> Record:
    return {name: values[index].clone() for name, values in records.items()}


def _lowest(record: Record) -> float:
    return float(record["losses"].nan_to_num(nan=torch.inf).min())


def _better(best: Record, records: dict[str, Tensor]) -> Record:
    """The best record so far: the first one with the lowest finite loss of any member."""
    lowest = records["losses"].amin(dim=1)  # NaN where there is one: all are looked at again only then
    if bool(lowest.isnan().any()):
        lowest = records["losses"].nan_to_num(nan=torch.inf).amin(dim=1)
    at = int(lowest.argmin())
    return _row(records, at) if lowest[at] < (_lowest(best) if best else torch.inf) else best


@contextmanager
def record(landscape: Landscape, records: int = 10_000) -> Iterator[Trajectory]:
    """Record a loop of your own: evaluations are the landscape's forward calls, steps those of any optimizer of its parameters.

    The trajectory is complete when the block is left, also by an exception.

    Args:
        landscape: What is descended.
        records: The most evenly spaced records kept.

    >>> from landscape_lab.landscapes import ImageLandscape
    >>> landscape = ImageLandscape([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], smoothing=0, interpolation="bilinear")
    >>> optimizer = torch.optim.SGD(landscape.parameters(), lr=0.001)
    >>> with record(landscape) as trajectory:
    ...     for _ in range(3):
    ...         optimizer.zero_grad()
    ...         landscape().sum().backward()
    ...         _ = optimizer.step()
    >>> trajectory.points[:, 0, 0]
    array([ 0.  , -0.05, -0.1 , -0.15], dtype=float32)
    """
    listener = _Listener(landscape, Trajectory(records, landscape))
    handles = [
        landscape.register_forward_hook(listener.on_forward),
        torch_optimizer.register_optimizer_step_pre_hook(listener.on_step_start),
        torch_optimizer.register_optimizer_step_post_hook(listener.on_step_end),
    ]
    try:
        yield listener.trajectory
    finally:
        for handle in handles:
            handle.remove()
        listener.close()


class _Listener:
    """Turns forward calls and optimizer steps into records, handed on in batches."""

    BATCH = 256

    def __init__(self, landscape: Landscape, trajectory: Trajectory) -> None:
        self.landscape = landscape
        self.trajectory = trajectory
        self.parameters = {id(parameter) for parameter in landscape.parameters()}
        self.step = 0
        self.evaluations = 0
        self.stepping: Optimizer | None = None
        self.point: Tensor | None = None
        self.rate = UNKNOWN
        self.pending: tuple[int, Tensor, Tensor, int] | None = None
        self.batch: list[tuple[int, Tensor, Tensor, int, float]] = []

    def on_forward(self, landscape: Landscape, inputs: Any, losses: Tensor) -> None:
        """The first evaluation since the last step tells the loss at the point where the step begins."""
        if self.pending is None:
            here = landscape.flat()
            point = here.clone() if self.point is None else self.point
            known = self.point is None or torch.equal(here, point)
            losses = losses.detach() if known else landscape.evaluate(point)
            self.pending = self.step, point, losses, self.evaluations
        self.evaluations += 1

    def on_step_start(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """An optimizer may step inside another one; the outermost counts."""
        owns = any(id(parameter) in self.parameters for group in optimizer.param_groups for parameter in group["params"])
        if self.stepping is None and owns:
            self.stepping = optimizer
            self.point = self.landscape.flat().clone()
            self.rate = float(optimizer.param_groups[0].get("lr", UNKNOWN))
            self.trajectory.label = type(optimizer).__name__ + ("" if np.isnan(self.rate) else f", lr {self.rate:g}")

    def on_step_end(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """The step is done: keep its record."""
        if optimizer is not self.stepping or self.point is None:
            return
        if self.pending is None:  # nobody asked for the loss
            self.pending = self.step, self.point, self.landscape.evaluate(self.point), self.evaluations
        self.batch.append((*self.pending, self.rate))
        self.step += 1
        self.stepping = self.point = self.pending = None
        if len(self.batch) == self.BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand the batch on to the trajectory."""
        if self.batch:
            steps, points, losses, *numbers = zip(*self.batch, strict=True)
            evaluations, rates = map(torch.tensor, numbers)
            self.trajectory.extend(torch.tensor(steps), torch.stack(points), torch.stack(losses), evaluations, rates)
            self.batch.clear()

    def close(self) -> None:
        """Add the end point."""
        self.flush()
        with torch.no_grad():
            point = self.landscape.flat()
            self.trajectory.end(self.step, point, self.landscape.evaluate(point), self.evaluations)
