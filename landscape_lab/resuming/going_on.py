"""Going on from a checkpoint: only from one that is whole, and of the same configuration."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from pickle import UnpicklingError  # what torch.load raises; nothing is unpickled
from typing import NamedTuple

import pytorch_lightning as pl
import torch
from omegaconf import DictConfig
from pytorch_lightning.plugins.io import TorchCheckpointIO

from landscape_lab.configuration.agreement import NAMED, OF_STEPS, Settings, difference, settings_of_run
from landscape_lab.descent import Descent
from landscape_lab.errors import tell
from landscape_lab.files.sealing import is_sealed, is_whole, seal
from landscape_lab.files.writing import replacing
from landscape_lab.optimizers.building import LENGTHS as OF_OPTIMIZERS
from landscape_lab.optimizers.factories import open_arguments, parts_of
from landscape_lab.optimizers.schedulers import LENGTHS as OF_SCHEDULES
from landscape_lab.runs import Run

UNREADABLE = (RuntimeError, KeyError, EOFError, UnpicklingError, TypeError, AttributeError, ValueError)
"""What reading a checkpoint raises that is another one's, or none."""


class Checkpoint(NamedTuple):
    """Where a descent goes on from.

    Args:
        path: The file, or `None` where the descent begins at its start.
        step: How many steps had been made.
        threads: How many threads made them, which may matter to the last bits; `None`: not known
            yet.
        steps: How many the whole run was to have.
    """

    path: Path | None = None
    step: int = 0
    threads: int | None = None
    steps: int = 0


class Provenance(pl.Callback):
    """Note in every checkpoint with which settings it was made.

    Args:
        settings: By their keys.
        steps: How many steps the whole run has.
    """

    def __init__(self, settings: Mapping[str, object], steps: int) -> None:
        self.settings = dict(settings)
        self.steps = steps

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, object]
    ) -> None:
        checkpoint["settings"] = {**self.settings, "steps": self.steps}


class SealedFiles(TorchCheckpointIO):
    """Write every checkpoint of a run, whoever asks for it, with a checksum, beside its place."""

    def save_checkpoint(
        self, checkpoint: dict[str, object], path: str | PathLike[str], storage_options: object = None
    ) -> None:
        with replacing(path, durable=True) as unfinished:
            torch.save(checkpoint, unfinished)
            seal(unfinished)


def settings_with(cfg: DictConfig, names: Mapping[str, str]) -> Settings:
    """The settings that decide a run, after the names of its landscape and its optimizer."""
    return {**{group: names[group] for group in NAMED}, **settings_of_run(cfg)}


def checkpoint_of(cfg: DictConfig, settings: Settings, files: Run) -> Checkpoint:
    """Where to go on from: `ckpt_path`, or with `resume` the checkpoint in the run's folder.

    Args:
        cfg: The composed configuration.
        settings: Those that decide the run.
        files: The run's.

    Raises:
        FileNotFoundError: There is no such checkpoint.
        ValueError: It is damaged or of another configuration, or the results beside it are.
    """
    path = _chosen(cfg, files)
    if path is None:
        _check_earlier(cfg, settings, files)
        return Checkpoint()
    before, made, threads = _read(path)
    steps = before.pop("steps")
    if (differing := difference(before, settings)) is not None:
        raise ValueError(
            f"The checkpoint {path} is of another configuration: {differing}. Only `steps`, and what changes "
            "no number, may differ. Choose another hydra.run.dir for another run."
        )
    return Checkpoint(path, made, threads, int(str(steps)))


def remaining(checkpoint: Checkpoint, cfg: DictConfig, settings: Settings, descent: Descent) -> Checkpoint:
    """A checkpoint, if there are steps left to make after it, else the beginning.

    What went by another number of steps is told.

    Raises:
        ValueError: `ckpt_path` has no step left to make.
    """
    path, made, _, steps = checkpoint
    if path is None or (made == cfg.steps and cfg.ckpt_path is None):
        return Checkpoint()  # it was killed between its last step and its results: everything is made again
    if made >= cfg.steps:
        raise ValueError(
            f"Parameter `steps` should be above the {made} already made in {path}. "
            f"Found `steps = {cfg.steps}`."
        )
    _tell_anew(descent)
    if steps != cfg.steps:
        _tell_other_length(steps, cfg.steps, _as_long_as_the_run(settings, descent))
    return checkpoint


def _tell_anew(descent: Descent) -> None:
    """Say that an optimizer cannot go on as it was, if that is so."""
    maker, _ = parts_of(descent.make_optimizer)
    if (anew := getattr(maker, "anew", None)) is not None:
        tell(f"{maker.__name__} does not end as in a run that was never cut: {anew}.")


def _tell_other_length(before: int, now: int, parts: Sequence[str]) -> None:
    """Say what went by the length that a run was to have, if anything did."""
    if parts:
        tell(
            f"The checkpoint is of a run of {before} steps, and {' and '.join(parts)} went by that: going on "
            f"does not end as a run of {now} steps from its start does."
        )


def _check_earlier(cfg: DictConfig, settings: Settings, files: Run) -> None:
    """Raise `ValueError` where `resume` would write over the results of another configuration.

    A checkpoint beside them tells more, and is looked at by itself.
    """
    earlier = files.config() if cfg.resume else None
    if earlier is None or files.results() is None:
        return
    names = {group: settings[group] for group in NAMED}
    if (differing := difference({**names, **settings_of_run(earlier)}, settings)) is not None:
        raise ValueError(
            f"The results in {files.folder} are of another configuration: {differing}. resume=true goes on "
            "with the same one; choose another hydra.run.dir for another run."
        )


def _as_long_as_the_run(settings: Settings, descent: Descent) -> list[str]:
    """What depends on how many steps a run has: keys, and classes that ask for the number."""
    found = [f"`{key}`" for key, value in settings.items() if OF_STEPS.search(str(value))]
    asked = open_arguments(descent.make_optimizer, required=True) & set(OF_OPTIMIZERS)
    found += ["`optimizer`"] if asked else []
    scheduler = descent.make_scheduler
    asked = set() if scheduler is None else open_arguments(scheduler, required=False) & set(OF_SCHEDULES)
    return [*found, "`scheduler`"] if asked else found


def _chosen(cfg: DictConfig, files: Run) -> Path | None:
    """The file that is meant, if there is one."""
    if cfg.ckpt_path is None:
        return files.checkpoint if cfg.resume and files.checkpoint.is_file() else None
    path = Path(cfg.ckpt_path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no checkpoint {path}.")
    return path


def _read(path: Path) -> tuple[Settings, int, int | None]:
    """The settings with which a checkpoint was made, after how many steps, and with how many threads."""
    if not is_sealed(path):
        raise ValueError(
            f"{path} is not a checkpoint that can be read: it is cut or changed, or no callback of this "
            "version wrote it."
        )
    if not is_whole(path):
        raise ValueError(f"{path} is damaged: its bytes are not those that were written.")
    try:
        state = torch.load(path, weights_only=True, map_location="cpu", mmap=True)
        return dict(state["settings"]), int(state["global_step"]), state["descent"].get("threads")
    except UNREADABLE as error:
        raise ValueError(f"{path} is not a checkpoint that can be read.") from error
