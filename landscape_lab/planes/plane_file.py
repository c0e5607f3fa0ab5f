"""A plane, the losses on it and the paths projected onto it, as a NumPy archive: `plane.npz`."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike

import numpy as np
import torch
from jaxtyping import Float

from landscape_lab.files.writing import replacing
from landscape_lab.planes.grid import Grid
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.window import Window
from landscape_lab.records.archive import DAMAGED, arrays_in

PATH = {"places": "projections", "off": "off_plane", "losses": "losses"}
"""What is kept of each path, and the name before its number."""


@dataclass(frozen=True)
class ProjectedPath:
    """A path on a plane.

    Args:
        places: Steps along the two directions.
        off: How far each point is from the plane.
        losses: At the points themselves, not at their projections.
    """

    places: Float[np.ndarray, "records 2"]
    off: Float[np.ndarray, " records"]
    losses: Float[np.ndarray, " records"]


@dataclass(frozen=True)
class PlaneFile:
    """What `plane.npz` holds.

    In the file: `origin [dims]`, `directions [2, dims]`, `u [columns]` and `v [rows]` (steps along the
    directions), `losses [rows, columns]`, `accuracy [rows, columns]` where it was measured,
    `explained [2]` (NaN where the motion is not known), and for each path i `projections_i [records, 2]`,
    `off_plane_i [records]` and `losses_i [records]`.

    Args:
        plane: Origin and directions.
        u: Of the columns.
        v: Of the rows.
        losses: At every v and u.
        accuracy: At the same places, or `None`.
        paths: In the order of the runs.
    """

    plane: Plane
    u: Float[np.ndarray, " columns"]
    v: Float[np.ndarray, " rows"]
    losses: Float[np.ndarray, "rows columns"]
    accuracy: Float[np.ndarray, "rows columns"] | None = None
    paths: tuple[ProjectedPath, ...] = ()

    @classmethod
    def of(cls, plane: Plane, window: Window, grid: Grid, paths: Sequence[ProjectedPath] = ()) -> "PlaneFile":
        """A sampled window, its losses at the centres of its cells."""
        rows, columns = grid.losses.shape
        u, v = window.columns(columns).numpy(), window.rows(rows).numpy()
        return cls(plane, u, v, grid.losses, grid.accuracy, tuple(paths))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the archive; it appears whole or not at all."""
        explained = (np.nan, np.nan) if self.plane.explained is None else self.plane.explained
        arrays = {
            "origin": self.plane.origin.cpu().numpy(),
            "directions": self.plane.directions.cpu().numpy(),
            "u": self.u,
            "v": self.v,
            "losses": self.losses,
            "explained": np.array(explained),
        }
        if self.accuracy is not None:
            arrays["accuracy"] = self.accuracy
        for number, one in enumerate(self.paths):
            arrays |= {f"{name}_{number}": getattr(one, part) for part, name in PATH.items()}
        with replacing(path) as unfinished:
            np.savez(unfinished, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "PlaneFile":
        """Read the archive; axes have the names that every plane has.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It is damaged, or holds something else.
        """
        try:
            return cls._from(arrays_in(path))
        except FileNotFoundError:
            raise
        except DAMAGED as error:
            raise ValueError(
                f"{path} should be a plane.npz as the lab writes it. Found a damaged file."
            ) from error

    @classmethod
    def _from(cls, arrays: dict[str, np.ndarray]) -> "PlaneFile":
        """The contents of an archive."""
        first, second = arrays["explained"].tolist()
        plane = Plane(
            torch.from_numpy(arrays["origin"]),
            torch.from_numpy(arrays["directions"]),
            explained=None if np.isnan(first) else (first, second),
        )
        number = sum(name.startswith("projections_") for name in arrays)
        paths = [
            ProjectedPath(**{part: arrays[f"{name}_{i}"] for part, name in PATH.items()})
            for i in range(number)
        ]
        return cls(plane, arrays["u"], arrays["v"], arrays["losses"], arrays.get("accuracy"), tuple(paths))
