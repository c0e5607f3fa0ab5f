"""A picture seen through the draw of a step, of which only the pixels around the points are made."""

import copy
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from landscape_lab.augmentations.base import CoordinateAugmentation, Maps, PixelAugmentation, Pixels
from landscape_lab.augmentations.patches import Kernel
from landscape_lab.augmentations.rasters import Raster, Tile
from landscape_lab.augmentations.views import PictureDraw, by_step, composed, join, matched
from landscape_lab.landscapes.image import ImageLandscape
from landscape_lab.landscapes.pixels import EDGES_REPEATED, INTERPOLATIONS

WIDEST_TILE = 512
"""The most rows and columns of random numbers that are drawn where a whole picture is shown."""


class PictureView:
    """A picture under maps of its coordinates and changes of its pixels.

    Only the pixels around a point are made.

    Random numbers of single pixels come from a tile as large as the patch, repeated over the
    picture: within a patch no two pixels share one, and within a step a pixel keeps its own
    wherever it is looked at from.

    Args:
        landscape: Whose picture.
        coordinates: Compose the maps.
        changes: Change the pixels.
        tile: Rows and columns of the random numbers, if not those of the patch.
    """

    def __init__(
        self,
        landscape: ImageLandscape,
        coordinates: Sequence[CoordinateAugmentation],
        changes: Sequence[PixelAugmentation],
        tile: tuple[int, int] | None = None,
    ) -> None:
        self.landscape = landscape
        self.kernel = Kernel(landscape.interpolation, landscape.scale)
        self.coordinates = tuple(coordinates)
        self.changes = tuple(changes)
        self.whole = all(augmentation.whole_pixels for augmentation in self.coordinates)
        # A change with a reach needs its neighbours as the changes before it left them. So the
        # patch grows by the reach of every such change, and the last one to act is the first to be
        # grown for.
        self.reaches = [change.reach for change in self.changes if change.reach > 0][::-1]
        span = self.kernel.size + 2 * sum(self.reaches)
        self.tile = Tile.of(*((span, span) if tile is None else tile), landscape.pixels.device)
        self.look_at(landscape.pixels)
        for augmentation in self.coordinates:
            augmentation.check(2, self.raster.size)

    def look_at(self, pixels: Float[Tensor, "height width"]) -> None:
        """Take a picture."""
        self.raster = Raster.of(pixels)
        self.tile = Tile.of(self.tile.rows, self.tile.columns, pixels.device)
        self.kernel.to(pixels)
        kernel = range(self.kernel.first, self.kernel.first + self.kernel.size)
        spans = [kernel, *(range(-reach, reach + 1) for reach in self.reaches)]
        self.spans = [torch.tensor(span, device=pixels.device) for span in spans]

    def bytes_of_step(self, members: int) -> int:
        """The memory of one step's draw."""
        rows, columns = self.tile[:2]
        return (
            4 * rows * columns * sum(1 if change.shared else members for change in self.changes)
            + 200 * members
        )

    def draw(
        self, steps: int, members: int, streams: Sequence[Sequence[Generator]], like: Tensor
    ) -> list[PictureDraw]:
        """The draws of so many steps, for the members of each stream of random numbers."""
        maps = composed(self.coordinates, Maps.identity(steps, 2, self.raster.size), members, streams)
        size = maps.size if maps.size is not None else self.raster.size
        # The centre of pixel i lies at x = (2 i + 1) / size - 1, so x is the index (x + 1) size / 2
        # - ½; the patch is read from half a pixel before the point. The jitter, in coordinates,
        # moves the point first.
        scale = size / 2.0
        offset, last = scale - 1.0 + scale * maps.jitter, (size - 1.0).long().unsqueeze(-1)
        found = [scale, offset, last, *self._lookup(maps, size)]
        numbers = []
        for i, change in enumerate(self.changes, start=len(self.coordinates)):
            own = 1 if change.shared else members
            numbers.append(join([change.draw(steps, own, *self.tile[:2], stream[i]) for stream in streams]))
        steps_of = zip(*(by_step(part, steps, like) for part in (*found, *numbers)), strict=True)
        return [PictureDraw(*parts[:5], parts[5:]) for parts in steps_of]  # type: ignore[call-arg]

    def _lookup(self, maps: Maps, size: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Where the new picture's pixel (column, row) is in the old one: `turn` and `shift` of a draw."""
        matrix = maps.matrix * (2.0 / size).unsqueeze(-2)
        corner = (maps.matrix @ (1.0 / size - 1.0).unsqueeze(-1)).squeeze(-1) + maps.offset
        if not self.whole:
            return matrix, corner
        # Shifts, crops and flips take pixels to pixels: the diagonal is ±1 in pixels, and the
        # corner a whole number of them. Taken as integers they need no interpolation, and rounding
        # cannot mix a pixel with its neighbour.
        half = self.raster.size.double() / 2.0
        sign = (matrix.diagonal(dim1=-2, dim2=-1) * half).round().long().unsqueeze(-1)
        shift = ((corner + 1.0) * half - 0.5).round().long().unsqueeze(-1)
        return (sign if bool((sign < 0).any()) else None), (shift if bool((shift != 0).any()) else None)

    def differences(
        self, draw: PictureDraw, points: Float[Tensor, "n 2"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 2"]]:
        """The losses at the members' points and their differences over a pixel, times `scale`."""
        index = torch.addcmul(draw.offset, points, draw.scale)
        corner = index.floor()
        return self.kernel.read(self._patch(draw, self._around(corner)), index.sub_(corner))

    def loss(self, draw: PictureDraw, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """The losses at points, as often differentiable as the interpolation is."""
        draw = matched(draw, len(points))
        index = torch.addcmul(draw.offset, points.to(draw.offset.dtype), draw.scale)
        corner = index.detach().floor()
        return self.kernel.loss(self._patch(draw, self._around(corner)), index - corner)

    def overview(self) -> "PictureView":
        """The same view with a random number for each pixel of the picture, for many points seen together."""
        height, width = self.landscape.pixels.shape
        return PictureView(self.landscape, self.coordinates, self.changes, tile=(height, width))

    def look(
        self, draw: PictureDraw, points: Float[Tensor, "rows columns 2"], near: Float[Tensor, " 2"], seed: int
    ) -> Float[Tensor, "rows columns"]:
        """The new picture's pixels nearest to the points of a grid along its axes, without interpolation.

        Args:
            draw: Of one step, for one member.
            points: The first row tells the columns' x, the first column the rows' y.
            near: Where the member was: the pixels around it have the random numbers that it saw.
            seed: Of the random numbers farther away.
        """
        wide, draw = self.spread(draw, near, WIDEST_TILE, Generator().manual_seed(seed))
        rows, columns = points.shape[:2]
        along = torch.zeros(max(rows, columns), 2).to(draw.offset)
        along[:columns, 0], along[:rows, 1] = points[0, :, 0], points[:, 0, 1]
        # The offset is half a pixel short, and rounding down to a whole pixel wants half a pixel
        # more: together one.
        index = (along * draw.scale + draw.offset + 1.0).floor().long()
        return wide._patch(draw, index.T.unsqueeze(0))[0, :rows, :columns]

    def spread(
        self, draw: PictureDraw, point: Float[Tensor, " 2"], size: int, generator: Generator
    ) -> tuple["PictureView", PictureDraw]:
        """The draw of one step as far as the eye reaches.

        Single pixels get random numbers of a larger tile, up to `size` × `size`, whose repetition
        is not seen; those around the point keep their own.

        Args:
            draw: Of one step, for one member.
            point: Where the member was.
            size: The most rows and columns of the tile.
            generator: Of the numbers farther away.

        Returns:
            The view with that tile, and its draw.
        """
        height, width = self.raster.pixels.shape
        wide = copy.copy(self)
        shape = max(self.tile.rows, min(size, height)), max(self.tile.columns, min(size, width))
        wide.tile = Tile.of(*shape, self.raster.pixels.device)
        margin = sum(self.reaches)
        span = (
            torch.arange(-margin, self.kernel.size + margin, device=self.raster.pixels.device)
            + self.kernel.first
        )
        corner = (point.to(draw.offset) * draw.scale + draw.offset).floor().long()
        columns, rows = ((corner.T + span).clamp(self.raster.zero, draw.last[0])).unbind()
        numbers = []
        for change, own in zip(self.changes, draw.numbers, strict=True):
            if own is None or own.shape[2] != self.tile.columns:  # what the whole picture has in common
                numbers.append(own)
                continue
            far = change.draw(1, 1, *shape, generator)
            assert far is not None
            spread = far[0].to(own)
            near = own[:, rows.unsqueeze(1) % self.tile.rows, columns % self.tile.columns]
            spread[:, rows.unsqueeze(1) % shape[0], columns % shape[1]] = near
            numbers.append(spread)
        return wide, draw._replace(numbers=tuple(numbers))

    def _around(self, corner: Float[Tensor, "n 2"]) -> Int[Tensor, "n 2 k"]:
        """The columns and rows around points; `corner` is the pixel before the point less half a pixel."""
        return corner.long().unsqueeze(-1) + self.spans[0]

    def _patch(self, draw: PictureDraw, index: Int[Tensor, "n 2 k"]) -> Float[Tensor, "n r c"]:
        """The pixels of the new picture in these columns and rows, edges repeated."""
        raster = self.raster
        index = index.clamp_(raster.zero, draw.last)
        # Each change with a reach wants the neighbourhood of every pixel that comes after it; the
        # neighbourhoods overlap and are kept apart, since at an edge, where pixels repeat,
        # neighbours of neighbours are not the same.
        indices = [index]
        for span in self.spans[1:]:
            index = (index.unsqueeze(-1) + span).flatten(-2).clamp_(raster.zero, draw.last)
            indices.append(index)
        values = self._find(index, draw) if self.whole else self._interpolate(index, draw)
        return self._change(values, indices, draw) if draw.numbers else values

    def _find(self, index: Int[Tensor, "n 2 k"], draw: PictureDraw) -> Float[Tensor, "n k k"]:
        """The new picture's pixels, each of which is one of the old picture."""
        raster = self.raster
        if draw.turn is not None:
            index = index * draw.turn
        if draw.shift is not None:
            index = (index + draw.shift).clamp_(raster.zero, raster.last)
        column, row = (index * raster.strides).unbind(1)
        return raster.pixels.take(row.unsqueeze(2) + column.unsqueeze(1))

    def _interpolate(self, index: Int[Tensor, "n 2 k"], draw: PictureDraw) -> Float[Tensor, "n k k"]:
        """The new picture's pixels, each of which lies between those of the old picture."""
        assert draw.turn is not None
        assert draw.shift is not None
        column, row = index.to(draw.turn.dtype).unbind(1)
        across, down = draw.turn[:, None, None].unbind(-1)
        grid = (
            column[:, None, :, None] * across + row[:, :, None, None] * down + draw.shift[:, None, None]
        )  # [n, k, k, 2]
        mode = INTERPOLATIONS[self.landscape.interpolation]
        pixels = self.raster.pixels[None, None]
        return torch.grid_sampler(pixels, grid.flatten(0, 1)[None], mode, EDGES_REPEATED, False).view(
            grid.shape[:3]
        )

    def _change(self, values: Tensor, indices: list[Tensor], draw: PictureDraw) -> Tensor:
        """The pixels after their changes; one with a reach leaves the middle of each neighbourhood."""
        index = indices.pop()
        tiled = (
            None  # which number of the tile each pixel has; the same for all changes between two with a reach
        )
        for change, numbers in zip(self.changes, draw.numbers, strict=True):
            if change.reach > 0:
                index, tiled = indices.pop(), None
                values = values.view(-1, *2 * (index.shape[-1], 2 * change.reach + 1))
            if numbers is not None and numbers.shape[2] == self.tile.columns:
                if tiled is None:
                    tiled = self.tile.index(index)
                numbers = self.tile.gather(numbers, tiled)
            values = change.apply(values, numbers, Pixels(index, draw.last))
        return values
