"""The plane that settings describe, for a landscape and the paths on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes import directions as ways
from landscape_lab.planes.components import axes_named, last_finite, lists_of, principal
from landscape_lab.planes.eigenvectors import hessian
from landscape_lab.planes.explained import explained_variance
from landscape_lab.planes.parameters import kept_numbers
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.random_directions import filter_normalised, layer_normalised, random
from landscape_lab.planes.ranges import NORMALISED
from landscape_lab.planes.settings import PlaneSettings
from landscape_lab.planes.vectors import read_vector
from landscape_lab.records.point_file import Points
from landscape_lab.trajectory import Trajectory
from landscape_lab.validation import check_choice

NAMES = {
    "pca": ("direction 1", "direction 2"),
    "random": ("random direction 1", "random direction 2"),
    "filter_normalised": ("filter-normalised direction 1", "filter-normalised direction 2"),
    "layer_normalised": ("layer-normalised direction 1", "layer-normalised direction 2"),
    "custom": ("given direction 1", "given direction 2"),
    "start_to_end": ("from start to end", "{second} across it"),
    "gradient": ("gradient at the centre", "{second} across it"),
    "hessian": ("sharpest curvature at the centre", "{second} curvature"),
    "three_points": ("from the first point to the second", "towards the third across it"),
}
"""What the axes of a plane are called."""
RANDOM = ("random", *NORMALISED)
"""Directions that lead nowhere in particular."""
CURVATURES = {"top": "second sharpest", "bottom": "lowest"}
"""What the other direction of the plane `hessian` has."""


@dataclass(frozen=True)
class Request:
    """What directions are made of.

    Args:
        landscape: Whose points they are.
        trajectories: What happened there.
        paths: Their points, `[records, members, dims]` each.
        centre: The point at (0, 0).
        kept: Which numbers of a point count.
        settings: What is asked for.
    """

    landscape: Landscape
    trajectories: Sequence[Trajectory]
    paths: Sequence[Points]
    centre: Float[Tensor, " dims"]
    kept: Bool[Tensor, " dims"] | None
    settings: PlaneSettings

    @property
    def seed(self) -> int:
        """Of random directions."""
        return self.settings.seed or 0

    @property
    def vectors(self) -> list[Tensor]:
        """Those that settings name, from their files."""
        return [read_vector(self.landscape, source) for source in self.settings.vectors or ()]


def plane_of(
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    paths: Sequence[Points],
    settings: PlaneSettings | None = None,
) -> Plane:
    """The plane that settings describe.

    Args:
        landscape: What is looked at.
        trajectories: What happened there.
        paths: Their points, `[records, members, dims]` each.
        settings: The defaults if not given.

    Raises:
        ValueError: A trajectory is of another landscape, or the settings describe no plane of these paths.
    """
    settings = PlaneSettings() if settings is None else settings
    _check_paths(landscape, trajectories, paths)
    way = settings.directions
    if way == "auto" and landscape.dims == 2:
        return Plane.of(landscape)
    kept = kept_numbers(landscape, settings.ignore)
    centre = centre_of(landscape, trajectories, paths, settings.centre)
    if way in ("auto", "pca"):
        plane = principal(paths, kept=kept) if paths else _unmoved(landscape, kept)
        if way == "pca" and paths and not any(plane.explained or ()):
            raise ValueError(f"A path should move to tell directions: plane=pca. Found {_still(paths)}.")
        if kept is not None:
            plane = _named("pca", paths, plane, settings)
    else:
        made = MAKERS[way](Request(landscape, trajectories, paths, centre, kept, settings))
        made = made if kept is None else made * kept
        ways.check_independent(made)
        plane = _named(way, paths, Plane(centre.to(made), made, random=way in RANDOM), settings)
    return replace(plane, origin=centre.to(plane.directions))


def centre_of(
    landscape: Landscape, trajectories: Sequence[Trajectory], paths: Sequence[Points], centre: str
) -> Float[Tensor, " dims"]:
    """The point at (0, 0) of a plane; where no path has a finite point, the landscape's own.

    Args:
        landscape: What is looked at.
        trajectories: What happened there.
        paths: Their points.
        centre: `start` or `best` of the first path; `end`, the last finite point of the last path; or
            the beginning of a path's label, which means its end.

    Raises:
        ValueError: There is no such path.
    """
    if centre not in ("start", "end", "best"):
        return torch.from_numpy(ways.finite_end(paths[_named_path(trajectories, centre)]))
    last = last_finite(lists_of(paths)) if paths else None
    if last is None:
        return landscape.flat()[0].double().cpu()
    if centre == "end":
        return torch.from_numpy(last)
    if centre == "start":
        return torch.from_numpy(ways.finite_end(paths[0], first=True))
    return torch.from_numpy(_best(trajectories[0], paths[0]))


def _named_path(trajectories: Sequence[Trajectory], name: str) -> int:
    """The number of the path whose label is a name, or begins with it; of some with one label, the first.

    Raises:
        ValueError: There is no such path, or there are several of different labels.
    """
    labels = [trajectory.label for trajectory in trajectories]
    if name in labels:
        return labels.index(name)
    begins = [label.split(",")[0].split(" · ")[-1] for label in labels]
    check_choice("plane.centre", name, ("start", "end", "best", *dict.fromkeys(begins)))
    meant = {label for label, begin in zip(labels, begins, strict=True) if begin == name}
    if len(meant) > 1:
        raise ValueError(
            f"Parameter `plane.centre` should tell one run. Found `plane.centre = {name}`, which may be "
            f"{' or '.join(sorted(meant))}."
        )
    return begins.index(name)


def _best(trajectory: Trajectory, path: Points) -> np.ndarray:
    """The kept point of the lowest loss of any member, float64."""
    records = trajectory.steps.searchsorted(trajectory.point_steps, side="right") - 1
    losses = trajectory.losses[records.clip(min=0)]  # [points, members]
    losses = np.where(np.isfinite(losses), losses, np.inf)
    record, member = np.unravel_index(int(losses.argmin()), losses.shape)
    return np.asarray(path[int(record), int(member)], dtype=np.float64)


def _check_paths(landscape: Landscape, trajectories: Sequence[Trajectory], paths: Sequence[Points]) -> None:
    """Raise `ValueError` for a path of another landscape."""
    for trajectory, path in zip(trajectories, paths, strict=True):
        if path.shape[-1] != landscape.dims:
            raise ValueError(
                f"The trajectory of {trajectory.label or 'the run'} should have points of {landscape.dims:,} "
                f"numbers, as the landscape has. Found {path.shape[-1]:,}: it is of another landscape."
            )


def _still(paths: Sequence[Points]) -> str:
    """What paths that do not move consist of."""
    points = lists_of(paths)
    if last_finite(points) is None:
        return "only NaN or infinity"
    return "one record" if sum(map(len, points)) == 1 else "the same point in each record"


def _unmoved(landscape: Landscape, kept: Tensor | None) -> Plane:
    """The plane of the first two axes through the landscape's own point."""
    return principal([landscape.flat()[:1].double().cpu().numpy()], kept=kept)


