"""A landscape as it was seen: in a few draws of its augmentations, or in any step again."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.augmentations.augment import augmented_field
from landscape_lab.augmentations.augmented import Augmented
from landscape_lab.drawing.titles import BETWEEN
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.boundaries import Reflect
from landscape_lab.landscapes.field import Field
from landscape_lab.landscapes.image import ImageLandscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.trees import Batch, count_samples
from landscape_lab.landscapes.pixels import PixelGradient
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.planes import Plane, Window
from landscape_lab.planes.grid import measure_at
from landscape_lab.planes.interpolation import between
from landscape_lab.planes.preview import on_these
from landscape_lab.planes.refinement import FEWEST, Nodes
from landscape_lab.scene import Draws, Replay, Scene
from landscape_lab.staging.mapping import TURNS, turning

RESOLUTION = 320
"""Cells along the longer side of a picture of draws."""
BATCH = 4096
"""Points looked at together."""
CLOSEST = 1 / 64
"""The least share of the window that a closer look at the start has."""
AROUND = "only around the start: elsewhere the landscape is finer than the cells of its map"


def has_draws(landscape: Landscape) -> bool:
    """Whether a landscape has augmentations."""
    return augmented_field(landscape) is not None


def draws_of(landscape: Landscape, scene: Scene, number: int, resolution: int | None = None) -> Draws:
    """The landscape in the window of a scene, clean and in as many draws, with its gradient in every cell.

    Args:
        landscape: With augmentations, of two dimensions.
        scene: What of it is drawn, and how.
        number: How many draws.
        resolution: Cells along the longer side, 320 if not given.

    Raises:
        ValueError: The landscape has no augmentations.
    """
    field = augmented_field(landscape)
    if field is None:
        raise ValueError(
            "A landscape should have augmentations to be seen in their draws: augmentation=shift_noise."
        )
    columns, rows = _cells(scene.window, scene.plane.axes.picture, resolution or RESOLUTION)
    points = scene.plane.points(scene.window.centres(columns, rows)).to(landscape.flat())
    looks: list[tuple[Field, int]] = [(field.clean, 0), *((field.overview(), step) for step in range(number))]
    seen = [_look(look, step, points, (rows, columns)) for look, step in looks]
    losses, gradients = (np.stack(part) for part in zip(*seen, strict=True))
    per_unit = gradients * _axis_unit(field, landscape, scene)[:, None, None]
    return Draws(losses, per_unit, replace(scene, losses=losses[0]))


def legible_draws(landscape: Landscape, scene: Scene, number: int, resolution: int | None = None) -> Draws:
    """The same, only around the starts of a scene where the landscape is finer than the cells of its map.

    Args:
        landscape: With augmentations, of two dimensions.
        scene: What of it is drawn, with its starts.
        number: How many draws.
        resolution: Cells along the longer side, 320 if not given.
    """
    draws, share = draws_of(landscape, scene, number, resolution), 1.0
    while turning(draws.losses[0]) > (TURNS if share == 1.0 else 0.0) and share > CLOSEST:
        share /= 2.0
        window = scene.window.closer([trace.places[:1] for trace in scene.traces], 1.0, share)
        about = BETWEEN.join(filter(None, (scene.about, AROUND)))
        closer = replace(scene, window=window or scene.window, about=about)
        draws = draws_of(landscape, closer, number, resolution)
    return draws


def _axis_unit(field: Augmented, landscape: Landscape, scene: Scene) -> Float[np.ndarray, "2"]:
    """What turns a gradient as an optimizer gets it into that along the axes of a map.

    The pixel gradient is `scale` times the difference between pixels, that of all other rules is the
    derivative by coordinates.
    """
    if isinstance(landscape, ImageLandscape) and isinstance(field.clean.rule, PixelGradient):
        return np.full(2, 1.0 / landscape.scale)
    return np.array(scene.plane.axes.unit)


def _cells(window: Window, picture: bool, resolution: int) -> tuple[int, int]:
    """Columns and rows: a picture's own shape, however small its pixels are drawn."""
    if not picture:
        return resolution, resolution
    size = np.array(window.size)
    columns, rows = np.clip(size * resolution / size.max(), 2, None)
    return round(columns), round(rows)


