"""What a picture shows, as data: losses in a window of a plane, and trajectories projected onto it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from landscape_lab.curvature import Spectrum
from landscape_lab.planes import Departure, Line, Plane, RatioMap, Window
from landscape_lab.records.measured import of_members
from landscape_lab.validation import check_choice


@runtime_checkable  # the tests check annotations while they run
class Replay(Protocol):
    """The losses as they were seen in a step: too many to be kept, they are made again for each frame."""

    def losses(self, step: int, place: Float[np.ndarray, "2"], shape: tuple[int, int]) -> np.ndarray:
        """The losses of a step, in which a member was at a place, in cells of the shape (rows, columns)."""

    def name(self, step: int | None) -> str:
        """What a step saw, in words; `None`: what no step saw, the whole."""


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
        lr: The learning rate of each step; NaN where there is none.
        total: How many members there are.
        rates: The learning rate of each member, where they differ.
        off: How far each point is from the plane; `None` where the plane is the whole landscape.
        place_steps: The step of each place, where fewer places than losses are kept.
        spent: What else had been spent by each record, `[records]`: `seconds`, `epochs` of a network.
        measured: What was measured of a network, as a trajectory's archive has it.
        departure: The losses of some points and those of the plane below them, where they were compared.
        lost: `failed` where the descent raised; else `diverged`, what became of members without a last loss.
    """

    label: str
    places: Float[np.ndarray, "places members 2"]
    losses: Float[np.ndarray, "records members"]
    steps: Int[np.ndarray, " records"]
    evaluations: Int[np.ndarray, " records"]
    best: tuple[int, float]
    lr: Float[np.ndarray, " records"]
    total: int = 1
    rates: Float[np.ndarray, " members"] | None = None
    off: Float[np.ndarray, "places members"] | None = None
    place_steps: Int[np.ndarray, " places"] | None = None
    spent: Mapping[str, np.ndarray] = field(default_factory=dict)
    measured: Mapping[str, np.ndarray] = field(default_factory=dict)
    departure: Departure | None = None
    lost: str = "diverged"

    def cost(self, against: str, steps: np.ndarray) -> Float[np.ndarray, " n"]:
        """What had been spent by some steps `[n]`.

        Args:
            against: `steps`, `evaluations`, or what else is known.
            steps: Which.

        Raises:
            ValueError: It is not known.
        """
        known = {"steps": self.steps, "evaluations": self.evaluations, **self.spent}
        check_choice("against", against, known)
        return np.interp(steps, self.steps, known[against])

    def of(self, some: np.ndarray) -> "Trace":
        """The trace of some members, by their numbers, in one colour."""
        places, losses = self.places[:, some], self.losses[:, some]
        measured = of_members(self.measured, some)
        return replace(self, places=places, losses=losses, rates=None, measured=measured, departure=None)

    @property
    def ends(self) -> Float[np.ndarray, " members"]:
        """The final losses: infinite where a member diverged or the descent failed."""
        return np.where(np.isfinite(self.losses[-1]) & (self.lost != "failed"), self.losses[-1], np.inf)

    def record(self, moment: float) -> int:
        """The last record up to a step."""
        return last_before(self.steps, moment)

    @property
    def path_steps(self) -> Int[np.ndarray, " places"]:
        """The step of each place."""
        return self.steps if self.place_steps is None else self.place_steps

    @property
    def path_records(self) -> Int[np.ndarray, " places"]:
        """The record of each place: the last one up to its step."""
        return (self.steps.searchsorted(self.path_steps, side="right") - 1).clip(min=0)

    @property
    def path_losses(self) -> Float[np.ndarray, "places members"]:
        """The loss at each place."""
        return self.losses if self.place_steps is None else self.losses[self.path_records]


def last_before(steps: Int[np.ndarray, " n"], moment: float) -> int:
    """The number of the last of some steps up to a moment; before the first one, the first."""
    return max(0, int(steps.searchsorted(moment, side="right")) - 1)


@dataclass(frozen=True)
class Samples:
    """Some samples of a network's data, and what it answers to them.

    Args:
        inputs: Numbers `[n, features]`, images `[n, channels, height, width]`, or whole tokens `[n, length]`.
        targets: Classes as whole numbers, `[n]` or `[n, length]`; or numbers.
        answers: Of the same shape and kind.
        classes: The name of each class; empty where targets are numbers.
        tokens: What each token stands for; empty where inputs are no tokens.
        held_out: Whether the network was not trained on them.
    """

    inputs: np.ndarray
    targets: np.ndarray
    answers: np.ndarray
    classes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    held_out: bool = False


