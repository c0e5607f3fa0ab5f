"""Basins of attraction: where descents from everywhere come to rest, and when."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.ndimage import label
from torch import Tensor

from landscape_lab.ensemble import Ensemble
from landscape_lab.files.writing import replacing
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.tables import write_csv

CELLS = 128
"""Ends in neighbouring cells, so many along each side of the window, belong to one attractor."""
MARGIN = 1.0
"""How far outside the window an attractor may lie, in windows."""
SIDE = int((1 + 2 * MARGIN) * CELLS)
"""Cells along each side of the window and its margins."""
REST = 0.1
"""The last share of the steps in which a member that has come to rest does not move."""
MOVING, LOST = -1, -2
"""The verdicts on members that did not come to rest, and on those that diverged or left."""


class Settling:
    """The step since which each member has stayed near one point, found on the way without keeping the way.

    Args:
        points: Where members begin, `[members, dims]`.
        reach: How far along each axis is near, `[dims]`.

    >>> settling = Settling(torch.zeros(1, 2), reach=torch.tensor([0.5, 0.5]))
    >>> settling.follow(0, torch.tensor([[[0.0, 0.0]], [[1.0, 0.0]], [[1.8, 0.0]], [[1.9, 0.2]]]))
    >>> settling.since
    tensor([2])
    """

    def __init__(self, points: Float[Tensor, "members dims"], reach: Float[Tensor, " dims"]) -> None:
        self.rest = points.clone()
        self.reach = reach
        self.since = torch.zeros(len(points), dtype=torch.int64, device=points.device)

    def follow(self, first: int, points: Float[Tensor, "steps members dims"]) -> None:
        """Take note of the points of the steps from `first` on."""
        for step, here in enumerate(points, start=first):
            moved = ((here - self.rest).abs() > self.reach).any(-1)
            self.since.masked_fill_(moved, step)
            self.rest = torch.where(moved.unsqueeze(-1), here, self.rest)


@dataclass(frozen=True)
class Basins:
    """Which attractor a descent from each cell of the window reaches, and since when it stayed there.

    Args:
        verdicts: The number of the attractor, `MOVING` or `LOST`, `[rows, columns]`.
        steps: Since when, `[rows, columns]`.
        points: The attractors, the one of most members first, `[n, 2]`.
        losses: Their losses, `[n]`.
        total: How many steps there were.
        bounds: The corners of the map, `[2, 2]`.
    """

    verdicts: Int[np.ndarray, "rows columns"]
    steps: Int[np.ndarray, "rows columns"]
    points: Float[np.ndarray, "n 2"]
    losses: Float[np.ndarray, " n"]
    total: int
    bounds: Float[np.ndarray, "2 2"]

    @property
    def shares(self) -> np.ndarray:
        """The share of all members that each attractor has, `[n]`."""
        return np.array([(self.verdicts == number).mean() for number in range(len(self.points))])

    def save(self, folder: str | PathLike[str]) -> None:
        """Write the attractors as `basins.csv` and the map as `basins.npz`."""
        with replacing(Path(folder) / "basins.npz") as unfinished:
            arrays = {"verdicts": self.verdicts, "steps": self.steps, "places": self.points}
            np.savez_compressed(unfinished, allow_pickle=False, **arrays)
        numbered = enumerate(zip(self.points, self.losses, self.shares, strict=True))
        lines = (
            [number, *point, loss, share, int(typical(self.steps[self.verdicts == number]))]
            for number, (point, loss, share) in numbered
        )
        names = ["attractor", "x", "y", "loss", "share", "median_steps"]
        write_csv(Path(folder) / "basins.csv", names, lines, digits=9)


def grid_shape(ensemble: Ensemble) -> tuple[int, int]:
    """The rows and columns of an ensemble that begins on a grid of two dimensions.

    Raises:
        ValueError: It does not, or its members differ in more than their starts.
    """
    starts = ensemble.starts
    columns = int((starts[:, 1] == starts[0, 1]).long().cumprod(0).sum())
    rows = len(starts) // columns
    whole = starts.shape[1] == 2 and rows * columns == len(starts)
    regular = whole and bool((starts[:columns, 0] == starts[-columns:, 0]).all())
    if len(ensemble) != len(starts) or not regular or min(rows, columns) < 2:
        raise ValueError(
            "A map of basins should have members that differ in their starts only, on a grid: "
            "ensemble=starts 'ensemble.starts.grid=[256,256]'. "
            f"Found {ensemble.shape[0]:,} starts, {ensemble.shape[1]} rates and "
            f"{ensemble.shape[2]} seeds."
        )
    return rows, columns


def find_basins(
    ensemble: Ensemble,
    ends: Float[Tensor, "members 2"],
    losses: Float[Tensor, " members"],
    settling: Settling,
    bounds: Float[Tensor, "2 2"],
    steps: int,
) -> Basins:
    """Gather the ends of members into attractors: those in cells that touch belong together.

    Args:
        ensemble: Whose members begin on a grid.
        ends: Where they ended.
        losses: Their losses there.
        settling: Since when they have been there.
        bounds: The window.
        steps: How many steps were made.
    """
    shape = grid_shape(ensemble)
    points, final, since = (
        values.cpu().numpy() for values in (ends.double(), losses.double(), settling.since)
    )
    corners = bounds.double().cpu().numpy()
    cells, inside = _cells(points, corners)
    inside &= np.isfinite(final)
    resting = inside & (since <= (1 - REST) * steps)
    verdicts = np.where(inside, MOVING, LOST)
    verdicts[resting] = _gathered(cells[resting].astype(int))
    found = range(verdicts.max(initial=-1) + 1)
    lowest = [np.flatnonzero(verdicts == number)[final[verdicts == number].argmin()] for number in found]
    return Basins(
        verdicts.reshape(shape),
        since.reshape(shape),
        points[lowest].reshape(-1, 2),
        final[lowest],
        steps,
        corners,
    )


def _cells(points: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cell of each point, `[members, 2]`, and whether it is one of the window or its margins."""
    low, high = bounds
    with np.errstate(invalid="ignore"):
        cells = np.floor((points - low) / (high - low) * CELLS + MARGIN * CELLS)
        return cells, ((cells >= 0) & (cells < SIDE)).all(axis=1)


def _gathered(cells: np.ndarray) -> np.ndarray:
    """The number of each cell's attractor: cells that touch belong together.

    The attractor of most members is the first.
    """
    occupied = np.zeros((SIDE, SIDE), dtype=bool)
    occupied[tuple(cells.T)] = True
    numbers, _ = label(occupied, structure=np.ones((3, 3)))
    found, members = np.unique(numbers[tuple(cells.T)], return_inverse=True)
    order = np.argsort(-np.bincount(members, minlength=len(found)), kind="stable")
    return np.argsort(order)[members]
