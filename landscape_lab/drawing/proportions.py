"""How wide and how high a map is drawn."""

from typing import Literal

from landscape_lab.scene import Scene

SPAN = 3.0
"""Axes of one unit whose spans differ by more than so much are stretched, but those of a picture never."""
ALIKE = 1.01
"""Directions whose lengths differ by less have one unit."""
AREA = 36.0
"""Of a map alone in a figure, square inches."""
WIDEST, HIGHEST = 11.0, 8.0
"""The largest sides of such a map, inches."""
BESIDE, AROUND = 3.1, 1.8
"""Inches that two bars and numbers take beside a map, and words above and below it."""
LEAST = 6.0
"""Inches across a figure, for its title."""
STRETCHED = 0.85
"""Height over width of a map that is stretched."""


def aspect_of(scene: Scene) -> Literal["equal", "auto"]:
    """Whether a step of 1 to the right is drawn as long as one up.

    It is where both axes have one unit and neither window side is more than three times the other. Only
    then wells are round and gradient steps cross contours at right angles.
    """
    if scene.plane.axes.picture:
        return "equal"
    short, long = sorted(scene.plane.directions.norm(dim=1).tolist())
    narrow, wide = sorted(scene.window.size)
    return "equal" if long <= ALIKE * short and wide <= SPAN * narrow else "auto"


def map_ratio(scene: Scene) -> float:
    """Height of a map over its width."""
    return scene.window.ratio if aspect_of(scene) == "equal" else STRETCHED


def map_size(scene: Scene, area: float = AREA) -> tuple[float, float]:
    """Width and height of a map in inches: of the same area, whatever its shape, within reason."""
    return size_of(map_ratio(scene), area)


def size_of(ratio: float, area: float = AREA) -> tuple[float, float]:
    """Width and height in inches of what is so many times as high as it is wide."""
    width = min((area / ratio) ** 0.5, WIDEST, HIGHEST / ratio)
    return width, width * ratio


def path_size(scene: Scene) -> tuple[float, float]:
    """Width and height in inches of a figure of one map, with its words and the bars of two scales."""
    width, height = map_size(scene)
    return max(width + BESIDE, LEAST), height + AROUND
