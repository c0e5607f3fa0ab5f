"""TensorBoard's Mesh tab, read from the event file with nothing but its protocol."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData

from landscape_lab.drawing.palette import path_color

KINDS = {MeshPluginData.VERTEX: "vertices", MeshPluginData.FACE: "faces", MeshPluginData.COLOR: "colors"}


def meshes(folder):
    """The arrays of each mesh event, by kind, their step and how many bytes they take."""
    (file,) = folder.glob("events.out*")
    found, steps, size = {}, set(), 0
    for event in EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "mesh":
                about = MeshPluginData.FromString(value.metadata.plugin_data.content)
                shape = [side.size for side in value.tensor.tensor_shape.dim]
                assert about.name == "landscape"
                assert KINDS[about.content_type] not in found  # once in a run
                found[KINDS[about.content_type]] = np.array(value.tensor.float_val).reshape(shape)
                steps.add(event.step)
                size += value.ByteSize()
    return found, steps, size


@pytest.mark.parametrize("overrides", [(), ("ensemble=starts",)], ids=["one member", "many members"])
def test_the_surface_and_the_path_are_there_once_and_small(lab, overrides):
    words = ("landscape=turn", "steps=30", "figures=[path]", *overrides)
    found, steps, size = meshes(lab(*words, "callbacks=default", quiet=False).folder)
    assert (steps, set(found)) == ({30}, {"vertices", "faces", "colors"})
    assert size <= 200_000
    vertices, faces, colors = (found[name][0] for name in ("vertices", "faces", "colors"))
    assert vertices.shape == colors.shape
    assert (vertices.shape[1], faces.shape[1]) == (3, 3)
    assert (faces.min(), faces.max()) == (0, len(vertices) - 1)
    assert np.abs(vertices[:, [0, 2]]).max() <= 1.02  # y is upwards
    assert -0.02 <= vertices[:, 1].min() < vertices[:, 1].max() <= 0.53
    path = np.round(255 * np.array(to_rgb(path_color(0))))
    assert (colors == path).all(axis=1).sum() >= 12
    assert (colors[0] != path).any()


def test_without_a_map_there_is_no_mesh(lab):
    result = lab("landscape=turn", "steps=5", "figures=[loss]", "callbacks=default", quiet=False)
    assert meshes(result.folder)[0] == {}