def _look(field: Field, step: int, points: Tensor, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The losses `[rows, columns]` and gradients `[2, rows, columns]` of a step's draw."""
    field.see(step)
    parts = [field.sample(part) for part in points.split(BATCH)]
    losses, gradients = (torch.cat(part).double().cpu().numpy() for part in zip(*parts, strict=True))
    return losses.reshape(shape), gradients.T.reshape(2, *shape)


def check_draws(landscape: Landscape, parameter: str) -> None:
    """Raise `ValueError` unless steps of a landscape see draws that change its loss.

    Args:
        landscape: What is descended.
        parameter: What asks for it, for the error.
    """
    field = augmented_field(landscape)
    sampled = isinstance(landscape, NetworkLandscape) and landscape.batches.stochastic
    if not sampled and (field is None or not field.changes_losses):
        raise ValueError(
            f"Parameter `{parameter}` may be draws only where steps see different losses: minibatches, as "
            "landscape.batch_size=32, or augmentations, as augmentation=shift_noise. Found neither."
        )


def draws_over(landscape: Landscape, plane: Plane, window: Window) -> Replay | None:
    """The landscape in the draw of any step, its minibatch or its augmentations, if there is one."""
    if isinstance(landscape, NetworkLandscape) and landscape.batches.stochastic:
        return Minibatches(landscape, plane, window)
    return replay_of(landscape, plane, window)


def replay_of(landscape: Landscape, plane: Plane, window: Window) -> Replay | None:
    """The landscape in any step again, if its augmentations change its losses."""
    field = augmented_field(landscape)
    if field is None or not field.changes_losses or not isinstance(landscape, PointLandscape):
        return None
    return Replaying(landscape, field, plane, window)


class Replaying:
    """A landscape as an optimizer saw it, in any step again.

    Args:
        landscape: With augmentations.
        field: Its augmented field.
        plane: What is looked at; for a picture, along its columns and rows.
        window: What of it is drawn.
    """

    def __init__(self, landscape: PointLandscape, field: Augmented, plane: Plane, window: Window) -> None:
        self.landscape = landscape
        self.field = field.twin()
        self.plane = plane
        self.window = window

    @torch.no_grad()
    def losses(self, step: int, place: Float[np.ndarray, "2"], shape: tuple[int, int]) -> np.ndarray:
        """See `landscape_lab.scene.Replay`."""
        rows, columns = shape
        points = self._points(self.window.centres(columns, rows)).view(*shape, -1)
        near = self._points(torch.from_numpy(np.nan_to_num(place))[None])[0]
        return self.field.look(step, points, near).double().cpu().numpy()

    def name(self, step: int | None) -> str:
        """See `landscape_lab.scene.Replay`."""
        return "the landscape itself" if step is None else f"as step {step:,} saw it"

    def _points(self, places: Tensor) -> Tensor:
        """The points at places of the plane, mirrored where the landscape is."""
        boundary = self.landscape.boundary
        points = self.plane.points(places).to(self.landscape.flat())
        return boundary(points) if isinstance(boundary, Reflect) else points


class Minibatches:
    """The slice of a network as the first member's minibatch of any step saw it, without dropout.

    Args:
        landscape: Whose steps see minibatches.
        plane: What is looked at.
        window: What of it is drawn: each draw is a spline through 15 × 15 losses.
    """

    def __init__(self, landscape: NetworkLandscape, plane: Plane, window: Window) -> None:
        self.landscape = landscape
        self.plane = plane
        self.window = window

    @torch.no_grad()
    def losses(self, step: int, place: Float[np.ndarray, "2"], shape: tuple[int, int]) -> np.ndarray:
        """See `landscape_lab.scene.Replay`."""
        seen = on_these(self.landscape, self._batch(step))
        nodes = Nodes.first(measure_at(seen, self.plane), self.window, FEWEST)
        return between(nodes.u, nodes.v, nodes.losses, self.window, shape)

    def name(self, step: int | None) -> str:
        """See `landscape_lab.scene.Replay`."""
        if step is None:
            return f"all {self.landscape.batches.samples:,} samples"
        return f"the {count_samples(self._batch(step)):,} samples of step {step:,}"

    def _batch(self, step: int) -> Batch:
        """What the first member saw."""
        return self.landscape.batches.batch(step, self.landscape.draws.seeds[:1])[0]
