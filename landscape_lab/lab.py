"""From a configuration to results: objects are built, the descent runs, its files are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError  # what torch.load raises; nothing is unpickled
from signal import SIGINT
from typing import Any, NamedTuple

import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.initialize import get_gh_backup, restore_gh_from_backup
from omegaconf import DictConfig, OmegaConf, open_dict
from pytorch_lightning.loggers import Logger

from landscape_lab.assembly import about_of, build_descent, plane_settings
from landscape_lab.callbacks import HParams, Products, RateCurve, Stops
from landscape_lab.configuration import (
    CONF,
    PARAMETERS,
    chosen_names,
    flat_values,
    identity,
    open_keys,
    plain,
    register_catalogue,
    settle_typed_length,
)
from landscape_lab.descent import Descent
from landscape_lab.dotted_paths import current_folder
from landscape_lab.errors import FULL, tell
from landscape_lab.evaluation import faster_threads
from landscape_lab.instantiation import build
from landscape_lab.keeping import Keeper
from landscape_lab.landscapes import Landscape
from landscape_lab.quiet import quiet_lightning
from landscape_lab.rate_choice import advice, settled_search
from landscape_lab.rate_search import RETREATS, RateSearch
from landscape_lab.runs import Run
from landscape_lab.schema import check
from landscape_lab.stopping import Stopped, signals
from landscape_lab.threads import using
from landscape_lab.trajectory import Trajectory


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
        if isinstance(wanted, str):
            return self.metrics.get(wanted)
        return tuple(self.metrics.get(name) for name in wanted)


class Checkpoint(NamedTuple):
    """Where a descent goes on from.

    Args:
        path: The file, or `None` where the descent begins at its start.
        step: How many steps had been made.
        threads: How many threads made them, which may matter to the last bits; `None`: not known
            yet.
    """

    path: Path | None = None
    step: int = 0
    threads: int | None = None


def run(overrides: Iterable[str] = ()) -> Result:
    """The whole lab from Python: what `python -m landscape_lab …` does, with the same words.

    Args:
        overrides: As on the command line, `["landscape=circle", "optimizer.lr=0.1",
            "hydra.run.dir=here"]`.

    Raises:
        ValueError: A value is out of range; Hydra's own errors tell of unknown choices and keys.
        KeyboardInterrupt: Ctrl-C stopped the descent between two chunks; its checkpoint is written.
        Stopped: SIGTERM or SIGHUP did, where nobody else handles them.
    """
    register_catalogue()
    cfg = _compose(open_keys(overrides))
    hydra = cfg.hydra
    folder = Path(hydra.run.dir)
    with open_dict(cfg):
        cfg.folder = str(folder.absolute())
        del cfg["hydra"]
    check(cfg)
    settle_typed_length(cfg, hydra.overrides.task)
    Run(folder).write_configuration(cfg, hydra, hydra.overrides.task)
    try:
        return descend(cfg, chosen_names(hydra.runtime.choices, hydra.overrides.task, cfg))
    except Stopped as stopped:
        if stopped.number == SIGINT:
            raise KeyboardInterrupt(f"{stopped} Its folder is {folder}; resume=true goes on.") from None
        raise


def descend(cfg: DictConfig, names: dict[str, str]) -> Result:
    """Run one descent and write its results into `cfg.folder`.

    Args:
        cfg: The composed configuration, checked by `landscape_lab.schema.check`.
        names: What the landscape and the optimizer are called.
    """
    folder = Path(cfg.folder)
    files = Run(folder)
    if cfg.resume and (finished := _finished(cfg, files)) is not None:
        tell(f"{folder} is complete: these are its results.")
        return finished
    known = {**names, "objective": plain(cfg.objective), "seed": cfg.seed}
    keeper = Keeper(files, {**known, "config_hash": identity(cfg)})  # now: epochs become steps with the data
    with (
        signals.listening(),
        quiet_lightning(),
        current_folder(),
    ):  # a user's code may import others at any time
        descent = _settled(cfg, names, keeper)
    metrics = keeper.finish(descent)
    if "error" in metrics:
        tell(f"{names['optimizer']} failed in step {metrics['steps']}: {metrics['error']}")
        if FULL and descent.ending.error is not None:
            raise descent.ending.error
    if descent.ending.status == "diverged":
        tell(advice(cfg, names["optimizer"], metrics))
    return Result(descent.trajectory, metrics, folder)


def _settled(cfg: DictConfig, names: dict[str, str], keeper: Keeper) -> Descent:
    """Descend; `optimizer.lr=auto` finds a rate first, and lowers it where it diverges after all."""
    begun = _checkpoint(cfg, keeper.run).path
    search = settled_search(cfg, names, keeper.run, begun)
    descent = _descended(cfg, names, keeper, search)
    retreats = RETREATS if begun is None else 0
    while search is not None and descent.ending.status == "diverged" and retreats > 0:
        tell(f"lr {search.chosen:g} diverged after {descent.global_step:,} steps: again with a lower one.")
        search, retreats = search.retreat(descent.global_step, descent.tally.evaluations), retreats - 1
        descent = _descended(cfg, names, keeper, search)
    return descent


def _descended(cfg: DictConfig, names: dict[str, str], keeper: Keeper, search: RateSearch | None) -> Descent:
    """Build the descent and what is around it, and let Lightning run it to its end."""
    files = keeper.run
    pl.seed_everything(cfg.seed, verbose=False)
    descent = build_descent(cfg, names, files.points_file, None if search is None else search.chosen)
    checkpoint = _checkpoint(cfg, files)
    if checkpoint.path is None:
        files.forget()
    loggers = [_logger(node, checkpoint.step) for node in cfg.logger.values()]
    parts = (build(node) for node in cfg.callbacks.values())
    callbacks = [
        keeper,
        *Products.gathering(parts, plane_settings(cfg), files.folder, about_of(cfg, names["landscape"])),
    ]
    if search is not None:
        search.save(files.search_file)
        keeper.known |= {"lr": search.chosen, "lr_search": search.told()}
        callbacks.append(RateCurve(search, files.folder / "lr.png", descent.trajectory.label))
    callbacks += [HParams({**names, **flat_values(cfg, PARAMETERS)}, OmegaConf.to_yaml(cfg)), Stops()]
    trainer = build(cfg.trainer, logger=loggers, callbacks=callbacks, default_root_dir=str(files.folder))
    threads = _threads(cfg, descent.landscape, checkpoint.threads)
    keeper.known["threads"] = threads
    with using(threads):
        trainer.fit(descent, ckpt_path=checkpoint.path, weights_only=True)
    return descent


def _threads(cfg: DictConfig, landscape: Landscape, before: int | None) -> int:
    """With how many threads torch works: the user's choice, that of `before`, or the fastest."""
    if cfg.threads != "auto":
        return int(cfg.threads)
    return faster_threads(landscape) if before is None else before


