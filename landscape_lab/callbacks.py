"""What happens around a descent: curves, pictures, progress, checkpoints. Callbacks decide when; others do the work."""

import sys
import time
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from PIL import Image
from pytorch_lightning.loggers import Logger, TensorBoardLogger
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard.summary import hparams as hparams_summaries

from landscape_lab.augmentations.seen import see
from landscape_lab.descent import Descent
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.drawing.figures import FIGURES, save_figure
from landscape_lab.files import replacing
from landscape_lab.scene import Scene
from landscape_lab.validation import check_choice

COMPARED = ("final_loss", "best_loss", "distance_to_minimum", "evaluations", "steps_per_second")
"""The results by which TensorBoard's HPARAMS tab compares runs."""
POINTS_PER_DECADE = 400
"""How many steps of every tenfold a long curve keeps."""


class Curves(pl.Callback):
    """Log loss, gradient norm, learning rate, position and distance to the minimum, a chunk at a time.

    TensorBoard gets one event a step with all the values; other loggers get `log_metrics`.
    """

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: Any, batch_idx: int
    ) -> None:
        steps = outputs["steps"].numpy()
        kept = thinned(steps, pl_module.steps)
        curves = {name: values[kept] for name, values in _curves(pl_module, outputs).items()}
        for logger in trainer.loggers:
            _log_curves(logger, steps[kept], curves)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """The end point has a loss and a place, though no gradient."""
        point, losses = pl_module.landscape.flat(), torch.from_numpy(pl_module.trajectory.losses[-1:])
        end = _positions(pl_module, point.unsqueeze(0)) | _losses(losses)
        for logger in trainer.loggers:
            _log_curves(logger, np.array([trainer.global_step]), end)


def thinned(steps: np.ndarray, total: int) -> np.ndarray:
    """Which steps a curve of `total` steps keeps: all of up to 1,000, else a logarithmic grid.

    >>> [int(thinned(np.arange(total), total).sum()) for total in (500, 20_000, 1_000_000)]
    [500, 999, 1678]
    """
    grid = np.floor(POINTS_PER_DECADE * np.log10(np.maximum(steps, 1)))
    before = np.floor(POINTS_PER_DECADE * np.log10(np.maximum(steps - 1, 1)))
    return (grid != before) | (steps <= 1) | (total <= 1000)


def _curves(descent: Descent, outputs: dict[str, Any]) -> dict[str, np.ndarray]:
    """Each curve over the steps of a chunk; for many members, the median and the best."""
    norms = outputs["gradients"].norm(dim=-1).median(dim=-1).values.cpu().numpy()
    rates = outputs["lr"].numpy()
    return _losses(outputs["losses"]) | {"gradient_norm": norms, "lr": rates} | _positions(descent, outputs["points"])


def _losses(losses: torch.Tensor) -> dict[str, np.ndarray]:
    if losses.shape[1] == 1:
        return {"loss": losses[:, 0].cpu().numpy()}
    return {
        "loss/median": losses.nanmedian(dim=1).values.cpu().numpy(),
        "loss/best": losses.nan_to_num(nan=torch.inf).min(dim=1).values.cpu().numpy(),
    }


def _positions(descent: Descent, points: torch.Tensor) -> dict[str, np.ndarray]:
    """Where the only member is, and how far every one is from the nearest known minimum."""
    curves: dict[str, np.ndarray] = {}
    if points.shape[1] == 1 and points.shape[2] == 2:
        curves |= {"position/x": points[:, 0, 0].cpu().numpy(), "position/y": points[:, 0, 1].cpu().numpy()}
    if (distances := descent.distances(points)) is not None:
        curves["distance_to_minimum"] = distances.nanmedian(dim=-1).values.cpu().numpy()
    return curves


