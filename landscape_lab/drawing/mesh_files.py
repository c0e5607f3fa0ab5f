"""Triangles in files of three formats that any program for three dimensions reads: GLB, OBJ and PLY.

GLB is glTF 2.0 in one file (Khronos, https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html): a chunk of
JSON, and one of numbers. By its rules and by the habit of OBJ, y is upwards there; in PLY it is z.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np

from landscape_lab.drawing.solid import Part, merged
from landscape_lab.escaping import visible
from landscape_lab.files.writing import replacing
from landscape_lab.keys.planes import MESHES
from landscape_lab.validation import check_choice

FLOAT, WHOLE, SHORT = 5126, 5125, 5123
"""glTF's numbers for float32, uint32 and uint16."""
VERTICES, INDICES = 34962, 34963
"""And for what a graphics card makes of them."""


def write_mesh(parts: Sequence[Part], path: str | PathLike[str]) -> None:
    """Write triangles, whole or not at all.

    Args:
        parts: What is written.
        path: The file; its suffix is the format.

    Raises:
        ValueError: There is no such format, or nothing to write.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    check_choice("format of a mesh", kind, FORMATS)
    if not parts:
        raise ValueError("A mesh should have a surface. Found no four losses side by side that are finite.")
    with replacing(path) as unfinished, unfinished.open("wb") as file:
        FORMATS[kind](parts, file)


def write_ply(parts: Sequence[Part], file: BinaryIO) -> None:
    """All parts as one mesh: places and colours of vertices, in binary, the lowest byte first."""
    whole = merged(parts)
    vertices, colors, faces = whole.vertices, whole.colors, whole.faces
    names = [*(f"float {axis}" for axis in "xyz"), *(f"uchar {name}" for name in ("red", "green", "blue"))]
    head = [
        *("ply", "format binary_little_endian 1.0", f"element vertex {len(vertices)}"),
        *(f"property {name}" for name in names),
        *(f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""),
    ]
    file.write("\n".join(head).encode("ascii"))
    corner = np.empty(len(vertices), [("place", "<f4", 3), ("color", "u1", 3)])
    corner["place"], corner["color"] = vertices, colors
    triangle = np.empty(len(faces), [("number", "u1"), ("corners", "<i4", 3)])
    triangle["number"], triangle["corners"] = 3, faces
    file.write(corner.tobytes() + triangle.tobytes())


def write_obj(parts: Sequence[Part], file: BinaryIO) -> None:
    """An object for each part; the colour of a vertex stands behind its place."""
    first = 1  # vertices are counted through all parts
    for part in parts:
        file.write(f"o {visible(part.name).replace(' ', '_')}\n".encode())
        corners = np.hstack([upright(part.vertices), part.colors / 255.0])
        np.savetxt(file, corners, "v %.6g %.6g %.6g %.3f %.3f %.3f")
        np.savetxt(file, part.faces + first, "f %d %d %d")
        first += len(part.vertices)


def write_glb(parts: Sequence[Part], file: BinaryIO) -> None:
    """A node for each part, all in one buffer, in a matt material that is seen from both sides."""
    numbers = Numbers()
    meshes = [{"name": visible(part.name), "primitives": [_primitive(part, numbers)]} for part in parts]
    matt = {"metallicFactor": 0.0, "roughnessFactor": 0.9}
    data = b"".join(numbers.chunks)
    content = {
        "asset": {"version": "2.0", "generator": "landscape_lab"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(parts)))}],
        "nodes": [{"mesh": number, "name": mesh["name"]} for number, mesh in enumerate(meshes)],
        "meshes": meshes,
        "materials": [{"pbrMetallicRoughness": matt, "doubleSided": True}],
        "accessors": numbers.accessors,
        "bufferViews": numbers.views,
        "buffers": [{"byteLength": len(data)}],
    }
    text = json.dumps(content, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    header = np.array([2, 12 + 8 + len(text) + 8 + len(data)], "<u4").tobytes()
    file.write(b"glTF" + header)
    for kind, chunk in ((b"JSON", text), (b"BIN\0", data)):
        file.write(np.array([len(chunk)], "<u4").tobytes() + kind + chunk)


class Numbers:
    """The numbers of a GLB file, and where each array of them lies.

    Attributes:
        chunks: The arrays as bytes; the length of each is a multiple of four.
        views: Where they lie.
        accessors: What they are.
    """

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, object]] = []

    def add(self, values: np.ndarray, kind: str, component: int, **more: object) -> int:
        """Take an array, and return its number.

        Args:
            values: What is kept.
            kind: glTF's word for a row: `SCALAR`, `VEC3`, `VEC4`.
            component: Its number for the type.
            **more: What else it wants to know.
        """
        data = values.tobytes()
        target = INDICES if kind == "SCALAR" else VERTICES
        offset = sum(map(len, self.chunks))
        self.views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(data), "target": target})
        self.chunks.append(data)
        what = {"bufferView": len(self.views) - 1, "componentType": component, "count": len(values)}
        self.accessors.append({**what, "type": kind, **more})
        return len(self.accessors) - 1


def _primitive(part: Part, numbers: Numbers) -> dict[str, object]:
    """The triangles of a part, whose arrays go to `numbers`."""
    places = upright(part.vertices)
    ends = {"min": places.min(axis=0).tolist(), "max": places.max(axis=0).tolist()}
    attributes = {
        "POSITION": numbers.add(places, "VEC3", FLOAT, **ends),
        "NORMAL": numbers.add(upright(part.normals), "VEC3", FLOAT),
        "COLOR_0": numbers.add(linear(part.colors), "VEC4", SHORT, normalized=True),
    }
    indices = numbers.add(part.faces.astype("<u4").ravel(), "SCALAR", WHOLE)
    return {"attributes": attributes, "indices": indices, "material": 0}


def upright(vertices: np.ndarray) -> np.ndarray:
    """Places whose height is z with y as the height: (x, y, z) becomes (x, z, -y), float32."""
    return np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], axis=1).astype("<f4")


def linear(colors: np.ndarray) -> np.ndarray:
    """Colours of sRGB `[n, 3]` as glTF has them: linear in light, opaque, of 16 bits, `[n, 4]`."""
    shares = colors / 255.0
    light = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    opaque = np.hstack([light, np.ones((len(light), 1))])
    return np.round(65535.0 * opaque).astype("<u2")


FORMATS: Mapping[str, Callable[[Sequence[Part], BinaryIO], None]] = dict(
    zip(MESHES, (write_glb, write_obj, write_ply), strict=True)
)
"""What writes each format."""
