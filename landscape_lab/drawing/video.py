"""A descent as a film: the trace grows over its landscape while the loss curve runs beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from os import PathLike
from pathlib import Path as FilePath

from rich.console import Console
from rich.progress import track

from landscape_lab.drawing.encoding import Frame, write_gif, write_mp4
from landscape_lab.drawing.pacing import Pacing, pace
from landscape_lab.drawing.stage import Stage
from landscape_lab.escaping import in_markup
from landscape_lab.keys.callbacks import FILM, FILMS
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene
from landscape_lab.validation import check_choice

TAIL = 0.06
"""The share of the film for which a step stays bright."""
SHORTEST = 2
"""Seconds that a film of few steps lasts at least."""
GIF_FRAMES = 80
"""The most frames of a GIF."""
SAMPLES = 5
"""Key frames, and frames from which a GIF's colours are chosen."""


@FILM.checks_class
@dataclass(frozen=True)
class Film:
    """How a scene is filmed.

    Args:
        frames: The most frames; there are never more than steps. A GIF has at most 80, half as many a second.
        clock: How time passes: `arc`, each frame as far along the path as the others; `linear` in steps;
            `logarithmic`, so that the beginning can be seen; `None`: `arc` of a single path, `linear` of
            several paths or members, for which `arc` is `linear`, too.
        size: Width and height, pixels.
        fps: Frames a second.
        length: Seconds, of which the last frame's stay is not a part; `None` for as many as the frames
            take. A film of too few frames for it shows each of them longer.
        view: `map`; `surface`: in three dimensions, slowly turning; `boundary`: the classes that a
            network tells apart by two features; `draws`: beside the whole landscape what one step
            after another saw of it, through its minibatch or its augmentations; or `approximation`: shapes
            beside their picture.
        clean: Show a landscape with augmentations without them, not as it was seen in each step.

    Raises:
        ValueError: A number is too small, or there is no such choice.
    """

    frames: int = 300
    clock: str | None = None
    size: Sequence[int] = (800, 600)
    fps: int = 30
    length: float | None = None
    view: str = "map"
    clean: bool = False

    def __post_init__(self) -> None:
        if self.clean and self.view == "draws":
            raise ValueError("Parameter `clean` should not hide what `view=draws` shows. Found both.")

    @property
    def extras(self) -> set[str]:
        """What it shows of a scene that is made only where it is asked for."""
        return {"draws", "approximation"} & {self.view}

    def pacing(self, scene: Scene) -> Pacing:
        """When frames are taken: at least two. A film of paths ends soon after the last one has arrived."""
        most = self.frames if self.length is None else min(self.frames, round(self.length * self.fps))
        return pace(scene, self.clock, most, moving=self.view in ("map", "surface"))

    def shoot(self, scene: Scene, only: Sequence[int] | None = None) -> Iterator[Frame]:
        """The frames, made as they are asked for.

        Args:
            scene: What is filmed.
            only: Which frames, in order, if not all.
        """
        pacing = self.pacing(scene)
        moments = pacing.moments
        width, height = self.size
        shown = replace(scene, replay=None) if self.clean else scene
        stage = Stage(shown, (int(width), int(height)), pacing, self.view)
        for frame in range(len(moments)) if only is None else only:
            since = moments[max(0, int(frame - TAIL * len(moments)))]
            yield stage.shoot(since, moments[frame], frame / (len(moments) - 1))

    def key_frames(self, scene: Scene) -> dict[int, Frame]:
        """A few frames by their steps, the first and the last among them."""
        moments = self.pacing(scene).moments
        picked = evenly(len(moments), SAMPLES)
        frames = self.shoot(scene, picked.tolist())
        return {int(moments[which]): frame for which, frame in zip(picked, frames, strict=True)}

    def write(self, scene: Scene, path: str | PathLike[str]) -> None:
        """Film a scene into an `.mp4` or a `.gif`, with a progress bar on a terminal.

        Raises:
            ValueError: There is no such format.
        """
        kind = FilePath(path).suffix.lstrip(".")
        check_choice("video", kind, FILMS)
        own = (
            self
            if kind == "mp4"
            else replace(self, frames=min(self.frames, GIF_FRAMES), fps=-(-self.fps // 2))
        )
        number = len(own.pacing(scene).moments)
        console = Console(stderr=True)
        quiet = not console.is_terminal
        name = in_markup(FilePath(path).name)
        watched = track(own.shoot(scene), name, number, console=console, transient=True, disable=quiet)
        pictures = iter(watched)
        if kind == "mp4":
            write_mp4(pictures, path, own.pace(number))
        else:
            write_gif(pictures, path, own.pace(number), list(own.key_frames(scene).values()), number)

    def pace(self, number: int) -> Fraction:
        """How many of so many frames are shown in a second."""
        if self.length is not None:
            return Fraction(number / self.length).limit_denominator(1000)
        return Fraction(min(self.fps, max(1, number // SHORTEST)))
