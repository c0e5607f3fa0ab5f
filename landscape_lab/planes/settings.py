"""How a plane is chosen and drawn, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from landscape_lab.keys.planes import PLANE, SECONDS


@PLANE.checks_class
@dataclass(frozen=True)
class PlaneSettings:
    """The keys of the group `plane`, in Python.

    Args:
        directions: Where they come from: `auto` (a two-dimensional landscape itself, else `pca`),
            `pca`, `random`, `filter_normalised`, `layer_normalised`, `custom`, `start_to_end`,
            `gradient`, `hessian`, `three_points`.
        centre: The point at (0, 0): `start`, `end` or `best` of the first path, or the end of the path
            whose label begins so. Coordinates of a two-dimensional landscape itself stay.
        second: The other direction of `start_to_end` and of `gradient`: `principal`, the most motion
            across the first, or `random`; of `hessian` the eigenvector of the second highest curvature,
            `top`, or of the lowest, `bottom`. `None`: principal, random and top, in this order.
        vectors: Files of weights or folders of runs: the two directions of `custom`, or the three
            points of `three_points`, which otherwise are the ends of three paths.
        window: `auto`: the bounds and every path, of normalised directions ±1 and every path; `path`:
            the paths with a margin; `bounds`; `rise`: doubled on each side until the loss has risen;
            or `[[left, right], [low, high]]`.
        margin: Around the paths, as a share of their size, 0.25 if not given. Given, it makes of the
            window `auto` the window `path`.
        rise: How many times its centre's the loss is at the edge of the window `rise`.
        resolution: Cells along the longer side of a map; 1,024 of a picture and 512 of all else if not
            given.
        levels: About how many contours, or the losses at which there are some.
        colormap: The colours of the losses, by matplotlib's names.
        ignore: `biases`: directions are 0 in all parameters of one axis.
        seed: Of random directions; 0 if not given.
        show: `loss`, or of a network `accuracy`.
        samples: A preview on so many of a network's samples, which the picture says; all if not given.
        save: Whether a run writes `plane.npz`.
    """

    directions: str = "auto"
    centre: str = "end"
    second: str | None = None
    vectors: Sequence[str] | None = None
    window: str | Sequence[Sequence[float]] = "auto"
    margin: float | None = None
    rise: float = 10.0
    resolution: int | None = None
    levels: int | Sequence[float] | None = None
    colormap: str | None = None
    ignore: str | None = None
    seed: int | None = None
    show: str = "loss"
    samples: int | None = None
    save: bool = False

    def __post_init__(self) -> None:
        known = SECONDS.get(self.directions)
        if known is not None and self.second not in (None, *known):
            raise ValueError(
                f"Parameter `plane.second` should be one of {', '.join(known)} of plane={self.directions}. "
                f"Found `plane.second = {self.second}`."
            )

    @property
    def other(self) -> str:
        """What the other direction is, where there is a choice; else `principal`."""
        return self.second or SECONDS.get(self.directions, ("principal",))[0]
