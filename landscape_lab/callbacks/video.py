"""Films of a descent."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pytorch_lightning as pl

from landscape_lab.callbacks.tensorboard import png, show, tensorboards
from landscape_lab.descent import Descent
from landscape_lab.keys.callbacks import VIDEO
from landscape_lab.scene import Scene


@VIDEO.checks_class
class Video(pl.Callback):
    """Film the descent at the end. TensorBoard's IMAGES tab plays the GIF, and has a few key frames beside it.

    Args:
        folder: Where the films go.
        formats: Any of `mp4` and `gif`; none for no film.
        settings: Those of `landscape_lab.drawing.video.Film`.
    """

    def __init__(self, folder: str | PathLike[str], formats: Sequence[str] = ("mp4",), **settings: Any) -> None:
        self.folder = Path(folder)
        self.formats = tuple(formats)
        if formats:
            from landscape_lab.drawing.video import Film  # FFmpeg takes a while to load

            self.film = Film(**settings)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not self.formats:
            return
        scene = Scene.of(pl_module.landscape, [pl_module.trajectory])
        for kind in self.formats:
            file = self.folder / f"descent.{kind}"
            self.film.write(scene, file)
            if kind == "gif":
                for logger in tensorboards(trainer):
                    show(logger, "descent", file.read_bytes(), trainer.global_step)
        if loggers := tensorboards(trainer):
            for step, frame in self.film.key_frames(scene).items():
                for logger in loggers:
                    show(logger, "descent/key_frames", png(frame), step)