def _named(way: str, paths: Sequence[Points], plane: Plane, settings: PlaneSettings) -> Plane:
    """A plane whose axes have their names, with their shares of the motion where there is any."""
    second = settings.other
    first, other = (name.format(second=CURVATURES.get(second, second)) for name in NAMES[way])
    explained = explained_variance(paths, plane.directions)
    return replace(plane, axes=axes_named((first, other), explained), explained=explained)


def _start_to_end(asked: Request) -> Tensor:
    if not asked.paths:
        raise ValueError("Parameter `plane.directions` may be start_to_end only of a path. Found none.")
    return ways.start_to_end(asked.paths, asked.settings.other, asked.seed, asked.kept)


def _gradient(asked: Request) -> Tensor:
    second = asked.settings.other
    return ways.gradient(asked.landscape, asked.centre, asked.paths, second, asked.seed, asked.kept)


def _three_points(asked: Request) -> Tensor:
    """Through three given points, or the ends of three paths."""
    given = asked.vectors or [torch.from_numpy(ways.finite_end(path)) for path in asked.paths]
    if len(given) != 3:
        raise ValueError(
            "Parameter `plane.vectors` should hold three points, or there should be three paths: "
            f"plane=three_points. Found {len(given)}."
        )
    return ways.three_points(*given)


MAKERS: dict[str, Callable[[Request], Tensor]] = {
    "random": lambda asked: random(asked.landscape.dims, asked.seed, asked.kept),
    "filter_normalised": lambda asked: filter_normalised(asked.landscape, asked.centre, asked.seed),
    "layer_normalised": lambda asked: layer_normalised(asked.landscape, asked.centre, asked.seed),
    "custom": lambda asked: ways.custom(asked.landscape, asked.vectors),
    "start_to_end": _start_to_end,
    "gradient": _gradient,
    "hessian": lambda asked: hessian(asked.landscape, asked.centre, asked.settings.other, asked.kept),
    "three_points": _three_points,
}
"""How directions are made, by name; `auto` and `pca` are made with their plane."""
