"""One job of a sweep: quiet, and its error is its own."""

import gc
import json
import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig, open_dict

from landscape_lab.configuration import identity, plain
from landscape_lab.errors import explain
from landscape_lab.files import replacing
from landscape_lab.lab import descend
from landscape_lab.schema import check

gc.freeze()  # what was imported stays: only what a job makes is looked at after it


def attempt(cfg: DictConfig, names: dict[str, str], overrides: Sequence[str]) -> Any:
    """Run a job and return its objective, `None` where there is none.

    What it raises is kept: one line in `results.json`, where the leaderboard finds it, and the traceback in `error.txt`. What it
    prints goes to `console.txt`. Its pictures are drawn only if `figures=` asks for them: the sweep has one of its own.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
        overrides: What was chosen for this job.
    """
    folder = Path(cfg.folder)
    if not any(override.lstrip("+").startswith("figures=") for override in overrides):
        with open_dict(cfg):
            cfg.figures = []
    (folder / "error.txt").unlink(missing_ok=True)
    with _console(folder / "console.txt"):
        try:
            check(cfg)
            return descend(cfg, names).objective
        except Exception as error:  # noqa: BLE001 - the other jobs go on, whatever it was
            _keep(error, cfg, names, folder)
            return None
        finally:
            gc.collect()  # a Trainer and its descent refer to each other, and hold the landscape's pixels


def share_cores(launcher: DictConfig) -> None:
    """Give torch as many threads as the jobs that run at the same time leave it, unless `OMP_NUM_THREADS` says how many."""
    if "OMP_NUM_THREADS" not in os.environ and "cpus_per_task" in launcher:
        torch.set_num_threads(max(1, launcher.cpus_per_task or 1))  # joblib and Ray set the variable for their workers


def _keep(error: Exception, cfg: DictConfig, names: dict[str, str], folder: Path) -> None:
    """Write what a job raised."""
    with replacing(folder / "error.txt") as unfinished:
        unfinished.write_text("".join(traceback.format_exception(error)))
    metrics = {**names, "status": "failed", "error": explain(error), "objective": plain(cfg.objective), "seed": cfg.seed}
    with replacing(folder / "results.json") as unfinished:
        unfinished.write_text(json.dumps(metrics | {"config_hash": identity(cfg)}, indent=2) + "\n")


@contextmanager
def _console(path: Path) -> Iterator[None]:
    """Send what is printed into a file, which is there only if something was."""
    with path.open("w", buffering=1) as file, redirect_stdout(file), redirect_stderr(file):
        yield
    if path.stat().st_size == 0:
        path.unlink()
