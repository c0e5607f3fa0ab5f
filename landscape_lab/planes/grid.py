"""The losses on a plane: in each cell where they are cheap, from coarse to fine where they are dear."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from landscape_lab.errors import tell
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.planes.fingerprint import fingerprint
from landscape_lab.planes.grid_file import GridFile
from landscape_lab.planes.interpolation import LINEAR, ROUNDING, between
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.preview import on_some_samples
from landscape_lab.planes.progress import Progress
from landscape_lab.planes.refinement import FEWEST, Measure, Nodes, Plan, refine
from landscape_lab.planes.slices import freezes, slice_of
from landscape_lab.planes.window import Window
from landscape_lab.raising import Holes
from landscape_lab.validation import check_count

RESOLUTION = 1024
"""The most cells along the longer side of a picture; half as many along each side of all else."""
BATCH = 2**22
"""The most numbers that the points evaluated at once consist of."""
SECONDS = 5.0
"""What the losses of a landscape whose evaluations are dear may take."""
CHEAP = 0.3
"""Where all cells take no longer than so many seconds, each is evaluated."""
BLOCK_SECONDS, LARGEST_BLOCK = 0.1, 4096
"""How long a block of places takes between two looks at the clock, and how many they are at most."""


@dataclass(frozen=True)
class Grid:
    """Losses at the centres of a window's cells.

    Args:
        losses: `[rows, columns]`.
        nodes: How many rows and columns of nodes there are, where the cells come from a spline
            through them.
        centre: The loss at (0, 0) of the plane by the code that makes the grid, and the landscape's own.
        accuracy: `[rows, columns]`, where it is measured; between nodes along straight lines.
        evaluated: How many places were evaluated.
        error: How far a spline through half of the nodes misses the others, as a share of the range
            of the logarithms of the losses, or of the losses where they cross 0.
        remark: What else a picture should tell.
    """

    losses: Float[np.ndarray, "rows columns"]
    nodes: tuple[int, int] | None = None
    centre: tuple[float, float] = (0.0, 0.0)
    accuracy: Float[np.ndarray, "rows columns"] | None = None
    evaluated: int = 0
    error: float | None = None
    remark: str = ""

    @property
    def miss(self) -> float:
        """How far the grid is from the landscape at its centre; 0 where that is rounding."""
        sliced, own = self.centre
        finite = self.losses[np.isfinite(self.losses)]
        scale = max(abs(own), float(np.ptp(finite)) if len(finite) else 0.0)
        difference = abs(sliced - own)
        return difference if difference > ROUNDING * scale else 0.0

    @property
    def note(self) -> str:
        """What a picture tells about its losses."""
        nodes = "" if self.nodes is None else f"spline through {self.nodes[1]} × {self.nodes[0]} losses"
        if self.nodes is not None and self.error is not None:
            nodes += f", half of which foretell the others to {self.error:.1%} of the range"
        return self._told(nodes)

    @property
    def accuracy_note(self) -> str:
        """What a picture tells about its accuracies."""
        return self._told(
            ""
            if self.nodes is None
            else f"straight lines between {self.nodes[1]} × {self.nodes[0]} accuracies"
        )

    def _told(self, nodes: str) -> str:
        """A note that begins with what is known of the nodes."""
        miss = f"the centre misses the landscape by {self.miss:.1e}" if self.miss > 0 else ""
        return " · ".join(part for part in (nodes, self.remark, miss) if part)


@torch.no_grad()
def sample(
    landscape: Landscape,
    plane: Plane,
    window: Window,
    seconds: float = SECONDS,
    *,
    resolution: int | None = None,
    samples: int | None = None,
    folder: str | PathLike[str] | None = None,
    say: Callable[[str], None] | None = tell,
) -> Grid:
    """The losses in a window, and the accuracy where a landscape knows one.

    Landscapes whose parameters are a point, pictures and formulas, are evaluated in each cell. Of all
    others an evaluation is timed. Where all cells would take a moment, each is evaluated; otherwise
    nodes are doubled until a spline through them foretells the losses between (`refinement.refine`),
    and the spline gives the cells.

    Args:
        landscape: Whose losses.
        plane: Where.
        window: What of the plane.
        seconds: About how long it may take, unless a resolution is asked for; 15 × 15 losses always are
            evaluated.
        resolution: Cells along each side, of a picture along the longer one; then time is no matter. By
            default 512, and for pictures a cell for each pixel up to 1,024.
        samples: A preview on so many samples of a network's data, which the grid's note says.
        folder: Where a network's losses are kept, so that a killed process goes on where it was and
            the next one evaluates nothing; `None`: nowhere.
        say: Takes a line about the progress of work that takes longer than five seconds.

    Raises:
        ValueError: The resolution or the number of samples is too small.
    """
    if resolution is not None:
        check_count("resolution", resolution)
    remark = ""
    if samples is not None:
        landscape, remark = on_some_samples(landscape, samples)
    if freezes(landscape, plane):
        remark = " · ".join(part for part in (remark, "BatchNorm as at the centre") if part)
    measure = measure_at(landscape, plane)
    if isinstance(landscape, PointLandscape):
        picture = plane.axes.picture
        finest = RESOLUTION if resolution is None else resolution if picture else 2 * resolution
        size = cells(window, picture=picture, resolution=finest)
        return _with_holes(landscape, plane, window, size)
    key = None if folder is None else fingerprint(landscape, plane, window, seconds, resolution)
    file = GridFile(None if folder is None or key is None else Path(folder) / f"grid-{key}.npz", key or "")
    centre = tuple(file.fact("centre", lambda: np.array(_centre(landscape, plane, measure))).tolist())
    cost = float(file.fact("seconds", lambda: np.array([_seconds(measure)]))[0])
    found = _as_dear(
        file, measure, window, cost, None if resolution else seconds, resolution or RESOLUTION // 2, say
    )
    file.save()
    return replace(found, centre=centre, remark=remark)


def _as_dear(
    file: GridFile,
    measure: Measure,
    window: Window,
    cost: float,
    seconds: float | None,
    side: int,
    say: Callable[[str], None] | None,
) -> Grid:
    """Losses in each cell where those are cheap, else through a spline.

    Args as of `sample`; `file` remembers what was measured, `cost` are the seconds of an evaluation,
    `seconds` may be `None`, as long as it takes, and `side` is how many cells are along each side.
    """
    block = int(min(LARGEST_BLOCK, max(1, BLOCK_SECONDS / max(cost, 1e-9))))
    if side < FEWEST or cost * side**2 <= min(CHEAP, CHEAP if seconds is None else seconds):
        asked = file.measured(measure, block, Progress(say, side**2))
        return _in_each_cell(asked, window, (side, side))
    plan = Plan.as_fine_as(side) if seconds is None else Plan.within(seconds / cost, side)
    nodes = refine(file.measured(measure, block, Progress(say, plan.most)), window, plan)
    return _through(nodes, window, (side, side))


def _in_each_cell(
    measure: Measure, window: Window, size: tuple[int, int], centre: tuple[float, float] = (0.0, 0.0)
) -> Grid:
    """The losses of columns and rows of cells, each evaluated."""
    columns, rows = size
    found = {
        name: part.reshape(rows, columns) for name, part in measure(window.centres(columns, rows)).items()
    }
    return Grid(found["loss"], None, centre, found.get("accuracy"), columns * rows)


def _with_holes(landscape: Landscape, plane: Plane, window: Window, size: tuple[int, int]) -> Grid:
    """The losses of each cell, and holes where the landscape raises."""
    measure = measure_at(landscape, plane)
    holes = Holes(lambda places: torch.from_numpy(measure(places)["loss"]))
    found = _in_each_cell(lambda places: {"loss": holes(places).numpy()}, window, size)
    centre = (0.0, 0.0) if holes.error else _centre(landscape, plane, measure)  # it may raise there, too
    return replace(found, centre=centre, remark=holes.remark(found.evaluated))


def _through(nodes: Nodes, window: Window, shape: tuple[int, int]) -> Grid:
    """The losses of cells by a spline through nodes."""
    error = max(nodes.errors)
    accuracy = nodes.values.get("accuracy")
    return Grid(
        between(nodes.u, nodes.v, nodes.losses, window, shape),
        (len(nodes.v), len(nodes.u)),
        accuracy=None if accuracy is None else between(nodes.u, nodes.v, accuracy, window, shape, LINEAR),
        evaluated=nodes.evaluated,
        error=error if np.isfinite(error) else None,
    )


def cells(window: Window, *, picture: bool, resolution: int = RESOLUTION) -> tuple[int, int]:
    """Columns and rows that are drawn: one for each pixel of a picture, as far as the resolution allows."""
    if not picture:
        return resolution // 2, resolution // 2
    width, height = window.size
    shrink = min(1.0, resolution / max(width, height))
    return max(2, round(width * shrink)), max(2, round(height * shrink))


def measure_at(landscape: Landscape, plane: Plane) -> Measure:
    """What is measured at places of the plane, by the landscape's slice: a network loads weights in place.

    Of all others the points are made, no more of them at once than memory allows.
    """
    batch = max(1, BATCH // landscape.dims)
    measure = slice_of(landscape, plane)

    def at(places: Float[torch.Tensor, "n 2"]) -> dict[str, np.ndarray]:
        parts = [measure(part) for part in places.to(plane.directions).split(batch)]
        return {name: torch.cat([part[name] for part in parts]).double().cpu().numpy() for name in parts[0]}

    return at


def _centre(landscape: Landscape, plane: Plane, measure: Measure) -> tuple[float, float]:
    """The loss at the origin of the plane, by its slice and by the landscape itself."""
    sliced = measure(torch.zeros(1, 2, dtype=torch.float64))["loss"]
    own = landscape.evaluate(plane.origin[None].to(next(landscape.parameters())))
    return float(sliced[0]), float(own[0])


def _seconds(measure: Callable[[torch.Tensor], object]) -> float:
    """How long an evaluation takes; the first one, which also sets things up, is not counted."""
    origin = torch.zeros(1, 2, dtype=torch.float64)
    measure(origin)
    began = time.perf_counter()
    measure(origin)
    return max(time.perf_counter() - began, 1e-9)
