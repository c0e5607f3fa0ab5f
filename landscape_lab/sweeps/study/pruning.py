"""Pruning: a running trial is compared with others through the storage, and stopped where it falls behind."""

import math
from collections.abc import Mapping
from functools import cache, partial
from os import PathLike
from pathlib import Path

import optuna
import pytorch_lightning as pl
from optuna.storages import BaseStorage
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.keys.running import PRUNING
from landscape_lab.records.measured import RESULTS, measure
from landscape_lab.results import best_loss, standing
from landscape_lab.sweeps.study.samplers import build_pruner
from landscape_lab.sweeps.study.storages import named_errors, open_storage

open_once = cache(partial(open_storage, known=True))
"""One connection for all trials of a process."""


@PRUNING.checks_class
class Pruning(pl.Callback):
    """Report the objective after each part of a descent, and end the descent where the pruner says so.

    Outside of a study, or with nothing to prune by, it does nothing.

    Args:
        trial: The trial's number, or `None` outside of a study.
        folder: The sweep's folder.
        storage: Where the study is: `sqlite`, `journal` or an URL.
        study: Its name.
        objective: What is reported.
        pruner: Who decides, by name.
        settings: What the pruner takes.
        reports: How many parts.
    """

    def __init__(
        self,
        trial: int | None,
        folder: str | PathLike[str] | None,
        storage: str,
        study: str,
        objective: str | list[str],
        pruner: str,
        settings: Mapping[str, object],
        reports: int,
    ) -> None:
        self.number, self.folder, self.storage, self.name = trial, folder, storage, study
        self.objective, self.reports = objective, reports
        self.pruner = build_pruner(pruner, settings, objective)
        self.trial: optuna.Trial | None = None

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """Find the trial, and let a chunk end at each report."""
        if self.number is None or self.folder is None or isinstance(self.pruner, optuna.pruners.NopPruner):
            return
        with named_errors(self.storage, Path(self.folder)):
            storage = open_once(self.storage, Path(self.folder))
            self.trial = _trial(storage, self.name, self.number, self.pruner)
        self.part = math.ceil(pl_module.steps / self.reports)
        pl_module.pauses.append(self.part)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        made = trainer.global_step
        running = pl_module.ending.status == "completed" and made < pl_module.steps
        if self.trial is None or not running or made % self.part:
            return
        with named_errors(self.storage, Path(self.folder or ".")):
            self.trial.report(so_far(pl_module, str(self.objective)), made // self.part)
            if self.trial.should_prune():
                pl_module.end("pruned", f"the pruner, after step {made}")


def _trial(storage: BaseStorage, name: str, number: int, pruner: optuna.pruners.BasePruner) -> optuna.Trial:
    """The trial that its sweeper asked for, with any sampler, because all of its settings are chosen."""
    study = optuna.load_study(
        study_name=name, storage=storage, sampler=optuna.samplers.RandomSampler(), pruner=pruner
    )
    return optuna.Trial(study, study.get_trials(deepcopy=False)[number]._trial_id)


def so_far(descent: Descent, objective: str) -> float:
    """The objective if the descent ended here: over members, the median at the best learning rate."""
    outcomes = standing(descent)
    if objective == "best_loss" and len(outcomes.status) == 1:
        return best_loss(descent)
    if objective in RESULTS:
        return outcomes.typical(measure(descent.landscape)[RESULTS[objective]].double().cpu().numpy())
    values = {
        "final_loss": outcomes.final_loss,
        "best_loss": outcomes.best_loss,
        "distance_to_minimum": outcomes.distance,
    }
    return outcomes.typical(values[objective])
