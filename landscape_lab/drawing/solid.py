"""A scene as triangles in space: its surface, and the paths as tubes that lie on it.

Lengths are half-widths of the longer side of the map; x is right, y is up on the map, z is the height. The
lowest loss of the colours is at z = 0, the highest at `relief.HEIGHT`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.colors import to_rgb

from landscape_lab.drawing.maps import colors_of
from landscape_lab.drawing.paint import resized
from landscape_lab.drawing.relief import HEIGHT
from landscape_lab.drawing.terrain import Terrain, dense
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene, Trace

CELLS = 256
"""The most vertices along the longer side of a surface."""
SEGMENTS, MORE = 6000, 24
"""The most pieces that all tubes have together, and the most between two places of a path."""
RADIUS, SIDES = 0.006, 6
"""Of a tube."""


@dataclass(frozen=True)
class Part:
    """Triangles of one kind.

    Args:
        name: What they show.
        vertices: Where their corners are.
        colors: At each of them, sRGB.
        faces: The vertices of each triangle, counter-clockwise from outside.
    """

    name: str
    vertices: Float[np.ndarray, "n 3"]
    colors: UInt8[np.ndarray, "n 3"]
    faces: Int[np.ndarray, "faces 3"]

    @property
    def normals(self) -> Float[np.ndarray, "n 3"]:
        """Of each vertex, unit: the sum of those of its triangles, weighted by their areas."""
        a, b, c = np.moveaxis(self.vertices[self.faces].astype(np.float64), 1, 0)
        across = np.repeat(np.cross(b - a, c - a), 3, axis=0)
        corners, number = self.faces.ravel(), len(self.vertices)
        sums = np.stack([np.bincount(corners, axis, number) for axis in across.T], axis=1)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        upwards = np.array([0.0, 0.0, 1.0])
        return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1.0), upwards).astype(np.float32)


def solid(scene: Scene, cells: int = CELLS, segments: int = SEGMENTS) -> list[Part]:
    """The surface, and a part for each trace that is on it; nothing that has no triangles.

    Args:
        scene: What is shown.
        cells: The most vertices along the longer side of the surface.
        segments: The most pieces that all tubes have together; of more members some are shown.
    """
    terrain = Terrain(scene, 1, 1, cells, smooth=False)
    each = max(1, segments // max(1, len(scene.traces)))
    paths = (_path(number, trace, terrain, each) for number, trace in enumerate(scene.traces))
    return [part for part in (_surface(terrain), *paths) if len(part.faces)]


def merged(parts: Sequence[Part]) -> Part:
    """Several parts as one."""
    firsts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    return Part(
        "landscape",
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.colors for part in parts]),
        np.concatenate([part.faces + first for part, first in zip(parts, firsts, strict=True)]),
    )


def _surface(terrain: Terrain) -> Part:
    """The surface in the colours of the map; where a loss is not finite there is a hole."""
    levels = terrain.relief.levels
    rows, columns = levels.shape
    x = terrain.relief.half[0] * ((2.0 * np.arange(columns) + 1.0) / columns - 1.0)
    y = terrain.relief.half[1] * (1.0 - (2.0 * np.arange(rows) + 1.0) / rows)
    vertices = np.dstack([*np.meshgrid(x, y), HEIGHT * levels]).reshape(-1, 3)
    number = np.arange(rows * columns).reshape(rows, columns)
    corners = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]  # counter-clockwise
    a, b, c, d = (corner.ravel() for corner in corners)
    faces = np.stack([a, b, c, a, c, d], axis=1).reshape(-1, 3)
    solid = _finite(terrain).ravel()
    colors = terrain.paint.color(levels).reshape(-1, 3)
    return _compact(Part("surface", vertices, colors, faces[solid[faces].all(axis=1)]))


def _finite(terrain: Terrain) -> np.ndarray:
    """Where the losses below each vertex are finite, `[rows, columns]`, the first row at the top."""
    losses = terrain.scene.losses
    lost = resized((~np.isfinite(losses)).astype(np.float32), terrain.relief.levels.shape) > 0
    return ~lost if terrain.paint.picture else ~lost[::-1]


def _compact(part: Part) -> Part:
    """A part without the vertices that no triangle has."""
    used, faces = np.unique(part.faces, return_inverse=True)
    vertices = part.vertices[used].astype(np.float32)
    return Part(part.name, vertices, part.colors[used], faces.reshape(-1, 3).astype(np.int32))


def _path(number: int, trace: Trace, terrain: Terrain, segments: int) -> Part:
    """The tubes of the members of a trace, each in its colour."""
    some = evenly(max(1, trace.places.shape[1]), segments)
    shown = evenly(len(trace.places), max(2, segments // len(some)))
    times = max(1, min(MORE, segments // (len(shown) * len(some))))
    laid = _laid(dense(terrain.shares(trace.places[shown][:, some]), times), terrain)
    colors_of_all = colors_of(number, trace)
    tubes = zip(*_tubes(laid, [colors_of_all[member] for member in some]), strict=True)
    vertices, colors = (np.concatenate(arrays) for arrays in tubes)
    return Part(trace.label, vertices.astype(np.float32), colors, _tube_faces(len(vertices) // (2 * SIDES)))


def _laid(shares: Float[np.ndarray, "n members 2"], terrain: Terrain) -> Float[np.ndarray, "n members 3"]:
    """Places on the surface; NaN beside it and over its holes."""
    inside = (np.abs(shares) <= 1.0).all(axis=-1)
    shares = np.where(inside[..., None], shares, 0.0)
    rows, columns = terrain.relief.levels.shape
    row = ((1.0 - shares[..., 1]) * rows / 2.0).astype(int).clip(0, rows - 1)
    column = ((1.0 + shares[..., 0]) * columns / 2.0).astype(int).clip(0, columns - 1)
    inside &= _finite(terrain)[row, column]
    points = terrain.relief.half * shares
    laid = np.concatenate([points, HEIGHT * terrain.relief.levels_at(points)[..., None]], axis=-1)
    return np.where(inside[..., None], laid, np.nan)


def _tubes(
    laid: Float[np.ndarray, "n members 3"], colors: list[str]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The vertices of the pieces of each member, `2 SIDES` for each piece, and their colours."""
    for member, color in enumerate(colors):
        starts, ends = laid[:-1, member], laid[1:, member]
        lengths = np.linalg.norm(ends - starts, axis=1)
        some = lengths > 0  # not NaN, and the member moved
        vertices = _prisms(starts[some], (ends - starts)[some] / lengths[some, None], lengths[some])
        shade = np.round(255.0 * np.array(to_rgb(color))).astype(np.uint8)
        yield vertices, np.broadcast_to(shade, vertices.shape)


