"""A landscape seen through the draws of a step: a picture's pixels around the points, or the points of any landscape."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from landscape_lab.augmentations.base import CoordinateAugmentation, Maps, PixelAugmentation, Pixels
from landscape_lab.augmentations.patches import Kernel
from landscape_lab.landscapes.gradients import Evaluate
from landscape_lab.landscapes.image import EDGES_REPEATED, INTERPOLATIONS

Row = tuple[Any, ...]
"""One step's draws: tensors of which each has one row for every member, or one for all, or `None`."""


class PointView:
    """Any landscape under maps of its coordinates.

    Args:
        loss: The clean landscape's losses.
        bounds: What the maps take for -1…1, `[2, dims]`.
        coordinates: Compose the maps.
    """

    def __init__(self, loss: Evaluate, bounds: Float[Tensor, "2 dims"], coordinates: Sequence[CoordinateAugmentation]) -> None:
        self.clean = loss
        self.bounds = bounds.double().cpu()
        self.coordinates = tuple(coordinates)
        for augmentation in self.coordinates:
            augmentation.check(bounds.shape[1], None)

    def bytes_of_step(self, members: int) -> int:
        """The memory of one step's draws."""
        dims = self.bounds.shape[1]
        return 24 * (dims + 1) * dims * members

    def draw(self, steps: int, members: int, streams: Sequence[Sequence[Generator]], like: Tensor) -> list[Row]:
        """The draws of so many steps: a matrix and an offset for each member of each stream of random numbers."""
        low, high = self.bounds
        middle, half = (low + high) / 2.0, (high - low) / 2.0
        maps = _composed(self.coordinates, Maps.identity(steps, len(low), None), members, streams)
        matrix = half.unsqueeze(-1) * maps.matrix / half
        moved = (matrix @ (half * maps.jitter - middle).unsqueeze(-1)).squeeze(-1)
        offset = middle + half * maps.offset + moved
        return list(zip(matrix.to(like).unbind(), offset.to(like).unbind(), strict=True))

    def loss(self, row: Row, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The losses at the mapped points."""
        matrix, offset = (part.to(points.dtype) for part in _matched(row, len(points)))
        return self.clean((matrix @ points.unsqueeze(-1)).squeeze(-1) + offset)


class PictureView:
    """A picture under maps of its coordinates and changes of its pixels, of which only those around a point are made.

    Random numbers of single pixels come from a tile as large as the patch, repeated over the picture: within a patch no two
    pixels share one, and within a step a pixel keeps its own wherever it is looked at from.

    Args:
        pixels: The picture, `[height, width]`.
        interpolation: `bicubic` or `bilinear`.
        scale: Multiplies the differences between pixels.
        coordinates: Compose the maps.
        changes: Change the pixels.
        tile: Rows and columns of the random numbers, if not those of the patch.
    """

    def __init__(
        self,
        pixels: Float[Tensor, "height width"],
        interpolation: str,
        scale: float,
        coordinates: Sequence[CoordinateAugmentation],
        changes: Sequence[PixelAugmentation],
        tile: tuple[int, int] | None = None,
    ) -> None:
        self.kernel = Kernel(interpolation, scale)
        self.mode = INTERPOLATIONS[interpolation]
        self.coordinates = tuple(coordinates)
        self.changes = tuple(changes)
        reaches = [change.reach for change in self.changes if change.reach > 0]
        self.reaches = reaches[::-1]
        span = self.kernel.size + 2 * sum(reaches)
        self.tile = (span, span) if tile is None else tile
        self.whole = all(augmentation.whole_pixels for augmentation in self.coordinates)
        self.look_at(pixels)
        for augmentation in self.coordinates:
            augmentation.check(2, self.size)

    def look_at(self, pixels: Float[Tensor, "height width"]) -> None:
        """Take a picture."""
        height, width = pixels.shape

        def whole(*numbers: int) -> Tensor:
            return torch.tensor(numbers, device=pixels.device).view(-1, 1)

        self.pixels = pixels
        self.size = torch.tensor([width, height])
        self.zero, self.last, self.strides = whole(0, 0), whole(width - 1, height - 1), whole(1, width)
        self.period, self.tile_strides = whole(*self.tile[::-1]), whole(1, self.tile[1])
        first = self.kernel.first
        self.taps = torch.arange(first, first + self.kernel.size, device=pixels.device)
        self.around = [torch.arange(-reach, reach + 1, device=pixels.device) for reach in self.reaches]
        self.kernel.to(pixels)

    def bytes_of_step(self, members: int) -> int:
        """The memory of one step's draws."""
        rows, columns = self.tile
        return 4 * rows * columns * sum(1 if change.shared else members for change in self.changes) + 200 * members

    def draw(self, steps: int, members: int, streams: Sequence[Sequence[Generator]], like: Tensor) -> list[Row]:
        """The draws of so many steps, for the members of each stream of random numbers.

        In a row are: scale and offset that take points to pixels of the new picture; its last column and row; how its pixels are
        found in the old picture, whole pixels by sign and shift, others by a matrix and an offset; and what each change drew.
        """
        maps = _composed(self.coordinates, Maps.identity(steps, 2, self.size), members, streams)
        size = maps.size if maps.size is not None else self.size
        scale = size / 2.0
        drawn = [scale, scale - 1.0 + scale * maps.jitter, (size - 1.0).long().unsqueeze(-1), *self._lookup(maps, size)]
        for place, change in enumerate(self.changes, start=len(self.coordinates)):
            own = 1 if change.shared else members
            drawn.append(join([change.draw(steps, own, *self.tile, stream[place]) for stream in streams]))
        return list(zip(*(_rows(part, steps, like) for part in drawn), strict=True))

    def _lookup(self, maps: Maps, size: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Where the new picture's pixel (column, row) is in the old one."""
        matrix = maps.matrix * (2.0 / size).unsqueeze(-2)
        corner = (maps.matrix @ (1.0 / size - 1.0).unsqueeze(-1)).squeeze(-1) + maps.offset
        if not self.whole:
            return matrix, corner
        half = self.size.double() / 2.0
        sign = (matrix.diagonal(dim1=-2, dim2=-1) * half).round().long().unsqueeze(-1)
        shift = ((corner + 1.0) * half - 0.5).round().long().unsqueeze(-1)
        return (sign if bool((sign < 0).any()) else None), (shift if bool((shift != 0).any()) else None)

    def differences(self, row: Row, points: Float[Tensor, "n 2"]) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 2"]]:
        """The losses of the members' points and their differences over a pixel along x and y, times `scale`."""
        place = torch.addcmul(row[1], points, row[0])
        corner = place.floor()
        return self.kernel.read(self._patch(row, self._around(corner)), place.sub_(corner))

    def loss(self, row: Row, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """The losses at points, as often differentiable as the interpolation is."""
        row = _matched(row, len(points))
        place = torch.addcmul(row[1], points.to(row[1].dtype), row[0])
        corner = place.detach().floor()
        return self.kernel.loss(self._patch(row, self._around(corner)), place - corner)

    def nearest(self, row: Row, x: Float[Tensor, " columns"], y: Float[Tensor, " rows"]) -> Float[Tensor, "rows columns"]:
        """The new picture's pixels nearest to the points of a grid: a look at all of it, without interpolation.

        Args:
            row: The draws of one step for one member.
            x: The columns' coordinates.
            y: The rows' coordinates.
        """
        points = torch.zeros(max(len(x), len(y)), 2).to(row[1])
        points[: len(x), 0], points[: len(y), 1] = x, y
        index = (points * row[0] + row[1] + 1.0).floor().long()
        return self._patch(row, index.T.unsqueeze(0))[0, : len(y), : len(x)]

    def spread(self, row: Row, point: Float[Tensor, " 2"], size: int, generator: Generator) -> tuple["PictureView", Row]:
        """The draws of one step as far as the eye reaches.

        Single pixels get random numbers of a larger tile, up to `size` × `size`, whose repetition is not seen; those around the
        point keep their own.

        Args:
            row: The draws of one step for one member.
            point: Where the member was.
            size: The most rows and columns of the tile.
            generator: Of the numbers farther away.

        Returns:
            The view with that tile, and its row.
        """
        height, width = self.pixels.shape
        tile = max(self.tile[0], min(size, height)), max(self.tile[1], min(size, width))
        wide = copy.copy(self)
        wide.tile = tile
        wide.look_at(self.pixels)
        span = torch.arange(-sum(self.reaches), self.kernel.size + sum(self.reaches), device=self.pixels.device)
        corner = (point.to(row[1]) * row[0] + row[1]).floor().long()
        columns, lines = ((corner.T + self.kernel.first + span).clamp(self.zero, row[2][0])).unbind()
        draws = []
        for change, draw in zip(self.changes, row[5:], strict=True):
            if draw is not None and draw.shape[2] == self.tile[1]:
                far = change.draw(1, 1, *tile, generator)
                assert far is not None
                near = draw[:, lines.unsqueeze(1) % self.tile[0], columns % self.tile[1]]
                draw = far[0].to(draw)
                draw[:, lines.unsqueeze(1) % tile[0], columns % tile[1]] = near
            draws.append(draw)
        return wide, (*row[:5], *draws)

    def _around(self, corner: Float[Tensor, "n 2"]) -> Int[Tensor, "n 2 k"]:
        """The columns and rows around points; `corner` is the pixel centre before the point less half a pixel."""
        return corner.long().unsqueeze(-1) + self.taps

    def _patch(self, row: Row, index: Int[Tensor, "n 2 k"]) -> Float[Tensor, "n k k"]:
        """The pixels of the new picture in these columns and rows, edges repeated."""
        _, _, last, turn, shift, *draws = row
        index = index.clamp_(self.zero, last)
        indices = [index]
        for around in self.around:
            index = (index.unsqueeze(-1) + around).flatten(-2).clamp_(self.zero, last)
            indices.append(index)
        values = self._find(index, turn, shift) if self.whole else self._interpolate(index, turn, shift)
        return self._change(values, indices, last, draws) if draws else values

    def _find(self, index: Int[Tensor, "n 2 k"], sign: Tensor | None, shift: Tensor | None) -> Float[Tensor, "n k k"]:
        """The new picture's pixels, each of which is one of the old picture."""
        if sign is not None:
            index = index * sign
        if shift is not None:
            index = (index + shift).clamp_(self.zero, self.last)
        column, line = (index * self.strides).unbind(1)
        return self.pixels.take(line.unsqueeze(2) + column.unsqueeze(1))

    def _interpolate(self, index: Int[Tensor, "n 2 k"], matrix: Tensor, corner: Tensor) -> Float[Tensor, "n k k"]:
        """The new picture's pixels, each of which lies between those of the old picture."""
        column, line = index.to(matrix.dtype).unbind(1)
        across, down = matrix[:, None, None].unbind(-1)
        grid = column[:, None, :, None] * across + line[:, :, None, None] * down + corner[:, None, None]
        shape = grid.shape[:3]
        sampled = torch.grid_sampler(self.pixels[None, None], grid.flatten(0, 1)[None], self.mode, EDGES_REPEATED, False)
        return sampled.view(shape)

    def _change(self, values: Tensor, indices: list[Tensor], last: Tensor, draws: list[Tensor | None]) -> Tensor:
        """The pixels after their changes; a change with a reach leaves only those in the middle of each neighbourhood."""
        index = indices.pop()
        tiled = None
        for change, draw in zip(self.changes, draws, strict=True):
            if change.reach > 0:
                index, tiled = indices.pop(), None
                values = values.view(-1, *2 * (index.shape[-1], 2 * change.reach + 1))
            if draw is not None and draw.shape[2] == self.tile[1]:
                if tiled is None:
                    column, line = (index % self.period * self.tile_strides).unbind(1)
                    tiled = line.unsqueeze(2) + column.unsqueeze(1)
                many = len(draw) > 1
                draw = draw.flatten(1).gather(1, tiled.flatten(1)).view_as(tiled) if many else draw.take(tiled)
            values = change.apply(values, draw, Pixels(index, last))
        return values


def _composed(
    coordinates: Sequence[CoordinateAugmentation], identity: Maps, members: int, streams: Sequence[Sequence[Generator]]
) -> Maps:
    """The maps of all coordinate augmentations, in order, for the members of each stream of random numbers."""
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


def _rows(part: Tensor | None, steps: int, like: Tensor) -> Sequence[Tensor | None]:
    """A part of the draws step by step; whole numbers stay whole."""
    if part is None:
        return [None] * steps
    return part.to(like.device, like.dtype if part.is_floating_point() else part.dtype).unbind()


def _matched(row: Row, number: int) -> Row:
    """The draws for so many points: several in a row of each member, such as those of a stencil, share the member's draw."""
    if all(part is None or len(part) in (1, number) for part in row):
        return row
    return tuple(part if part is None or len(part) == 1 else part.repeat_interleave(number // len(part), 0) for part in row)
