"""Films of a descent when it has ended."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl

from landscape_lab.callbacks.products import Product
from landscape_lab.callbacks.tensorboard import png, show, tensorboards
from landscape_lab.keys.callbacks import FILMS
from landscape_lab.landscapes import Landscape
from landscape_lab.scene import Scene
from landscape_lab.staging.answering import check_boundary
from landscape_lab.staging.approximating import check_approximation
from landscape_lab.staging.replaying import check_draws
from landscape_lab.validation import check_choice

if TYPE_CHECKING:
    from landscape_lab.drawing.video import Film

NEEDS = {"boundary": check_boundary, "draws": check_draws, "approximation": check_approximation}
"""The views that not every landscape has, and what tells so."""


class Video(Product):
    """Films. TensorBoard's IMAGES tab plays the GIF, and has a few key frames beside it.

    Args:
        folder: Where they go.
        formats: Any of `mp4` and `gif`; none for no film.
        settings: Those of `landscape_lab.drawing.video.Film`.
    """

    def __init__(
        self, folder: str | PathLike[str], formats: Sequence[str] = ("mp4",), **settings: object
    ) -> None:
        for kind in formats:
            check_choice("video", kind, FILMS)
        self.folder = Path(folder)
        self.formats = tuple(formats)
        self.film = _film(settings) if formats else None

    @property
    def wanted(self) -> bool:
        return self.film is not None

    @property
    def grid(self) -> bool:
        return self.film is not None and self.film.view not in ("boundary", "approximation")

    @property
    def extras(self) -> set[str]:
        return set() if self.film is None else self.film.extras

    def check(self, landscape: Landscape) -> None:
        if self.film is not None and self.film.view in NEEDS:
            NEEDS[self.film.view](landscape, "callbacks.video.view")

    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        if self.film is None:
            return
        for kind in self.formats:
            file = self.folder / f"descent.{kind}"
            self.film.write(scene, file)
            if kind == "gif":
                show(trainer, "descent", file.read_bytes())
        if tensorboards(trainer):  # only there are key frames seen, which take a while to draw
            for step, frame in self.film.key_frames(scene).items():
                show(trainer, "descent/key_frames", png(frame), step)


def _film(settings: dict[str, Any]) -> "Film":
    """How a film is taken; imported when one is asked for, since FFmpeg takes a while to load."""
    from landscape_lab.drawing.video import Film

    return Film(**settings)
