"""One job of a sweep: what it prints and what it raises stays in its own folder."""

import gc
import os
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import torch
from omegaconf import DictConfig, open_dict

from landscape_lab.configuration.composed import chosen_names, identity, plain, typed
from landscape_lab.errors import ToldOnce, explain, tell
from landscape_lab.files.owning import FolderTaken, owned
from landscape_lab.files.writing import replacing
from landscape_lab.lab import descend, prepared
from landscape_lab.runs import Run
from landscape_lab.sweeps.plan import job_runs

_THREADS: dict[Path, int] = {}
"""What is known of each sweep, so that not every job reads the results of all others."""

Objective = float | tuple[float | None, ...] | None
"""What a job gives its sweep: a result, or several, where it has them."""


def attempt(cfg: DictConfig, hydra: DictConfig) -> Objective:
    """Run a job and return its objective, `None` where there is none.

    What it raises is kept: one line in `results.json`, where the leaderboard finds it, and the
    traceback in `error.txt`. What it prints goes to `console.txt`. It draws pictures only where
    `figures=` asks for them, because the sweep has a picture of its own, and it has no page beside the
    sweep's.

    Args:
        cfg: The composed configuration.
        hydra: Hydra's own part of it.
    """
    run = Run(Path(cfg.folder))
    try:
        with owned(run.folder), _console(run.console_file):
            return _attempted(cfg, hydra, run)
    except FolderTaken as taken:
        tell(str(taken))  # by a process that an earlier start of this sweep left: the folder is not ours
        return None


def _attempted(cfg: DictConfig, hydra: DictConfig, run: Run) -> Objective:
    """Run a job in a folder of its own."""
    run.error_file.unlink(missing_ok=True)
    try:
        kept = prepared(cfg, hydra)
        with open_dict(cfg):
            cfg.report = "none"  # the sweep has one page
            if not any(override.lstrip("+").startswith("figures=") for override in typed(hydra)):
                cfg.figures = []
        _share_threads(cfg, run.folder.parent)
        return descend(cfg, hydra, kept).objective
    except Exception as error:  # noqa: BLE001 - the other jobs go on, whatever it was
        if not run.begun:
            run.write_configuration(cfg, hydra)
        _keep(error, cfg, chosen_names(hydra.runtime.choices, typed(hydra), cfg), run)
        return None
    finally:
        _clean_up()


def _share_threads(cfg: DictConfig, sweep: Path) -> None:
    """Give the job as many threads as the other jobs of its sweep had, unless the user chose.

    The last bits of gradients may differ between one number of threads and another.
    """
    if cfg.threads == "auto" and (number := _threads_of(sweep)) is not None:
        with open_dict(cfg):
            cfg.threads = number


def _threads_of(sweep: Path) -> int | None:
    """With how many threads the jobs of a sweep run; `None` before the first has ended."""
    if sweep not in _THREADS:
        ended = (run.results() or {} for run in job_runs(sweep))
        number = next((results["threads"] for results in ended if "threads" in results), None)
        if number is None:
            return None
        _THREADS[sweep] = number
    return _THREADS[sweep]


def begin_process(launcher: DictConfig, *, study: bool) -> None:
    """Prepare a process that runs jobs of a sweep.

    Args:
        launcher: What the configuration says of Hydra's launcher.
        study: Whether the jobs are trials of a study.
    """
    _share_cores(launcher)
    _begin_once(study=study)


@cache
def _begin_once(*, study: bool) -> None:
    """What is imported by now stays for good, so the collector need not look at it after each job."""
    gc.freeze()
    if not isinstance(warnings.showwarning, ToldOnce):  # a worker's own process
        warnings.showwarning = ToldOnce()
    if study:
        from landscape_lab.sweeps.study.storages import (
            quieten_optuna,  # Optuna, which other sweeps do without
        )

        quieten_optuna()


def _share_cores(launcher: DictConfig) -> None:
    """Give torch the threads that jobs beside this one leave it, unless `OMP_NUM_THREADS` says how many.

    Joblib and Ray set the variable for their workers; submitit's jobs are processes without it.
    """
    if "OMP_NUM_THREADS" not in os.environ and "cpus_per_task" in launcher:
        torch.set_num_threads(max(1, launcher.cpus_per_task or 1))


def _clean_up() -> None:
    """Free the tensors of the job, which a Trainer and its descent hold while they refer to each other."""
    gc.collect()
    _freeze_once()


@cache
def _freeze_once() -> None:
    """After the first job, all that it imported and all caches stay, too, and need no further look."""
    gc.freeze()


def _keep(error: Exception, cfg: DictConfig, names: dict[str, str], run: Run) -> None:
    """Write what a job raised; where only its pictures did, beside the results that it has."""
    with replacing(run.error_file) as unfinished:
        unfinished.write_text("".join(traceback.format_exception(error)))
    found = run.results() or {}
    found = found if "unfinished" in found else {"status": "failed"}
    settings = {"objective": plain(cfg.objective), "seed": cfg.seed, "config_hash": identity(cfg)}
    run.write_results({**names, **settings, **found, "error": explain(error)})


@contextmanager
def _console(path: Path) -> Iterator[None]:
    """Send what is printed into a file; where nothing is printed, there is no file."""
    with path.open("w", buffering=1) as file, redirect_stdout(file), redirect_stderr(file):
        yield
    if path.stat().st_size == 0:
        path.unlink()
