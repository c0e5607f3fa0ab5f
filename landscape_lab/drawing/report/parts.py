"""Sections of a page that follow from its scene: shapes as they grew, and how true a plane is."""

import numpy as np

from landscape_lab.drawing.report.arrays import packed
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace
from landscape_lab.thumbnails import webp

FRAMES = 40
"""Pictures of shapes, from the first step to the last."""
SIZE = (320, 320)
"""Pixels of each, at the most."""
QUALITY = 82
"""Of WebP: at 90 they would be twice as large."""
EARLY = 2.0
"""The moments lie at the squares of even shares: in the first steps more happens."""
RECORDS = 1000
"""The most points of a path whose distance from the plane is told."""


def parts_of(scene: Scene) -> dict[str, object]:
    """What else the page of a scene shows, by the names of its sections."""
    found = {"approximation": _approximation(scene), "plane": _plane(scene)}
    return {name: content for name, content in found.items() if content is not None}


def _approximation(scene: Scene) -> dict[str, object] | None:
    """The picture that shapes approximate, and what they looked like at some steps."""
    if scene.approximation is None:
        return None
    last = int(scene.traces[0].path_steps[-1])
    steps = np.unique(np.round(last * np.linspace(0.0, 1.0, FRAMES) ** EARLY).astype(int))
    pictures = [scene.approximation(float(step)) for step in steps]
    frames = [webp(picture[1], SIZE, QUALITY) for picture in pictures]
    return {"target": webp(pictures[0][0], SIZE, QUALITY), "steps": steps.tolist(), "frames": frames}


def _plane(scene: Scene) -> dict[str, object] | None:
    """How much of the paths' motion each direction explains, and how far each path is off the plane.

    The distance is that of the first member, in the landscape's units; beside it stands how far the path
    has come from its start in the plane, so that a reader sees which of the two is larger.
    """
    if all(trace.off is None for trace in scene.traces):
        return None
    explained = scene.plane.explained
    return {
        "explained": None if explained is None else [float(share) for share in explained],
        "paths": [_distance(scene, trace) for trace in scene.traces],
    }


def _distance(scene: Scene, trace: Trace) -> dict[str, object] | None:
    """How far a path is off the plane, and how far it has come along it."""
    if trace.off is None:
        return None
    at = evenly(len(trace.path_steps), RECORDS)
    directions = scene.plane.directions.double().cpu()
    way = trace.places[at, 0] - trace.places[0, 0]
    along = np.sqrt(np.einsum("ni,ij,nj->n", way, (directions @ directions.T).numpy(), way))
    return {"steps": packed(trace.path_steps[at]), "off": packed(trace.off[at, 0]), "along": packed(along)}
