"""Tables that find a pixel by its column and row: of a picture, and of the random numbers of its pixels."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor


class Raster(NamedTuple):
    """A picture's pixels, and tensors made once to find one of them.

    Args:
        pixels: `[height, width]`.
        size: Width and height, `[2]`, on the CPU.
        zero: The first column and row, `[2, 1]`.
        last: The last column and row, `[2, 1]`.
        strides: How far apart in memory neighbours along a row and along a column are, `[2, 1]`.
    """

    pixels: Float[Tensor, "height width"]
    size: Int[Tensor, "2"]
    zero: Int[Tensor, "2 1"]
    last: Int[Tensor, "2 1"]
    strides: Int[Tensor, "2 1"]

    @classmethod
    def of(cls, pixels: Float[Tensor, "height width"]) -> "Raster":
        """A picture where it is."""
        height, width = pixels.shape
        pairs = ((0, 0), (width - 1, height - 1), (1, width))
        return cls(
            pixels,
            torch.tensor([width, height]),
            *(torch.tensor(pair).view(2, 1).to(pixels.device) for pair in pairs),
        )


class Tile(NamedTuple):
    """The random numbers of single pixels, repeated over the picture.

    Args:
        rows: How many rows of numbers there are.
        columns: How many columns.
        period: Columns and rows, `[2, 1]`.
        strides: How far apart in memory neighbours along a row and along a column are, `[2, 1]`.
    """

    rows: int
    columns: int
    period: Int[Tensor, "2 1"]
    strides: Int[Tensor, "2 1"]

    @classmethod
    def of(cls, rows: int, columns: int, device: torch.device) -> "Tile":
        """A tile of such a shape."""
        pairs = ((columns, rows), (1, columns))
        return cls(rows, columns, *(torch.tensor(pair).view(2, 1).to(device) for pair in pairs))

    def gather(
        self, numbers: Float[Tensor, "members rows columns"], index: Int[Tensor, "n r c"]
    ) -> Float[Tensor, "n r c"]:
        """The numbers of pixels by their index in the tile: of their own member, or of the one for all."""
        if len(numbers) == 1:
            return numbers.take(index)
        return numbers.flatten(1).gather(1, index.flatten(1)).view_as(index)

    def index(self, pixels: Int[Tensor, "n 2 k"]) -> Int[Tensor, "n k k"]:
        """Which number of the tile each pixel in these columns and rows has."""
        column, row = (pixels % self.period * self.strides).unbind(1)
        return row.unsqueeze(2) + column.unsqueeze(1)
