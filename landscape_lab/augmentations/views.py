"""A landscape seen through the draw of a step: as a picture, or as points that are looked up elsewhere."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from landscape_lab.augmentations.base import CoordinateAugmentation, Maps
from landscape_lab.landscapes.gradients import Evaluate

AnyDraw = TypeVar("AnyDraw", bound="PointDraw | PictureDraw")


class PointDraw(NamedTuple):
    """One step's draw without pixels: the clean loss is looked up at `matrix @ point + offset`.

    Args:
        matrix: `[members, dims, dims]`; the number of members may be 1, for all of them.
        offset: `[members, dims]`.
    """

    matrix: Tensor
    offset: Tensor


class PictureDraw(NamedTuple):
    """One step's draw for a picture: where the new picture's pixels come from, and what changes them.

    The number of members may be 1 in each tensor: then all members share it.

    Args:
        scale: With `offset` it takes a point to the pixel half a pixel before it, in the new
            picture, `[members, 2]`.
        offset: `[members, 2]`.
        last: The new picture's last column and last row, `[members, 2, 1]`.
        turn: Where every new pixel is an old one, the sign of each axis, `[members, 2, 1]`, or
            `None` if no axis is mirrored; else the matrix from new pixels to old coordinates,
            `[members, 2, 2]`.
        shift: Where every new pixel is an old one, how many pixels away, `[members, 2, 1]`, or
            `None` if none is; else the old coordinates of the new picture's first pixel, `[members,
            2]`.
        numbers: The random numbers of each change of the pixels, `[members, rows, columns]`, or
            `None`.
    """

    scale: Tensor
    offset: Tensor
    last: Tensor
    turn: Tensor | None
    shift: Tensor | None
    numbers: tuple[Tensor | None, ...]


class PointView:
    """Any landscape under maps of its coordinates.

    Args:
        loss: The clean landscape's losses.
        bounds: What the maps take for -1…1, `[2, dims]`.
        coordinates: Compose the maps.
    """

    def __init__(
        self, loss: Evaluate, bounds: Float[Tensor, "2 dims"], coordinates: Sequence[CoordinateAugmentation]
    ) -> None:
        self.clean = loss
        self.bounds = bounds.double().cpu()
        self.coordinates = tuple(coordinates)
        for augmentation in self.coordinates:
            augmentation.check(bounds.shape[1], None)

    def bytes_of_step(self, members: int) -> int:
        """The memory of one step's draw."""
        dims = self.bounds.shape[1]
        return 24 * (dims + 1) * dims * members

    def draw(
        self, steps: int, members: int, streams: Sequence[Sequence[Generator]], like: Tensor
    ) -> list[PointDraw]:
        """The draws of so many steps, for the members of each stream of random numbers."""
        low, high = self.bounds
        middle, half = (low + high) / 2.0, (high - low) / 2.0
        maps = composed(self.coordinates, Maps.identity(steps, len(low), None), members, streams)
        # The maps are in half-widths from the middle, h⁻¹(x - m), and so is the jitter j that moves
        # the point first: x → m + h (M (h⁻¹(x - m) + j) + o). Written out, that is A x + A (h j -
        # m) + m + h o with A = h M h⁻¹.
        matrix = half.unsqueeze(-1) * maps.matrix / half
        moved = (matrix @ (half * maps.jitter - middle).unsqueeze(-1)).squeeze(-1)
        offset = middle + half * maps.offset + moved
        by_step = zip(matrix.to(like).unbind(), offset.to(like).unbind(), strict=True)
        return [PointDraw(*parts) for parts in by_step]

    def loss(self, draw: PointDraw, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The losses at the mapped points."""
        matrix, offset = (part.to(points.dtype) for part in matched(draw, len(points)))
        return self.clean((matrix @ points.unsqueeze(-1)).squeeze(-1) + offset)

    def look(
        self,
        draw: PointDraw,
        points: Float[Tensor, "rows columns dims"],
        near: Float[Tensor, " dims"],
        seed: int,
    ) -> Float[Tensor, "rows columns"]:
        """The losses at the points of a grid; `near` and `seed` concern pictures."""
        return self.loss(draw, points.flatten(0, 1)).view(points.shape[:2])


def composed(
    coordinates: Sequence[CoordinateAugmentation],
    identity: Maps,
    members: int,
    streams: Sequence[Sequence[Generator]],
) -> Maps:
    """The maps of all coordinate augmentations, in order, for the members of each stream."""
    found = []
    for stream in streams:
        maps = identity
        for augmentation, generator in zip(coordinates, stream, strict=False):
            maps = augmentation.compose(maps, members, generator)
        found.append(maps)
    return Maps(*(join(list(parts)) for parts in zip(*found, strict=True)))  # type: ignore[arg-type]


def join(parts: Sequence[Tensor | None]) -> Tensor | None:
    """The draws of several streams of random numbers, `[steps, members, …]` each, side by side."""
    drawn = [part for part in parts if part is not None]
    return torch.cat(drawn, dim=1) if len(drawn) > 1 else drawn[0] if drawn else None


def of_each_part(draw: AnyDraw, change: Callable[[Tensor], Tensor]) -> AnyDraw:
    """A draw with each of its tensors changed."""

    def changed(part: Tensor | None) -> Tensor | None:
        return None if part is None else change(part)

    parts = (tuple(map(changed, part)) if isinstance(part, tuple) else changed(part) for part in draw)
    return type(draw)(*parts)  # type: ignore[arg-type]


def matched(draw: AnyDraw, number: int) -> AnyDraw:
    """A draw for so many points; those of one member, such as a stencil's, are neighbours and share it."""
    if number == 1:
        return draw
    return of_each_part(
        draw, lambda part: part if len(part) == 1 else part.repeat_interleave(number // len(part), 0)
    )


def by_step(part: Tensor | None, steps: int, like: Tensor) -> Sequence[Tensor | None]:
    """A part of the draws step by step; whole numbers stay whole."""
    if part is None:
        return [None] * steps
    return part.to(like.device, like.dtype if part.is_floating_point() else part.dtype).unbind()
