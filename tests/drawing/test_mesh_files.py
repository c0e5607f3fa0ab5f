"""Files of triangles, read back by readers of our own that follow the formats' specifications."""

import json
import struct

import numpy as np
import pytest

from landscape_lab.drawing.mesh_files import write_mesh
from landscape_lab.drawing.solid import Part

KINDS = {5126: "<f4", 5125: "<u4", 5123: "<u2"}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


@pytest.fixture(scope="module")
def parts():
    """A square of two triangles, one of three vertices whose number of bytes is odd, and an evil name."""
    square = np.float32([[0, 0, 0], [2, 0, 0], [2, 1, 0.5], [0, 1, 0.25]])
    colors = np.uint8([[0, 0, 0], [255, 0, 0], [128, 64, 255], [1, 2, 3]])
    faces = np.int32([[0, 1, 2], [0, 2, 3]])
    evil = 'adam\n"]}, \x1b[31m lr 0.1'
    return [Part("surface", square, colors, faces), Part(evil, 1 - square[:3], colors[1:], faces[:1])]


def read_glb(data):
    """The JSON of a GLB file and its buffer, checked as the specification wants them."""
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length, length % 4) == (b"glTF", 2, len(data), 0)
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    content = json.loads(data[20 : 20 + size])
    length, kind = struct.unpack_from("<I4s", data, 20 + size)
    buffer = data[28 + size :]
    assert (kind, length, size % 4, length % 4) == (b"BIN\0", len(buffer), 0, 0)
    assert content["buffers"] == [{"byteLength": len(buffer)}]
    return content, buffer


def array(content, buffer, number):
    accessor = content["accessors"][number]
    view = content["bufferViews"][accessor["bufferView"]]
    kind, width = np.dtype(KINDS[accessor["componentType"]]), WIDTHS[accessor["type"]]
    assert view["byteOffset"] % 4 == 0
    assert view["byteLength"] == accessor["count"] * width * kind.itemsize
    values = np.frombuffer(buffer, kind, accessor["count"] * width, view["byteOffset"]).reshape(-1, width)
    if accessor.get("min"):
        np.testing.assert_array_equal(accessor["min"], values.min(axis=0))
        np.testing.assert_array_equal(accessor["max"], values.max(axis=0))
    return values


def test_glb(parts, tmp_path):
    write_mesh(parts, tmp_path / "mesh.glb")
    content, buffer = read_glb((tmp_path / "mesh.glb").read_bytes())
    assert content["asset"]["version"] == "2.0"
    assert content["scenes"][content["scene"]]["nodes"] == [0, 1]
    assert [content["meshes"][node["mesh"]]["name"] for node in content["nodes"]] == [
        *("surface", r'adam\n"]}, \x1b[31m lr 0.1'),
    ]
    for part, mesh in zip(parts, content["meshes"], strict=True):
        (primitive,) = mesh["primitives"]
        assert content["materials"][primitive["material"]]["doubleSided"]
        places, normals, colors = (
            array(content, buffer, primitive["attributes"][name])
            for name in ("POSITION", "NORMAL", "COLOR_0")
        )
        for place, given in zip(places, part.vertices, strict=True):  # y is upwards
            assert tuple(place) == (given[0], given[2], -given[1])
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-6)
        assert (normals[:, 1] > 0).all()
        for color, given in zip(colors, part.colors, strict=True):
            light = [65535 * decoded(channel / 255) for channel in given]
            np.testing.assert_allclose(color, [*light, 65535], atol=0.51)
        np.testing.assert_array_equal(
            array(content, buffer, primitive["indices"]).ravel(), part.faces.ravel()
        )


def decoded(share):
    """From sRGB to what is linear in light (IEC 61966-2-1)."""
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def test_ply(parts, tmp_path):
    write_mesh(parts, tmp_path / "mesh.PLY")
    head, data = (tmp_path / "mesh.PLY").read_bytes().split(b"end_header\n", 1)
    lines = head.decode("ascii").splitlines()
    assert lines[:3] == ["ply", "format binary_little_endian 1.0", "element vertex 7"]
    assert lines[3:9] == [
        *("property float x", "property float y", "property float z"),
        *("property uchar red", "property uchar green", "property uchar blue"),
    ]
    assert lines[9:] == ["element face 3", "property list uchar int vertex_indices"]
    corners = list(struct.iter_unpack("<3f3B", data[: 7 * 15]))
    np.testing.assert_array_equal(
        corners, np.vstack([np.hstack([part.vertices, part.colors]) for part in parts])
    )
    assert list(struct.iter_unpack("<B3i", data[7 * 15 :])) == [(3, 0, 1, 2), (3, 0, 2, 3), (3, 4, 5, 6)]


def test_obj(parts, tmp_path):
    write_mesh(parts, tmp_path / "mesh.obj")
    lines = (tmp_path / "mesh.obj").read_text().splitlines()
    assert [line for line in lines if line[0] == "o"] == ["o surface", r'o adam\n"]},_\x1b[31m_lr_0.1']
    corners = np.array([line.split()[1:] for line in lines if line[0] == "v"], float)
    given = np.vstack([part.vertices for part in parts])
    np.testing.assert_allclose(corners[:, :3], np.stack([given[:, 0], given[:, 2], -given[:, 1]], axis=1))
    np.testing.assert_allclose(corners[:, 3:], np.vstack([part.colors for part in parts]) / 255, atol=0.0006)
    assert [line for line in lines if line[0] == "f"] == ["f 1 2 3", "f 1 3 4", "f 5 6 7"]
    assert {line.split()[0] for line in lines} == {"o", "v", "f"}


def test_what_cannot_be_written_is_told(parts, tmp_path):
    with pytest.raises(ValueError, match=r"glb, obj, ply"):
        write_mesh(parts, tmp_path / "mesh.stl")
    with pytest.raises(ValueError, match="should have a surface"):
        write_mesh([], tmp_path / "mesh.glb")
    assert not list(tmp_path.iterdir())
