"""What a picture shows, as data: losses in a window of a plane, and trajectories projected onto it."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from landscape_lab.landscapes.base import Axes
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.window import Window


@runtime_checkable  # the tests check annotations while they run
class Replay(Protocol):
    """The losses as they were seen in a step: too many to be kept, they are made again for each frame."""

    def losses(self, step: int, place: Float[np.ndarray, "2"], shape: tuple[int, int]) -> np.ndarray:
        """The losses of a step at the centres of the window's cells, `[rows, columns]`.

        Args:
            step: Which.
            place: Where the member was.
            shape: How many rows and columns.
        """


@dataclass(frozen=True)
class Trace:
    """A trajectory projected onto a plane.

    Args:
        label: The optimizer and its settings.
        places: Of very many members some at random.
        losses: Of the same.
        steps: The step of each record.
        evaluations: How often the loss had been evaluated by then.
        best: The step of the lowest loss and that loss.
        lr: The learning rate of each step, It is NaN where there is none.
        total: How many members there are.
        rates: The learning rate of each member, where they differ.
        off: How far each point is from the plane; `None` where the plane is the whole landscape.
    """

    label: str
    places: Float[np.ndarray, "records members 2"]
    losses: Float[np.ndarray, "records members"]
    steps: Int[np.ndarray, " records"]
    evaluations: Int[np.ndarray, " records"]
    best: tuple[int, float]
    lr: Float[np.ndarray, " records"]
    total: int = 1
    rates: Float[np.ndarray, " members"] | None = None
    off: Float[np.ndarray, "records members"] | None = None

    def record(self, moment: float) -> int:
        """The last record up to a step."""
        return max(0, int(self.steps.searchsorted(moment, side="right")) - 1)


@dataclass(frozen=True)
class Scene:
    """A plane, a window, the losses on its grid, and the traces.

    Args:
        plane: What is looked at.
        window: What of it is drawn.
        losses: At the centres of the window's cells; empty where no product asks for them.
        traces: One for each trajectory.
        minima: Known minima.
        replay: The landscape as it was seen in each step, if it has augmentations that change its loss.
        note: What a picture tells about its losses, if they are not evaluated in each cell.
    """

    plane: Plane
    window: Window
    losses: Float[np.ndarray, "rows columns"]
    traces: tuple[Trace, ...]
    minima: Float[np.ndarray, "n 2"]
    replay: Replay | None = None
    note: str = ""


@dataclass(frozen=True)
class Draws:
    """The clean landscape and the landscape in some draws.

    Args:
        losses: The clean landscape's first.
        gradients: Along x and along y.
        window: The bounds of the landscape.
        axes: How it is drawn.
    """

    losses: Float[np.ndarray, "draws rows columns"]
    gradients: Float[np.ndarray, "draws 2 rows columns"]
    window: Window
    axes: Axes