def _log_curves(logger: Logger, steps: np.ndarray, curves: dict[str, np.ndarray]) -> None:
    columns = {name: values.tolist() for name, values in curves.items()}
    if isinstance(logger, TensorBoardLogger):
        write = logger.experiment._get_file_writer().add_summary
        for row, step in enumerate(steps.tolist()):
            values = [Summary.Value(tag=name, simple_value=column[row]) for name, column in columns.items()]
            write(Summary(value=values), step)
    else:
        for row, step in enumerate(steps.tolist()):
            logger.log_metrics({name: column[row] for name, column in columns.items()}, step)


class HParams(pl.Callback):
    """Fill TensorBoard's HPARAMS tab and keep the composed configuration as text.

    The metrics' names are registered at the start, their values written at the end into the same file.

    Args:
        parameters: What the tab lists: numbers, words and truth values.
        text: The whole configuration, as YAML.
    """

    def __init__(self, parameters: dict[str, bool | int | float | str], text: str) -> None:
        self.parameters = parameters
        self.text = text

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        for logger in _tensorboards(trainer):
            experiment, start, self._end = hparams_summaries(self.parameters, dict.fromkeys(COMPARED, 0.0))
            writer = logger.experiment._get_file_writer()
            writer.add_summary(experiment)
            writer.add_summary(start)
            logger.hparams.update(self.parameters)
            logger.experiment.add_text("configuration", f"```yaml\n{self.text}\n```")

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        for logger in _tensorboards(trainer):
            writer = logger.experiment._get_file_writer()
            metrics = pl_module.metrics()
            values = [Summary.Value(tag=name, simple_value=metrics[name]) for name in COMPARED if metrics[name] is not None]
            writer.add_summary(Summary(value=values), trainer.global_step)
            writer.add_summary(self._end)


def _tensorboards(trainer: pl.Trainer) -> list[TensorBoardLogger]:
    return [logger for logger in trainer.loggers if isinstance(logger, TensorBoardLogger)]


class Pictures(pl.Callback):
    """Draw figures at the end; TensorBoard shows them too, but for the loss, which it draws itself.

    Args:
        folder: Where the pictures go.
        figures: Any of `path`, `loss`, `evaluations` (the loss against them), `surface` and `gradient`.
    """

    def __init__(self, folder: str | PathLike[str], figures: Sequence[str] = ("path", "loss")) -> None:
        for name in figures:
            check_choice("figures", name, FIGURES)
        self.folder = Path(folder)
        self.figures = tuple(figures)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not self.figures:
            return
        scene = Scene.of(pl_module.landscape, [pl_module.trajectory])
        for name in self.figures:
            file = self.folder / f"{name}.png"
            save_figure(FIGURES[name](scene), file)
            if name not in ("loss", "evaluations"):
                for logger in _tensorboards(trainer):
                    _show(logger, name, file, trainer.global_step)


def _show(logger: TensorBoardLogger, tag: str, file: Path, step: int) -> None:
    """Put a picture into TensorBoard as it is: it also plays an animated GIF."""
    with Image.open(file) as picture:
        width, height = picture.size
    image = Summary.Image(encoded_image_string=file.read_bytes(), colorspace=3, width=width, height=height)
    logger.experiment._get_file_writer().add_summary(Summary(value=[Summary.Value(tag=tag, image=image)]), step)


class Video(pl.Callback):
    """Film the descent at the end; TensorBoard's IMAGES tab plays the GIF.

    Args:
        folder: Where the films go.
        formats: Any of `mp4` and `gif`; none for no film.
        frames: The most frames.
        clock: `linear` in steps, or `logarithmic`.
        size: Width and height, pixels.
        fps: Frames a second.
    """

    def __init__(
        self,
        folder: str | PathLike[str],
        formats: Sequence[str] = ("mp4",),
        frames: int = 300,
        clock: str = "linear",
        size: Sequence[int] = (800, 600),
        fps: int = 30,
    ) -> None:
        for kind in formats:
            check_choice("video", kind, ("mp4", "gif"))
        self.folder = Path(folder)
        self.formats = tuple(formats)
        self.frames, self.clock, self.size, self.fps = frames, clock, size, fps

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not self.formats:
            return
        from landscape_lab.drawing.video import film  # FFmpeg takes a while to load

        scene = Scene.of(pl_module.landscape, [pl_module.trajectory])
        for kind in self.formats:
            file = self.folder / f"descent.{kind}"
            film(scene, file, self.frames, self.clock, self.size, self.fps)
            if kind == "gif":
                for logger in _tensorboards(trainer):
                    _show(logger, "descent", file, trainer.global_step)


