"""From a configuration to results: objects are built, the descent runs, its files are written."""

import logging
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from pickle import UnpicklingError  # what torch.load raises; nothing is unpickled
from typing import Any

import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.initialize import get_gh_backup, restore_gh_from_backup
from omegaconf import DictConfig, OmegaConf, open_dict
from pytorch_lightning.loggers import Logger
from rich.console import Console
from rich.table import Table

from landscape_lab.callbacks import HParams
from landscape_lab.configuration import (
    CONF,
    PARAMETERS,
    chosen_names,
    flat_values,
    identity,
    open_keys,
    plain,
    register_catalogue,
)
from landscape_lab.descent import Descent
from landscape_lab.dotted_paths import locate
from landscape_lab.ensemble import Ensemble, make_ensemble
from landscape_lab.errors import FULL, tell
from landscape_lab.instantiation import build, settings_of
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.traits import probe
from landscape_lab.runs import Run
from landscape_lab.trajectory import Trajectory
from landscape_lab.validation import check_choice, check_count

OBJECTIVES = (
    "final_loss",
    "best_loss",
    "distance_to_minimum",
    "steps_to_target",
    "evaluations",
    "steps",
    "seconds",
    "steps_per_second",
    "best_lr",
    "diverged_fraction",
)
"""The results that a sweep can minimise."""
OF_MEMBERS = ("best_lr", "diverged_fraction")
"""Those that only an ensemble has."""


@dataclass(frozen=True)
class Result:
    """What a run gave.

    Args:
        trajectory: Points and losses over the steps.
        metrics: The content of `results.json`.
        folder: Where the run's files are.
    """

    trajectory: Trajectory
    metrics: dict[str, Any]
    folder: Path

    @property
    def objective(self) -> float | tuple[float | None, ...] | None:
        """What a sweep minimises: a result, or a tuple of several; `None` where a run has none."""
        wanted = self.metrics["objective"]
        return self.metrics.get(wanted) if isinstance(wanted, str) else tuple(self.metrics.get(name) for name in wanted)


def run(overrides: Iterable[str] = ()) -> Result:
    """The whole lab from Python: what `python -m landscape_lab …` does, with the same words.

    Args:
        overrides: As on the command line, `["landscape=circle", "optimizer.lr=0.1", "hydra.run.dir=somewhere"]`.

    Raises:
        ValueError: A value is out of range; Hydra's own errors tell of unknown choices and keys.
    """
    register_catalogue()
    cfg = _compose(open_keys(overrides))
    hydra = cfg.hydra
    folder = Path(hydra.run.dir)
    with open_dict(cfg):
        cfg.folder = str(folder.absolute())
        del cfg["hydra"]
    Run(folder).write_configuration(cfg, hydra, hydra.overrides.task)
    return descend(cfg, chosen_names(hydra.runtime.choices, hydra.overrides.task, cfg))


def descend(cfg: DictConfig, names: dict[str, str]) -> Result:
    """Run one descent and write its results into `cfg.folder`.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
    """
    _quieten_lightning()
    _check(cfg)
    run = Run(folder := Path(cfg.folder))
    if cfg.resume and (finished := _finished(cfg, run)) is not None:
        tell(f"{folder} is complete: these are its results.")
        return finished
    checkpoint, first = _checkpoint(cfg, run)
    pl.seed_everything(cfg.seed, verbose=False)
    descent = _build(cfg, names)
    _check_objective(cfg, len(descent.ensemble))
    if checkpoint is None:
        run.forget()
    loggers = [_logger(node, first) for node in cfg.logger.values()]
    callbacks = [build(node) for node in cfg.callbacks.values()]
    parameters = flat_values(cfg, PARAMETERS)
    callbacks.append(HParams({**names, **parameters}, OmegaConf.to_yaml(cfg)))
    trainer = build(cfg.trainer, logger=loggers, callbacks=callbacks, default_root_dir=str(folder))
    trainer.fit(descent, ckpt_path=checkpoint, weights_only=True)
    metrics = {"landscape": names["landscape"], "optimizer": names["optimizer"], **descent.metrics()}
    metrics |= {"objective": plain(cfg.objective), "seed": cfg.seed, "config_hash": identity(cfg)}
    metrics |= descent.details()
    descent.trajectory.save(run.trajectory_file)
    if descent.error is not None and descent.status == "failed":
        if FULL:
            raise descent.error
        metrics["error"] = f"{type(descent.error).__name__}: {descent.error}"
        tell(f"{names['optimizer']} failed in step {metrics['steps']}: {metrics['error']}")
    run.write_results(metrics)
    return Result(descent.trajectory, metrics, folder)


