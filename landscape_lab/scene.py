"""What a picture shows: losses on a plane and paths projected onto it. All drawing starts here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from landscape_lab.augmentations.augment import augmented_field
from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes import Plane
from landscape_lab.seen import Replay
from landscape_lab.trajectory import Trajectory

RESOLUTION = 1024
"""The most samples of the loss along the longer side."""
SHOWN_MEMBERS = 1000
"""The most members of a path that are drawn."""
BATCH = 2**22
"""The most numbers that the points evaluated at once consist of."""


@dataclass(frozen=True)
class Path:
    """A trajectory on a plane.

    Args:
        label: The optimizer and its settings.
        places: `[records, members, 2]`; of very many members some at random.
        losses: `[records, members]`, of the same.
        steps: `[records]`.
        evaluations: How often the loss had been evaluated by then, `[records]`.
        best: The step of the lowest loss and that loss.
        lr: The learning rate of each step, NaN where there is none, `[records]`.
        total: How many members there are.
        rates: The learning rate of each member, `[members]`, where they differ.
    """

    label: str
    places: np.ndarray
    losses: np.ndarray
    steps: np.ndarray
    evaluations: np.ndarray
    best: tuple[int, float]
    lr: np.ndarray
    total: int = 1
    rates: np.ndarray | None = None

    @classmethod
    def of(cls, trajectory: Trajectory, plane: Plane, points: np.ndarray) -> "Path":
        """A trajectory whose points are `points`, projected onto a plane."""
        total = points.shape[1]
        shown = np.arange(total)
        if total > SHOWN_MEMBERS:
            shown = np.sort(np.random.default_rng(0).choice(total, SHOWN_MEMBERS, replace=False))
        rates = trajectory.rates
        return cls(
            trajectory.label,
            plane.project(points[:, shown]),
            trajectory.losses[:, shown].astype(np.float64),
            trajectory.steps,
            trajectory.evaluations,
            trajectory.best,
            trajectory.lr,
            total,
            None if rates is None or len(set(rates)) == 1 else np.asarray(rates)[shown],
        )

    def record(self, moment: float) -> int:
        """The last record up to a step."""
        return max(0, int(self.steps.searchsorted(moment, side="right")) - 1)


@dataclass(frozen=True)
class Scene:
    """A plane, the losses on its grid, and the paths.

    Args:
        plane: What is looked at.
        extent: Left, right, first row and last row of the window, in the plane's coordinates.
        losses: `[rows, columns]`, at the centres of the window's cells.
        paths: One for each trajectory.
        minima: Known minima, `[n, 2]`.
        replay: The landscape as it was seen in each step, if it has augmentations that change its loss.
    """

    plane: Plane
    extent: tuple[float, float, float, float]
    losses: np.ndarray
    paths: tuple[Path, ...]
    minima: np.ndarray
    replay: Replay | None = None

    @classmethod
    def of(
        cls, landscape: Landscape, trajectories: Sequence[Trajectory], plane: Plane | None = None, reach: float = 0.5
    ) -> "Scene":
        """The window of the landscape that holds its bounds and every path, as far as `reach` times the bounds' size outside.

        A landscape of more than two dimensions is cut along the plane of most motion, where no plane is given.
        """
        points = [trajectory.points for trajectory in trajectories]
        flat = landscape.flat().shape[1] == 2
        if plane is None:
            plane = Plane.of(landscape) if flat else Plane.principal(points)
        paths = tuple(Path.of(trajectory, plane, path) for trajectory, path in zip(trajectories, points, strict=True))
        corners = landscape.bounds.cpu().numpy() if flat and landscape.bounds is not None else None
        extent = _window(None if corners is None else plane.project(corners), [path.places for path in paths], reach)
        minima = np.empty((0, 2)) if landscape.minima is None else plane.project(landscape.minima.cpu().numpy())
        field = augmented_field(landscape)
        replay = Replay(landscape, plane, extent) if field is not None and field.changes_losses else None
        return cls(plane, extent, sample(landscape, plane, extent), paths, minima, replay)


def _window(corners: np.ndarray | None, places: list[np.ndarray], reach: float) -> tuple[float, float, float, float]:
    """The bounds, grown to hold the paths with a margin, but by no more than `reach` times their size on each side.

    Without bounds, the paths with a quarter of their size around them.
    """
    visited = np.concatenate([path.reshape(-1, 2) for path in places] or [np.empty((0, 2))])
    visited = visited[np.isfinite(visited).all(axis=1)]
    if corners is None:
        low, high = (visited.min(axis=0), visited.max(axis=0)) if len(visited) else (np.zeros(2), np.zeros(2))
        margin = np.maximum(0.25 * (high - low), 0.1 * max(1e-3, float((high - low).max())))
        low, high = low - margin, high + margin
    else:
        low, high = corners.min(axis=0), corners.max(axis=0)
        size = high - low
        if len(visited):
            below, above = visited.min(axis=0), visited.max(axis=0)
            low, high = (
                np.where(below < low, np.maximum(below - 0.03 * size, low - reach * size), low),
                np.where(above > high, np.minimum(above + 0.03 * size, high + reach * size), high),
            )
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


@torch.no_grad()
def sample(landscape: Landscape, plane: Plane, extent: tuple[float, float, float, float]) -> np.ndarray:
    """The losses at the centres of the window's cells, `[rows, columns]`."""
    left, right, first, last = extent
    columns, rows = _cells(right - left, last - first, plane.axes.picture)
    here = landscape.flat()
    u = torch.linspace(left, right, 2 * columns + 1, dtype=torch.float64)[1::2]
    v = torch.linspace(first, last, 2 * rows + 1, dtype=torch.float64)[1::2]
    places = torch.cartesian_prod(v, u).flip(-1)
    batches = places.split(max(1, BATCH // here.shape[1]))
    losses = torch.cat([landscape.evaluate(plane.points(batch).to(here)) for batch in batches])
    return losses.view(rows, columns).double().cpu().numpy()


def _cells(width: float, height: float, picture: bool) -> tuple[int, int]:
    """How many columns and rows the grid has: one for each pixel of a picture, as far as `RESOLUTION` allows."""
    if not picture:
        return RESOLUTION // 2, RESOLUTION // 2
    shrink = min(1.0, RESOLUTION / max(width, height))
    return max(2, round(width * shrink)), max(2, round(height * shrink))
