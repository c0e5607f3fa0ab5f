"""The losses of a map, and of a closer look at its paths where the landscape is finer than its cells."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes import Grid, Plane, PlaneSettings, Window, sample
from landscape_lab.records.measured import results_of
from landscape_lab.scene import Scene

TURNS = 0.1
"""A landscape that turns in so large a share of its cells, up and down, is finer than they are."""
SHARP = 0.25
"""A turn counts where the difference of neighbours changes by so much, as a share of the steepest."""
ROOM = 0.5
"""Around the paths on each side, as a share of their size."""
LEAST = 20
"""Cells of the whole map that the closer look spans at least."""


def grid_of(
    landscape: Landscape, plane: Plane, window: Window, settings: PlaneSettings, folder: Path | None = None
) -> Grid:
    """What a map shows.

    Args:
        landscape: What is drawn.
        plane: What is looked at.
        window: What of it is drawn.
        settings: How.
        folder: Where the losses of a network are kept.

    Raises:
        ValueError: The map is to show the accuracy of a landscape that measures none.
    """
    check_shown(landscape, settings)
    return sample(
        landscape, plane, window, resolution=settings.resolution, samples=settings.samples, folder=folder
    )


def check_shown(landscape: Landscape, settings: PlaneSettings) -> None:
    """Raise `ValueError` where a map is to show the accuracy of a landscape that measures none."""
    if settings.show == "accuracy" and "accuracy" not in results_of(landscape):
        raise ValueError(
            "Parameter `plane.show` may be accuracy only of a network that measures it: landscape=network "
            f"with classes as targets. Found a {type(landscape).__name__} without."
        )


def turning(losses: Float[np.ndarray, "rows columns"]) -> float:
    """In which share of its cells a map turns: where differences of neighbours change their sign.

    That is along the axis where it turns more often. A wave as long as n cells has a share of 2 / n; turns
    of round-off in flat parts do not count.

    >>> turning(np.cos(np.arange(400) * np.pi / 2 + 0.1)[None].repeat(5, axis=0)) > 0.4
    True
    >>> turning(np.cos(np.arange(400) / 20)[None].repeat(5, axis=0))
    0.0
    """
    shares = [0.0]
    for differences in (np.diff(losses, axis=1), np.diff(losses, axis=0).T):
        before, after = differences[:, :-1], differences[:, 1:]
        with np.errstate(invalid="ignore", over="ignore"):
            steep = np.nan_to_num(np.abs(differences)).max(initial=0.0)
            turns = (before * after < 0) & (np.abs(after - before) > SHARP * steep)
        shares.append(float(turns.mean()) if turns.size else 0.0)
    return max(shares)


def cropped_of(
    landscape: Landscape, scene: Scene, settings: PlaneSettings, folder: Path | None = None
) -> Scene | None:
    """The surroundings of a scene's paths in as many cells as the whole of it, or `None`.

    There is none where the cells of the whole show all there is, where the window was asked for, and where
    the paths fill it.

    Args:
        landscape: What was descended.
        scene: All of it that is drawn.
        settings: How.
        folder: Where the losses of a network are kept.
    """
    if settings.window not in ("auto", "path") or turning(scene.losses) < TURNS:
        return None
    paths, cells = [trace.places for trace in scene.traces], max(scene.losses.shape)
    window = scene.window.closer(paths, 1.0 + 2.0 * ROOM, LEAST / cells)
    if window is None or window.size[0] >= scene.window.size[0]:
        return None
    seen = grid_of(landscape, scene.plane, window, settings, folder)
    return replace(scene, window=window, losses=seen.losses, note=seen.note)