def _compose(overrides: list[str]) -> DictConfig:
    """The configuration with Hydra's own part; a Hydra application that calls us keeps its state."""
    outer = get_gh_backup()
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return compose("config", overrides, return_hydra_config=True)
    finally:
        restore_gh_from_backup(outer)


def _finished(cfg: DictConfig, run: Run) -> Result | None:
    """What a run of the same configuration left in its folder when it came to its end."""
    metrics = run.results()
    if metrics is None or metrics.get("config_hash") != identity(cfg) or metrics.get("status") == "failed":
        return None
    return Result(run.trajectory(), metrics, run.folder)


def _build(cfg: DictConfig, names: dict[str, str]) -> Descent:
    """The landscape, the optimizer's factory, and the descent that joins them."""
    optimizer = _factory(cfg, "optimizer")
    traits = probe(optimizer, cfg.steps)
    changes = {}
    free = cfg.landscape.get("gradient") == "auto" and cfg.landscape.get("gradient_init") is None
    if free and traits.exact:
        changes["gradient"] = "exact"
        tell(f"{names['optimizer']} gets landscape.gradient=exact, which it needs; landscape.gradient=pixel keeps the other.")
    landscape, ensemble = landscape_of(cfg, **changes)
    scheduler = _factory(cfg, "scheduler") if cfg.scheduler else None
    label = label_of(cfg, names["optimizer"], names["landscape"], ensemble.rates)
    settings = (cfg.steps, cfg.steps_per_batch, cfg.records, label, scheduler, traits, ensemble)
    return Descent(landscape, optimizer, *settings, _target(landscape) if cfg.target is None else cfg.target)


def label_of(cfg: DictConfig, optimizer: str, landscape: str | None = None, rates: Sequence[float] | None = None) -> str:
    """What a picture calls a run; with the learning rates of its members, if these differ."""
    rates = rates or [rate for rate in [cfg.optimizer.get("lr")] if isinstance(rate, int | float)]
    lr = f", lr {min(rates):g}" + (f" … {max(rates):g}" if len(rates) > 1 else "") if rates else ""
    return (optimizer if landscape is None else f"{landscape} · {optimizer}") + lr


def landscape_of(cfg: DictConfig, **changes: Any) -> tuple[Landscape, Ensemble]:
    """The landscape of a configuration with its members and its augmentations; `changes` replace its own settings."""
    wanted: dict[str, Any] = settings_of(cfg.ensemble) if "ensemble" in cfg else {}
    changes |= {} if cfg.start is None else {"start": cfg.start}
    if isinstance(wanted.get("starts"), list):
        changes["start"], wanted["starts"] = wanted["starts"], None
    landscape: Landscape = build(cfg.landscape, **changes)
    ensemble = make_ensemble(landscape, **wanted, seed=cfg.seed)
    landscape.begin(ensemble.points)
    if cfg.augmentation:
        landscape.augment([_augmentation(name, node) for name, node in cfg.augmentation.items()], ensemble.seed_of_member)
    return landscape, ensemble


def _target(landscape: Landscape) -> float | None:
    """The loss to reach: a hundredth of the way from the known minimum up to the median start, or `None`."""
    if landscape.minima is None:
        return None
    begin = landscape.evaluate(landscape.flat()).nanmedian()
    lowest = landscape.evaluate(landscape.minima).min()
    return float(lowest + 0.01 * (begin - lowest))


