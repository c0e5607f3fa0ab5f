"""Fractal noise as a landscape."""

import warnings
from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import PERLIN
from landscape_lab.landscapes.boundaries import make_boundary
from landscape_lab.landscapes.gradients import Evaluate, GivenGradient, Stencil, make_gradient
from landscape_lab.landscapes.noise import fractal_noise
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.landscapes.starts import as_starts, check_inside


@PERLIN.checks_class
class PerlinLandscape(PointLandscape):
    r"""Descend fractal Perlin noise: mountains, valleys and plains in no order.

    The surface has `size` grid lines along each axis, line i at the coordinate i / `size` and at i
    / `scale` in the noise. So the domain is 0 … 1 - 1 / `size`, and the first coordinate runs along
    the first index of the grid.

    Args:
        size: Grid lines along each coordinate, one number or two.
        scale: Grid lines in one cell of the coarsest noise: larger is smoother.
        octaves: How many noises, each finer and weaker than the one before, are added.
        persistence: The strength of an octave, as a multiple of that before it.
        lacunarity: The frequency of an octave, as a multiple of that before it.
        base: Which noise: how far on in the table of permutations it begins.
        repeat: The coarsest noise repeats after so many cells.
        interpolation: `bilinear` between the grid's points, or `none`: the noise itself at any
            point, differentiable twice.
        gradient: `exact`, or `forward` or `central` differences of step `h`. A difference that
            reaches outside the domain gives no gradient at all.
        h: Step of the differences, in coordinates.
        start: Where members begin, `(x, y)` or `[members, 2]`.
        boundary: What happens outside the domain: `freeze`, `hard`, `soft`, `reflect` or `none`.
            Bilinear losses outside are those of the nearest edge.
        wall: Multiplies the gradient of a `hard` (0.003) or `soft` (distance³) wall.

    Raises:
        ValueError: A parameter is out of range.

    >>> landscape = PerlinLandscape(start=(0.58, 0.63))
    >>> landscape()
    tensor([0.0926], grad_fn=<...>)
    """

    surface: Float[Tensor, "rows columns"]
    lines: Float[Tensor, "2"]

    def __init__(
        self,
        size: int | Sequence[int] = (50, 50),
        scale: float = 100.0,
        octaves: int = 6,
        persistence: float = 0.5,
        lacunarity: float = 2.0,
        base: int = 42,
        repeat: float = 1024,
        interpolation: str = "bilinear",
        gradient: str = "exact",
        h: float = 1e-3,
        start: object = (0.28, 0.36),
        boundary: str = "freeze",
        wall: float = 100.0,
    ) -> None:
        lines = (size, size) if isinstance(size, int) else (size[0], size[1])
        bounds = torch.tensor([[0.0, 0.0], [1.0 - 1.0 / lines[0], 1.0 - 1.0 / lines[1]]])
        starts = as_starts(start, dims=2).float()
        check_inside(starts, bounds, "(x, y)")
        mover, walls = make_boundary(boundary, starts, bounds, wall)
        rule: nn.Module = make_gradient(gradient, 2, h)
        super().__init__(
            start=starts,
            bounds=bounds,
            gradient=Supported(rule, bounds) if isinstance(rule, Stencil) else rule,
            boundary=mover,
            wall=walls,
        )
        self.noise = partial(
            fractal_noise,
            octaves=octaves,
            persistence=persistence,
            lacunarity=lacunarity,
            base=base,
            repeat=repeat,
        )
        self.scale = scale
        self.interpolation = interpolation
        self.register_buffer("lines", torch.tensor(lines, dtype=torch.float32), persistent=False)
        # The one work of this constructor, 1 ms: the surface is what the landscape is made of.
        surface = self._raster(lines) if interpolation == "bilinear" else None
        self.register_buffer("surface", surface, persistent=False)

    def _raster(self, size: tuple[int, int]) -> Float[Tensor, "rows columns"]:
        """The noise on the grid."""
        rows, columns = (torch.arange(lines, dtype=torch.float64).div(self.scale).float() for lines in size)
        grid = torch.cartesian_prod(rows, columns)
        surface = self.noise(grid).view(size)
        if (surface == surface[0, 0]).all():
            warnings.warn(
                "The noise is constant, so it has no gradient: every line of the grid meets one of the "
                f"noise, where that is 0. A larger `scale` is smoother. Found `scale = {self.scale:g}`.",
                stacklevel=4,
            )
        return surface

    def loss(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        if self.interpolation == "none":
            return self.noise(points * (self.lines / self.scale))
        return bilinear(self.surface, points * self.lines)


class Supported(nn.Module):
    """A stencil whose gradient is zero where any of its points lies outside the bounds.

    Differences are taken in float64. The losses of the noise are about 0.1 and differ by 0.0001
    from one point of the stencil to the next: in float32 a step would be right to only 4 digits.

    Args:
        stencil: The finite differences.
        bounds: `[2, dims]`, low and high.
    """

    bounds: Float[Tensor, "2 dims"]

    def __init__(self, stencil: Stencil, bounds: Float[Tensor, "2 dims"]) -> None:
        super().__init__()
        self.stencil = stencil
        self.register_buffer("bounds", bounds, persistent=False)

    def forward(self, evaluate: Evaluate, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses whose backward pass returns the stencil's gradient."""
        return GivenGradient.apply(points, *self.sample(evaluate, points.detach()))

    def sample(
        self, evaluate: Evaluate, points: Float[Tensor, "n dims"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n dims"]]:
        """Losses and their gradients, both detached."""
        wide = points.dtype if points.device.type == "mps" else torch.float64  # Apple's GPUs have no float64
        around = points.unsqueeze(1).to(wide) + self.stencil.offsets
        combined = evaluate(around.flatten(0, 1)).view(len(points), -1) @ self.stencil.weights.to(wide)
        combined = combined.to(points.dtype)
        low, high = self.bounds
        outside = ((around < low) | (around > high)).flatten(1).any(-1, keepdim=True)
        return combined[:, 0], combined[:, 1:].masked_fill(outside, 0.0)


def bilinear(surface: Float[Tensor, "rows columns"], positions: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
    """A surface read between its grid points, edges repeated.

    >>> bilinear(torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), torch.tensor([[1.5, 0.25]]))
    tensor([3.2500])

    Args:
        surface: Values at whole numbers.
        positions: (row, column), in grid lines.
    """
    rows, columns = surface.shape
    last = positions.new_tensor([rows - 1, columns - 1])
    positions = positions.clamp(torch.zeros_like(last), last)
    # On the last line the cell is the one before it, so that its far corners exist; NaN stays out
    # of the indices.
    cell = torch.minimum(positions.detach().nan_to_num().floor(), last - 1)
    along, across = (positions - cell).unbind(-1)
    row, column = cell.long().unbind(-1)
    corners = (
        row * columns + column + torch.tensor([[0], [1], [columns], [columns + 1]], device=positions.device)
    )
    values = surface.flatten()[corners].to(positions.dtype)
    near, far = torch.lerp(values[0::2], values[1::2], across)
    return torch.lerp(near, far, along)
