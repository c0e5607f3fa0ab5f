"""How pictures come into TensorBoard: as they are, so that it also plays an animated GIF."""

from io import BytesIO

import numpy as np
import pytorch_lightning as pl
from PIL import Image
from pytorch_lightning.loggers import TensorBoardLogger
from tensorboard.compat.proto.summary_pb2 import Summary


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