@runtime_checkable
class Answers(Protocol):
    """What a network answers: too much to be kept, it is asked again when it is drawn."""

    def window(self) -> Window:
        """The rectangle of two features in which regions are drawn."""

    @property
    def member(self) -> str:
        """Whose answers these are, of several members; else empty."""

    def samples(self, most: int) -> Samples:
        """At most so many samples, with the answers at the end of the descent."""

    def shares(self, moment: float, shape: tuple[int, int]) -> np.ndarray:
        """Of each class at a step, `[*shape, classes]`; of weights between those that were kept."""


@dataclass(frozen=True)
class Bend:
    """How a landscape curves where a descent was.

    Args:
        spectrum: Of the Hessian at the last finite point.
        member: Whose, of several members, the one that ended lowest; else empty.
        along: On a landscape of two dimensions, both eigenvalues at each kept point, `[points, 2]`.
        steps: The step of each of them.
    """

    spectrum: Spectrum
    member: str = ""
    along: Float[np.ndarray, "points 2"] | None = None
    steps: Int[np.ndarray, " points"] | None = None


@dataclass(frozen=True)
class Shading:
    """How the losses of a map are drawn.

    Args:
        colormap: The name of a colormap of matplotlib; `None`: the house's own.
        levels: About how many contours, or the losses at which there are some; `None`: the house's own.
        show: `loss`, or `accuracy` where the scene has it.
    """

    colormap: str | None = None
    levels: int | tuple[float, ...] | None = None
    show: str = "loss"


@dataclass(frozen=True)
class Scene:
    """A plane, a window, the losses on its grid, and the traces.

    Args:
        plane: What is looked at.
        window: What of it is drawn.
        losses: At the centres of the window's cells; empty where no product asks for them.
        traces: One for each trajectory.
        minima: Known minima.
        about: What explains a picture beside its title: augmentations, schedule, bounds, formula or file.
        lowest: The loss at them, where they are known.
        replay: The landscape as each step saw it: augmented, or where a product asks by its minibatch.
        note: What a picture tells about its losses, if they are not evaluated in each cell.
        miss: How far its losses are from the landscape's own at the centre of the plane, beyond rounding.
        answers: What the network of a single trace answers; `None` of all other landscapes.
        shading: How the losses are drawn.
        line: What is measured on the line between two points, where a product asks for it.
        compared: The same traces on other planes, by what these are called, where a product asks for them.
        accuracy: At the same places as the losses, where a network measures it.
        bend: How the landscape curves at the end of the first trace, where a product asks for it.
        ratios: The negative curvature beside the positive, where a product asks for them.
        approximation: A picture and the shapes of a step, `[2, rows, columns, 3]`, where a film asks for it.
        cropped: The surroundings of the paths, where the landscape is finer than the cells of `losses`.
    """

    plane: Plane
    window: Window
    losses: Float[np.ndarray, "rows columns"]
    traces: tuple[Trace, ...]
    minima: Float[np.ndarray, "n 2"]
    replay: Replay | None = None
    note: str = ""
    miss: float = 0.0
    answers: Answers | None = None
    shading: Shading = Shading()
    line: Line | None = None
    compared: Mapping[str, "Scene"] = field(default_factory=dict)
    accuracy: Float[np.ndarray, "rows columns"] | None = None
    bend: Bend | None = None
    ratios: RatioMap | None = None
    approximation: Callable[[float], np.ndarray] | None = None
    cropped: "Scene | None" = None
    lowest: float | None = None
    about: str = ""

    @property
    def compares(self) -> bool:
        """Whether the losses of a path were compared with those of the plane below it."""
        return any(trace.departure is not None for trace in self.traces)


@dataclass(frozen=True)
class Draws:
    """The clean landscape and the landscape in some draws.

    Args:
        losses: The clean landscape's first.
        gradients: Along x and along y, the loss per unit of the axes of the map.
        scene: The clean landscape.
    """

    losses: Float[np.ndarray, "draws rows columns"]
    gradients: Float[np.ndarray, "draws 2 rows columns"]
    scene: Scene