def _compose(overrides: list[str]) -> DictConfig:
    """The configuration with Hydra's own part; a Hydra application that calls us keeps its state."""
    outer = get_gh_backup()
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return compose("config", overrides, return_hydra_config=True)
    finally:
        restore_gh_from_backup(outer)


def _finished(cfg: DictConfig, files: Run) -> Result | None:
    """What a run of the same configuration left in its folder when it came to its end."""
    metrics = files.results()
    if metrics is None or metrics.get("config_hash") != identity(cfg):
        return None
    if metrics.get("status") in ("failed", "stopped") or "unfinished" in metrics:
        return None  # it is tried again, or goes on
    return Result(files.trajectory(), metrics, files.folder)


def _logger(node: DictConfig, first: int) -> Logger:
    """A logger; TensorBoard forgets what an earlier run in this folder wrote of the steps from `first` on."""
    purge = {"purge_step": first} if node._target_.endswith("TensorBoardLogger") else {}
    return build(node, **purge)


def _checkpoint(cfg: DictConfig, files: Run) -> Checkpoint:
    """Where to go on from: `ckpt_path`, or with `resume` the checkpoint in the run's folder."""
    if cfg.ckpt_path is None:
        path = files.checkpoint if cfg.resume and files.checkpoint.is_file() else None
    else:
        path = Path(cfg.ckpt_path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no checkpoint {path}.")
    if path is None:
        return Checkpoint()
    try:
        state = torch.load(path, weights_only=True, map_location="cpu", mmap=True)
        made, threads = int(state["global_step"]), state["descent"].get("threads")
    except (RuntimeError, KeyError, EOFError, UnpicklingError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not a checkpoint that can be read.") from error
    if made == cfg.steps and cfg.ckpt_path is None:
        return Checkpoint()  # it was killed between its last step and its results: everything is made again
    if made >= cfg.steps:
        raise ValueError(
            f"Parameter `steps` should be above the {made} already made in {path}. "
            f"Found `steps = {cfg.steps}`."
        )
    return Checkpoint(path, made, threads)