class AugmentationPictures(pl.Callback):
    """Draw `augmentations.png` at the start: the landscape as it is seen in a few draws, its gradients beside it.

    Args:
        folder: Where the picture goes.
        draws: How many; none if 0, or where the landscape has no augmentations.
    """

    def __init__(self, folder: str | PathLike[str], draws: int = 0) -> None:
        if not isinstance(draws, int) or isinstance(draws, bool) or draws < 0:
            raise ValueError(f"Parameter `augmentations` should be zero or a positive whole number. Found `{draws}`.")
        self.path = Path(folder) / "augmentations.png"
        self.draws = draws

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self.draws > 0 and pl_module.landscape.augmented is not None:
            save_figure(augmentations_figure(see(pl_module.landscape, self.draws)), self.path)


class Checkpoints(pl.Callback):
    """Keep `last.ckpt`, from which a descent that was cut goes on as if it had not been; written between two chunks.

    Args:
        folder: Where it goes.
        seconds: How often it is written; it is also written at the end.
    """

    def __init__(self, folder: str | PathLike[str], seconds: float = 20.0) -> None:
        self.path = Path(folder) / "last.ckpt"
        self.seconds = seconds
        self._written = time.monotonic()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: Any, batch_idx: int
    ) -> None:
        if time.monotonic() - self._written >= self.seconds and pl_module.status == "completed":
            self._save(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if pl_module.status == "completed":
            self._save(trainer)

    def on_exception(self, trainer: pl.Trainer, pl_module: Descent, exception: BaseException) -> None:
        """Tell who stopped a descent how it goes on."""
        if isinstance(exception, KeyboardInterrupt):
            kept = f" Go on with ckpt_path={self.path}" if self.path.is_file() else ""
            sys.stderr.write(f"Stopped after {trainer.global_step:,} steps.{kept}\n")

    def _save(self, trainer: pl.Trainer) -> None:
        with replacing(self.path) as unfinished:
            trainer.save_checkpoint(unfinished)
        self._written = time.monotonic()


class ProgressBar(pl.Callback):
    """Steps done, steps a second, the current loss and the time left, redrawn at most ten times a second.

    Args:
        seconds: The shortest time between two redraws.
    """

    def __init__(self, seconds: float = 0.1) -> None:
        self.seconds = seconds

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=16),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]:,.0f} steps/s"),
            TextColumn("loss {task.fields[loss]:.4g}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(
            pl_module.trajectory.label, total=pl_module.steps, completed=trainer.global_step, rate=0.0, loss=np.nan
        )
        self._bar.start()
        self._first, self._began, self._drawn = trainer.global_step, time.monotonic(), 0.0

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: Any, batch_idx: int
    ) -> None:
        now = time.monotonic()
        if now - self._drawn >= self.seconds:
            self._drawn = now
            rate = (trainer.global_step - self._first) / max(now - self._began, 1e-9)
            loss = float(outputs["losses"][-1].nanmedian())
            self._bar.update(self._task, completed=trainer.global_step, rate=rate, loss=loss, refresh=True)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self._bar.stop()

    def on_exception(self, trainer: pl.Trainer, pl_module: Descent, exception: BaseException) -> None:
        if hasattr(self, "_bar"):
            self._bar.stop()
