"""From a configuration to results: objects are built, the descent runs, its files are written."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from signal import SIGINT
from typing import Any

import pytorch_lightning as pl
from omegaconf import DictConfig

from landscape_lab.assembly import build_descent
from landscape_lab.configuration.agreement import Settings
from landscape_lab.configuration.completeness import check_complete
from landscape_lab.configuration.composed import (
    chosen_names,
    identity,
    plain,
    settle_typed_length,
    typed,
)
from landscape_lab.configuration.composing import composed
from landscape_lab.configuration.contents import settle_contents
from landscape_lab.configuration.replaced import forget_replaced
from landscape_lab.configuration.schema import check
from landscape_lab.descent import Descent
from landscape_lab.dotted_paths import current_folder
from landscape_lab.ensemble import Ensemble
from landscape_lab.errors import FULL, tell, without_exits
from landscape_lab.evaluation import faster_threads
from landscape_lab.files.writing import naming
from landscape_lab.fitting import trainer_of
from landscape_lab.keeping import Keeper, LowerRate
from landscape_lab.landscapes import Landscape
from landscape_lab.notebook import result_html, result_png
from landscape_lab.process.quiet import quiet_lightning, warnings_held
from landscape_lab.process.random_states import kept_random_states
from landscape_lab.process.stopping import Stopped, signals
from landscape_lab.process.threads import using
from landscape_lab.rates.choice import advice, settled_search
from landscape_lab.rates.search import RETREATS
from landscape_lab.reporting import report_of_run
from landscape_lab.resuming.going_on import Checkpoint, Provenance, checkpoint_of, remaining, settings_with
from landscape_lab.runs import Run, own_folder
from landscape_lab.trajectory import Trajectory
from landscape_lab.trust import guarded


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

    def report(self, path: str | PathLike[str] | None = None) -> Path:
        """Write a page of the run, to be turned and played, which works offline.

        Args:
            path: An HTML file; `report.html` in the run's folder, if not given.

        Returns:
            The file.
        """
        return report_of_run(self.folder, self.trajectory, path)

    _repr_html_, _repr_png_ = result_html, result_png


def run(overrides: Iterable[str] = ()) -> Result:
    """The whole lab from Python: what `python -m landscape_lab …` does, with the same words.

    Random numbers of the caller, of Python, NumPy and torch, go on as if there had been no run.

    Args:
        overrides: As on the command line, `["landscape=circle", "optimizer.lr=0.1",
            "hydra.run.dir=here"]`.

    Raises:
        ValueError: A value is out of range; Hydra's own errors tell of unknown choices and keys.
        KeyboardInterrupt: Ctrl-C stopped the descent between two chunks; its checkpoint is written.
        Stopped: SIGTERM or SIGHUP did, where nobody else handles them.
    """
    cfg, hydra = composed(overrides)
    try:
        with own_folder(cfg, hydra), kept_random_states():
            return descend(cfg, hydra, prepared(cfg, hydra))
    except Stopped as stopped:
        if stopped.number == SIGINT:
            raise KeyboardInterrupt(f"{stopped} Its folder is {cfg.folder}; resume=true goes on.") from None
        raise


def prepared(cfg: DictConfig, hydra: DictConfig) -> DictConfig:
    """Check a configuration and settle what it leaves open.

    Returns:
        A copy, which is kept in the run's folder.

    Raises:
        ValueError: A key takes no such value.
    """
    check_complete(cfg, hydra)
    forget_replaced(cfg, hydra.runtime.choices, typed(hydra))
    check(cfg)
    settle_typed_length(cfg, typed(hydra))
    settle_contents(cfg)
    return copy.deepcopy(cfg)


def descend(cfg: DictConfig, hydra: DictConfig, kept: DictConfig) -> Result:
    """Run one descent and write its results into `cfg.folder`, which this process owns.

    Args:
        cfg: The composed configuration, prepared.
        hydra: Hydra's own part of it.
        kept: The configuration as it is kept in the folder.
    """
    folder = Path(cfg.folder)
    files = Run(folder)
    if cfg.resume and (finished := _finished(cfg, files)) is not None:
        tell(f"{folder} is complete: these are its results.")
        return finished
    names = chosen_names(hydra.runtime.choices, typed(hydra), cfg)
    known = {**names, "objective": plain(cfg.objective), "seed": cfg.seed}
    known["config_hash"] = identity(cfg)  # now: epochs become steps with the data
    keeper = Keeper(files, known, kept, hydra)
    # the current folder: a user's code may import others beside it at any time
    careful, full = guarded("" if cfg.trust else folder), naming(folder / "a log")
    with careful, full, signals.listening(), without_exits(), quiet_lightning(), current_folder():
        descent = _settled(cfg, names, keeper)
    metrics = keeper.finish(descent)
    _tell_end(cfg, names["optimizer"], descent, metrics)
    return Result(descent.trajectory, metrics, folder)


def _tell_end(cfg: DictConfig, optimizer: str, descent: Descent, metrics: dict[str, Any]) -> None:
    """A line about a descent that failed or diverged."""
    if "error" in metrics:
        tell(f"{optimizer} failed in step {metrics['steps']}: {metrics['error']}")
        if FULL and descent.ending.error is not None:
            raise descent.ending.error
    if descent.ending.status == "diverged":
        tell(advice(cfg, optimizer, metrics))


def _settled(cfg: DictConfig, names: dict[str, str], keeper: Keeper) -> Descent:
    """Descend; `optimizer.lr=auto` finds a rate first, and lowers it where it diverges after all."""
    settings = settings_with(cfg, names)  # now: building a descent settles what it leaves open
    checkpoint = checkpoint_of(cfg, settings, keeper.run)
    keeper.retreats = RETREATS if checkpoint.path is None else 0
    while True:
        try:
            return _descended(cfg, names, settings, keeper, checkpoint)
        except LowerRate as lower:
            keeper.search, keeper.retreats = lower.search, keeper.retreats - 1
            rate, steps, _ = lower.search.trials[-1]
            tell(f"lr {rate:g} diverged after {steps:,} steps: again with a lower one.")


def _descended(
    cfg: DictConfig, names: dict[str, str], settings: Settings, keeper: Keeper, checkpoint: Checkpoint
) -> Descent:
    """Build the descent and what is around it, and let Lightning run it to its end."""

    def find_rate(bare: Landscape, ensemble: Ensemble) -> float | None:
        search = keeper.search
        if search is None:
            search = settled_search(cfg, names, checkpoint.path, bare, ensemble)
        return keeper.note_search(search)

    pl.seed_everything(cfg.seed, verbose=False)
    with warnings_held():
        descent = build_descent(cfg, names, keeper.run.points_file, find_rate)
        checkpoint = remaining(checkpoint, cfg, settings, descent)
        trainer = trainer_of(cfg, names, keeper, Provenance(settings, cfg.steps), checkpoint.step)
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


def _finished(cfg: DictConfig, files: Run) -> Result | None:
    """What a run of the same configuration left in its folder when it came to its end."""
    metrics = files.results()
    if metrics is None or metrics.get("config_hash") != identity(cfg):
        return None
    if metrics.get("status") in ("failed", "stopped") or "unfinished" in metrics:
        return None  # it is tried again, or goes on
    return Result(files.trajectory(), metrics, files.folder)
