"""One job of a sweep: what it prints and what it raises stays in its own folder."""

import gc
import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import torch
from omegaconf import DictConfig, open_dict

from landscape_lab.configuration import identity, plain, settle_typed_length
from landscape_lab.errors import explain
from landscape_lab.files import replacing
from landscape_lab.lab import descend
from landscape_lab.runs import Run
from landscape_lab.schema import check
from landscape_lab.sweeps.plan import job_runs

_THREADS: dict[Path, int] = {}
"""What is known of each sweep, so that not every job reads the results of all others."""

Objective = float | tuple[float | None, ...] | None
"""What a job gives its sweep: a result, or several, where it has them."""


def attempt(cfg: DictConfig, names: dict[str, str], overrides: Sequence[str]) -> Objective:
    """Run a job and return its objective, `None` where there is none.

    What it raises is kept: one line in `results.json`, where the leaderboard finds it, and the
    traceback in `error.txt`. What it prints goes to `console.txt`. It draws pictures only where
    `figures=` asks for them, because the sweep has a picture of its own.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
        overrides: What was chosen for this job.
    """
    run = Run(Path(cfg.folder))
    if not any(override.lstrip("+").startswith("figures=") for override in overrides):
        with open_dict(cfg):
            cfg.figures = []
    run.error_file.unlink(missing_ok=True)
    with _console(run.console_file):
        try:
            check(cfg)
            settle_typed_length(cfg, overrides)
            _share_threads(cfg, run.folder.parent)
            return descend(cfg, names).objective
        except Exception as error:  # noqa: BLE001 - the other jobs go on, whatever it was
            _keep(error, cfg, names, run)
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