def _factory(cfg: DictConfig, group: str) -> partial:
    """The class that a group names, with its settings."""
    return partial(locate(f"{group}._target_", cfg[group]._target_), **settings_of(cfg[group]))


def _augmentation(name: Any, node: Any) -> Any:
    """One augmentation; a value for one that was not chosen is told."""
    if "_target_" not in node:
        keys = ", ".join(f"`augmentation.{name}.{key}`" for key in node)
        raise ValueError(f"The augmentation `{name}` should be chosen to be changed: augmentation={name}. Found {keys}.")
    return build(node)


def _check(cfg: DictConfig) -> None:
    """The keys that no object of ours checks."""
    check_count("steps", cfg.steps)
    for name in [cfg.objective] if isinstance(cfg.objective, str) else cfg.objective:
        check_choice("objective", name, OBJECTIVES)
    if not isinstance(cfg.seed, int) or isinstance(cfg.seed, bool) or not 0 <= cfg.seed < 2**32:
        raise ValueError(f"Parameter `seed` should be a whole number from 0 to 2^32 - 1. Found `seed = {cfg.seed}`.")


def _check_objective(cfg: DictConfig, members: int) -> None:
    """A single member has no best learning rate."""
    for name in [cfg.objective] if isinstance(cfg.objective, str) else cfg.objective:
        if members == 1 and name in OF_MEMBERS:
            raise ValueError(f"Parameter `objective` may be {name} only of many members: ensemble=lr_sweep. Found one member.")


def _logger(node: DictConfig, first: int) -> Logger:
    """A logger; TensorBoard forgets what an earlier run in this folder wrote of the steps from `first` on."""
    purge = {"purge_step": first} if node._target_.endswith("TensorBoardLogger") else {}
    return build(node, **purge)


def _checkpoint(cfg: DictConfig, run: Run) -> tuple[Path | None, int]:
    """Where to go on from and its step: `ckpt_path`, or with `resume` the checkpoint in the run's folder."""
    if cfg.ckpt_path is None:
        path = run.checkpoint if cfg.resume and run.checkpoint.is_file() else None
    else:
        path = Path(cfg.ckpt_path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no checkpoint {path}.")
    if path is None:
        return None, 0
    try:
        made = int(torch.load(path, weights_only=True, map_location="cpu")["global_step"])
    except (RuntimeError, KeyError, EOFError, UnpicklingError, TypeError) as error:
        raise ValueError(f"{path} is not a checkpoint that can be read.") from error
    if made == cfg.steps and cfg.ckpt_path is None:
        return None, 0  # it ended before its results were written: the same again
    if made >= cfg.steps:
        raise ValueError(f"Parameter `steps` should be above the {made} already made in {path}. Found `steps = {cfg.steps}`.")
    return path, made


def _quieten_lightning() -> None:
    """Its greetings and tips would hide the one line that matters."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message="`isinstance.treespec, LeafSpec.` is deprecated")


def print_summary(result: Result) -> None:
    """A table of the results, and the run's folder on the last line."""
    console = Console()
    table = Table("", "", show_header=False, box=None, padding=(0, 2, 0, 0))
    always = ("landscape", "optimizer", "status", "steps", "evaluations", "steps_per_second", "final_loss", "best_loss")
    of_many = [name for name in ("members", "best_lr", "diverged_fraction", "layout") if result.metrics.get(name) is not None]
    for name in (*always, *of_many):
        value = result.metrics[name]
        text = f"{value:,.6g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(name.replace("_", " "), text)
    if (spacing := result.trajectory.spacing) > 1:
        table.add_row("recorded", f"every {spacing:,} steps, {len(result.trajectory.steps):,} in all")
    console.print(table)
    console.print(str(result.folder), markup=False, highlight=False, soft_wrap=True)
