"""TensorBoard's Mesh tab: the surface and the path, to be turned with the mouse."""

import pytorch_lightning as pl

from landscape_lab.callbacks.tensorboard import tensorboards
from landscape_lab.drawing.mesh_files import upright
from landscape_lab.drawing.solid import merged, solid
from landscape_lab.scene import Scene

CELLS, SEGMENTS = 48, 150
"""Along the longer side of the surface, and of all tubes: with them an event has less than 200 kB."""


def show_solid(trainer: pl.Trainer, scene: Scene) -> None:
    """Put the surface and the path into TensorBoard, where it is a logger and the scene has losses.

    TensorBoard keeps each number in four bytes: six numbers a vertex, three a triangle.

    Args:
        trainer: All its TensorBoard loggers get them, at the present step.
        scene: What is shown.
    """
    loggers = tensorboards(trainer)
    parts = solid(scene, CELLS, SEGMENTS) if loggers and scene.losses.size else []
    if not parts:
        return
    whole = merged(parts)
    vertices, colors, faces = upright(whole.vertices)[None], whole.colors[None], whole.faces[None]
    for logger in loggers:
        logger.experiment.add_mesh("landscape", vertices, colors, faces, global_step=trainer.global_step)
