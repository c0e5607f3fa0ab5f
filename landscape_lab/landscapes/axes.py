"""How a two-dimensional landscape is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Axes:
    """How a two-dimensional landscape is drawn: the unit in which its coordinates are read.

    A point is shown at `(point - origin) / unit`: in pixels for a picture, as it is for a formula.

    Args:
        labels: The names of the two axes.
        origin: The point shown at (0, 0).
        unit: The length shown as 1, along each axis.
        picture: Whether the landscape is a picture: drawn in grey, its rows downwards.
    """

    labels: tuple[str, str] = ("x", "y")
    origin: tuple[float, float] = (0.0, 0.0)
    unit: tuple[float, float] = (1.0, 1.0)
    picture: bool = False
