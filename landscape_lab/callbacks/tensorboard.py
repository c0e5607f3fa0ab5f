"""How events come into TensorBoard, as long as the disk takes them, and pictures: as their files are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from unittest.mock import patch

import numpy as np
import pytorch_lightning as pl
from PIL import Image
from pytorch_lightning.loggers import TensorBoardLogger
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.io.gfile import GFile
from tensorboard.summary.writer import event_file_writer
from tensorboard.summary.writer.record_writer import RecordWriter

from landscape_lab.errors import tell


class LossyFile:
    """A file of events that the disk may refuse, or whose folder may vanish: then a line says so.

    TensorBoard writes in a thread of its own. What this raises there would be a traceback in the middle of
    a run, and then end the run, whose results do not need it.

    Args:
        file: TensorBoard's.
    """

    def __init__(self, file: GFile) -> None:
        self._file = file
        self._lost = False

    def write(self, data: bytes) -> None:
        if self._lost:
            return  # a record that was cut hides all that come after it
        try:
            self._file.write(data)
        except OSError as error:
            self._lost = True
            name = os.fsdecode(self._file.filename)
            tell(f"TensorBoard gets nothing more ({error.strerror}): {name}")

    def flush(self) -> None:
        """Nothing waits: every record is written by itself."""

    def close(self) -> None:
        if not self._lost:
            self._file.close()

    @property
    def closed(self) -> bool:
        return self._file.closed


@contextmanager
def lossy() -> Iterator[None]:
    """TensorBoard's writers that are made meanwhile may lose events."""
    with patch.object(event_file_writer, "RecordWriter", lambda file: RecordWriter(LossyFile(file))):
        yield


def open_now(logger: TensorBoardLogger) -> None:
    """Let a logger open its file now, as one that may lose events."""
    with lossy():
        _ = logger.experiment


def tensorboards(trainer: pl.Trainer) -> list[TensorBoardLogger]:
    """Its TensorBoard loggers."""
    return [logger for logger in trainer.loggers if isinstance(logger, TensorBoardLogger)]


def show(trainer: pl.Trainer, tag: str, data: bytes, step: int | None = None) -> None:
    """Put a picture, as its file is, into TensorBoard: it also plays an animated GIF.

    Args:
        trainer: All its TensorBoard loggers get the picture.
        tag: What it is called.
        data: The content of its file.
        step: Where it stands; by default at the present step.
    """
    summary = image_summary(tag, data)
    for logger in tensorboards(trainer):
        logger.experiment._get_file_writer().add_summary(
            summary, trainer.global_step if step is None else step
        )


def image_summary(tag: str, data: bytes) -> Summary:
    """A picture, as its file is."""
    with Image.open(BytesIO(data)) as picture:
        width, height = picture.size
    image = Summary.Image(encoded_image_string=data, colorspace=3, width=width, height=height)
    return Summary(value=[Summary.Value(tag=tag, image=image)])


def png(pixels: np.ndarray) -> bytes:
    """The file of a picture `[height, width, 3]`."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()