def _prisms(
    starts: Float[np.ndarray, "n 3"], along: Float[np.ndarray, "n 3"], lengths: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "vertices 3"]:
    """A ring of vertices at both ends of each piece, half a radius beyond them to close corners."""
    # A path on a surface z(x, y) never moves straight upwards, so its left side lies in the plane.
    left = np.stack([-along[:, 1], along[:, 0], np.zeros(len(along))], axis=1)
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    up = np.cross(along, left)
    angles = 2.0 * np.pi * np.arange(SIDES) / SIDES
    ring = np.cos(angles)[:, None] * left[:, None] + np.sin(angles)[:, None] * up[:, None]  # [n, SIDES, 3]
    beyond = 0.5 * RADIUS * along
    ends = np.stack([starts - beyond, starts + lengths[:, None] * along + beyond], axis=1)  # [n, 2, 3]
    return (ends[:, :, None] + RADIUS * ring[:, None]).reshape(-1, 3)


def _tube_faces(pieces: int) -> Int[np.ndarray, "faces 3"]:
    """The triangles of all pieces: two for each side, and the two lids."""
    near, far = np.arange(SIDES), np.arange(SIDES) + SIDES
    after_near, after_far = np.roll(near, -1), np.roll(far, -1)
    sides = [near, after_near, after_far, near, after_far, far]
    lid = np.stack([np.zeros(SIDES - 2, int), near[1:-1], near[2:]], axis=1)
    one = np.concatenate([np.stack(sides, axis=1).reshape(-1, 3), lid[:, ::-1], lid + SIDES])
    return (2 * SIDES * np.arange(pieces)[:, None, None] + one).reshape(-1, 3).astype(np.int32)
