"""A table of losses as a landscape."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import GRID
from landscape_lab.landscapes.boundaries import make_boundary
from landscape_lab.landscapes.bounds import as_bounds, default_start
from landscape_lab.landscapes.gradients import Evaluate, make_gradient
from landscape_lab.landscapes.pixels import interpolate
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.landscapes.starts import as_starts, check_inside


@GRID.checks_class
class GridLandscape(PointLandscape):
    """Descend a table of losses, as they are: in their own units, over bounds of your own.

    Column j lies at x = xmin + j (xmax - xmin) / (columns - 1), row i at y alike: the first and the
    last lie on the bounds. So it is what `loss(*numpy.meshgrid(x, y))` gives. Outside the bounds the
    losses are those of the nearest edge.

    Args:
        values: `[rows, columns]`, at least 2 × 2: an array, a tensor, nested lists, or a file, `.npy`,
            or text with a row on each line, its numbers apart by commas, semicolons or spaces.
        bounds: `(low, high)` for both axes, or `[[xmin, xmax], [ymin, ymax]]`.
        interpolation: `bilinear` or `bicubic` between the points of the table.
        start: Where members begin, `(x, y)` or `[members, 2]`; near the low corner if not given.
        gradient: `exact`, or `forward` or `central` differences of step `h`.
        h: Step of the differences.
        boundary: What happens outside the bounds: `freeze`, `hard`, `soft`, `reflect` or `none`.
        wall: Multiplies the gradient of a `hard` (0.003) or `soft` (distance³) boundary.

    Raises:
        ValueError: There is no such table, it holds something else than finite numbers, or a
            parameter is out of range.

    >>> table = [[0.0, 1.0, 2.0], [4.0, 5.0, 6.0]]
    >>> landscape = GridLandscape(table, bounds=[[0, 2], [0, 1]], start=(1.5, 0.25))
    >>> landscape()
    tensor([2.5000], grad_fn=<...>)
    """

    def __init__(
        self,
        values: object,
        bounds: object = (-1.0, 1.0),
        interpolation: str = "bilinear",
        start: object = None,
        gradient: str = "exact",
        h: float = 1e-3,
        boundary: str = "freeze",
        wall: float = 100.0,
    ) -> None:
        window = as_bounds(bounds, dims=2)
        starts = default_start(window) if start is None else as_starts(start, dims=2).float()
        if boundary != "none":
            check_inside(starts, window, "(x, y)")
        mover, walls = make_boundary(boundary, starts, window, wall)
        rule = make_gradient(gradient, 2, h)
        super().__init__(start=starts, bounds=window, gradient=rule, boundary=mover, wall=walls)
        self.table = Table(read_table(values), window, interpolation)

    def loss(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        return self.table(points)


class Table(nn.Module):
    """Losses at the points of a grid, read in between.

    Args:
        values: `[rows, columns]`.
        bounds: `[2, 2]`, the low corner and the high corner, on which the outer points lie.
        interpolation: `bilinear` or `bicubic`.
    """

    values: Float[Tensor, "rows columns"]
    low: Float[Tensor, "2"]
    stretch: Float[Tensor, "2"]
    shift: Float[Tensor, "2"]

    def __init__(
        self, values: Float[Tensor, "rows columns"], bounds: Float[Tensor, "2 2"], interpolation: str
    ) -> None:
        super().__init__()
        rows, columns = values.shape
        number = torch.tensor([columns, rows], dtype=torch.float32)
        self.interpolation = interpolation
        # Pixel i of n lies at (2 i + 1) / n - 1, and point i of the table at low + i / (n - 1) of the width.
        self.register_buffer("values", values.float(), persistent=False)
        self.register_buffer("low", bounds[0], persistent=False)
        self.register_buffer("stretch", 2 * (number - 1) / number / (bounds[1] - bounds[0]), persistent=False)
        self.register_buffer("shift", 1 / number - 1, persistent=False)

    def forward(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """The losses at points (x, y)."""
        pixels = (points - self.low) * self.stretch + self.shift
        return interpolate(self.values, pixels.to(points.dtype), self.interpolation)


def tabled(
    evaluate: Evaluate, bounds: Float[Tensor, "2 dims"], grid: Sequence[int] | None
) -> Evaluate | Table:
    """The table of a formula of two numbers, bilinear in between; the formula itself without a grid.

    Args:
        evaluate: The losses at points `[n, 2]`.
        bounds: `[2, 2]`.
        grid: How many points there are along x and along y.

    Raises:
        ValueError: The formula is of more than two numbers, or not finite at a point of the grid.
    """
    if grid is None:
        return evaluate
    if bounds.shape[1] != 2:
        raise ValueError(
            f"Parameter `grid` should be given for two dimensions. Found {bounds.shape[1]} dimensions."
        )
    low, high = bounds.double()
    x, y = (torch.linspace(0, 1, n, dtype=torch.float64) for n in grid)
    shares = torch.cartesian_prod(y, x).flip(-1)  # rows of y, along which x runs
    with torch.no_grad():
        losses = evaluate(low + shares * (high - low)).view(len(y), len(x))
    _check_finite(losses.numpy(), "grid")
    return Table(losses, bounds, "bilinear")


def read_table(source: object) -> Float[Tensor, "rows columns"]:
    """A table from a file or an array.

    Raises:
        ValueError: There is no such file, or it is no table of finite numbers, at least 2 × 2.
    """
    name = f"{source}" if isinstance(source, str | Path) else f"of type {type(source).__name__}"
    try:
        values = (
            _from_file(Path(source)) if isinstance(source, str | Path) else np.asarray(source, dtype=float)
        )
    except FileNotFoundError as error:
        raise ValueError(f"There is no table {source}.") from error
    except (ValueError, TypeError, EOFError) as error:
        raise ValueError(f"Parameter `values` should be a table of numbers. Found {name}: {error}") from error
    if values.ndim != 2 or min(values.shape) < 2:
        shape = " × ".join(map(str, values.shape)) or "one number"
        raise ValueError(f"Parameter `values` should be a table of at least 2 × 2. Found {name}: {shape}.")
    _check_finite(values, "values")
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float64))


def _from_file(path: Path) -> np.ndarray:
    """The numbers of a file."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False).astype(float)
    lines = path.read_text().replace(";", " ").replace(",", " ").splitlines()
    return np.loadtxt(lines, ndmin=2)


def _check_finite(values: np.ndarray, name: str) -> None:
    """Raise `ValueError` for a table with holes."""
    holes = np.argwhere(~np.isfinite(values))
    if len(holes):
        row, column = holes[0]
        raise ValueError(
            f"Parameter `{name}` should be finite everywhere. Found {values[row, column]} in row {row}, "
            f"column {column}, and {len(holes)} such in all."
        )
