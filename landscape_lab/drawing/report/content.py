"""What a page tells: a scene and what explains it, as numbers and words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from matplotlib import colormaps

from landscape_lab.drawing.contours import contour_levels
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.maps import colors_of
from landscape_lab.drawing.palette import GREY, PATH_COLORS
from landscape_lab.drawing.proportions import aspect_of
from landscape_lab.drawing.report.arrays import packed
from landscape_lab.drawing.report.parts import parts_of
from landscape_lab.drawing.titles import title_of
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace

PLACES, RECORDS = 120_000, 240_000
"""The most places and the most losses of all paths: more would make the page heavy and show no more."""
LONGEST = 10_000
"""The most of one member."""


@dataclass(frozen=True)
class Report:
    """A page's content.

    Args:
        title: What stands above it.
        about: What explains it, in grey.
        scene: What is drawn; `None` where there is nothing to draw.
        facts: The results, as a table.
        configuration: As text, in YAML.
        command: What repeats it.
        sections: What else it shows, by the name of the module in `assets/` that does so, as JSON takes it.
        grounds: Instead of one scene those of several landscapes, by their names; the reader chooses one.
    """

    title: str
    about: str = ""
    scene: Scene | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    configuration: str = ""
    command: str = ""
    sections: Mapping[str, object] = field(default_factory=dict)
    grounds: Mapping[str, Scene] = field(default_factory=dict)

    @classmethod
    def of(cls, scene: Scene, **further: object) -> "Report":
        """A page of a scene, whose title tells how its traces ended."""
        return cls(title_of(scene.traces), scene.about, scene, **further)  # type: ignore[arg-type]

    def content(self) -> dict[str, object]:
        """What the page's script reads."""
        drawn = {} if self.scene is None else content_of(self.scene)
        words = {"title": self.title, "about": self.about, "configuration": self.configuration}
        sections = {} if self.scene is None else parts_of(self.scene)
        told = {
            "command": self.command,
            "palette": [*PATH_COLORS, GREY],
            "facts": dict(self.facts),
            "sections": sections | dict(self.sections),
        }
        share = 1.0 / max(1, len(self.grounds))
        numbers = numbers_of(self.grounds.values())
        grounds = [
            {"ground": name, **content_of(scene, share, numbers)} for name, scene in self.grounds.items()
        ]
        return {**words, **told, **drawn, **({"grounds": grounds} if grounds else {})}


def content_of(
    scene: Scene, share: float = 1.0, numbers: Mapping[str, int] | None = None
) -> dict[str, object]:
    """A scene: its `map`, its `minima`, its `paths`.

    Args:
        scene: What is drawn.
        share: Of all places that a page holds, how many it gets.
        numbers: The number of each label, for its colour: those of one label share it.
    """
    members = sum(max(1, trace.places.shape[1]) for trace in scene.traces) / share
    numbers = numbers_of([scene]) if numbers is None else numbers
    return {
        "map": map_of(scene),
        "minima": packed(scene.minima),
        "paths": [path_of(numbers[trace.label], trace, members) for trace in scene.traces],
    }


def numbers_of(scenes: Iterable[Scene]) -> dict[str, int]:
    """The labels of all traces, numbered."""
    labels = dict.fromkeys(trace.label for scene in scenes for trace in scene.traces)
    return {label: number for number, label in enumerate(labels)}


def map_of(scene: Scene) -> dict[str, object]:
    """The losses in the window, and how they are drawn."""
    heights, axes, window = Heights(scene), scene.plane.axes, scene.window
    return {
        "losses": packed(scene.losses),
        "window": [window.left, window.right, window.first, window.last],
        "downwards": axes.picture,  # the first row is the upper one
        "equal": aspect_of(scene) == "equal",
        "labels": list(axes.labels),
        "note": scene.note,
        "unit": list(axes.unit),  # of an axis, in the landscape's own
        "lowest": scene.lowest,
        "heights": {
            "logarithmic": bool(heights.logarithmic),
            "low": heights.low,
            "floor": heights.floor,
            "span": list(heights.span),
            "label": heights.label,
        },
        "colors": packed(np.round(255.0 * colormaps[heights.colors](np.arange(256))[:, :3]).astype(np.uint8)),
        "levels": levels_of(scene, heights).tolist(),
    }


def levels_of(scene: Scene, heights: Heights) -> np.ndarray:
    """The heights, as they are drawn, at which the map of a formula has lines."""
    drawn = heights(scene.losses)
    finite = drawn[np.isfinite(drawn)]
    if (scene.plane.axes.picture and scene.shading.levels is None) or not len(finite) or not np.ptp(finite):
        return np.empty(0)
    levels = contour_levels(scene, finite)
    return np.linspace(finite.min(), finite.max(), levels + 2)[1:-1] if isinstance(levels, int) else levels


def path_of(number: int, trace: Trace, members: float) -> dict[str, object]:
    """A trace, with as many of its places and losses as the page holds of so many members in all.

    Args:
        number: Which of the traces it is, for its colour.
        trace: What happened.
        members: Of all traces.
    """
    at = evenly(len(trace.path_steps), max(2, min(LONGEST, int(PLACES / members))))
    some = evenly(len(trace.steps), max(2, min(LONGEST, int(RECORDS / members))))
    costs = {"evaluations": trace.evaluations, "lr": trace.lr, **trace.spent}
    return {
        "label": trace.label,
        "total": trace.total,
        "colors": colors_of(number, trace),
        "rates": None if trace.rates is None else trace.rates.tolist(),
        "best": {"step": int(trace.best[0]), "loss": finite(trace.best[1])},
        "at": packed(trace.path_steps[at]),
        "places": packed(trace.places[at]),
        "steps": packed(trace.steps[some]),
        "losses": packed(trace.losses[some]),
        "costs": {name: packed(values[some].astype(np.float64)) for name, values in costs.items()},
        "departure": _departure(trace),
    }


def _departure(trace: Trace) -> dict[str, object] | None:
    """The true losses of some points beside those of the plane below them, where they were compared."""
    if (found := trace.departure) is None:
        return None
    both = {"losses": packed(found.losses), "on_plane": packed(found.on_plane)}
    return {"steps": packed(trace.path_steps[found.places]), **both}


def finite(value: float) -> float | None:
    """A number as JSON takes it: infinite and NaN are `null`."""
    return float(value) if np.isfinite(value) else None
