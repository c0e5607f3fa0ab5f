"""What shapes looked like along a descent, beside the picture that they approximate."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from landscape_lab.landscapes import Landscape, ShapesLandscape
from landscape_lab.records.shape_files import bytes_of
from landscape_lab.scene import last_before
from landscape_lab.trajectory import Trajectory

MOST = 512
"""Pixels along the longer side of a film's picture: no film shows more."""


def check_approximation(landscape: Landscape, parameter: str) -> None:
    """Raise `ValueError` unless the landscape is one of shapes.

    Args:
        landscape: What is descended.
        parameter: What asks for it, for the error.
    """
    if not isinstance(landscape, ShapesLandscape):
        raise ValueError(
            f"Parameter `{parameter}` may be approximation only of shapes: landscape=shapes. "
            f"Found a {type(landscape).__name__}."
        )


def approximation_of(
    landscape: Landscape, trajectories: Sequence[Trajectory]
) -> Callable[[float], np.ndarray] | None:
    """The target and its approximation at any step, `[2, rows, columns, 3]`, bytes.

    It is that of the member that ended lowest, at the last point kept by then; `None` unless there is one
    trajectory, on shapes.
    """
    if not isinstance(landscape, ShapesLandscape) or len(trajectories) != 1:
        return None
    (trajectory,) = trajectories
    steps, points = trajectory.point_steps, trajectory.points
    member = int(np.nan_to_num(trajectory.losses[-1], nan=np.inf).argmin())
    height, width = landscape.target.shape[1:]
    share = min(1.0, MOST / max(height, width))
    size = max(1, round(share * height)), max(1, round(share * width))
    target = torch.nn.functional.interpolate(landscape.target[None], size, mode="area")[0]

    def pictures(moment: float) -> np.ndarray:
        point = torch.from_numpy(np.array(points[last_before(steps, moment)][member]))
        return np.stack([bytes_of(target), bytes_of(landscape.picture_at(point.to(landscape.target), size))])

    return pictures
