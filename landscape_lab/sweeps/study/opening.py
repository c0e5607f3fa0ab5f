"""The settings of a study, and the study itself, new or as it was left."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import optuna
from omegaconf import DictConfig, OmegaConf
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.study import Study, StudyDirection

from landscape_lab.configuration.agreement import difference, settings_of_run
from landscape_lab.configuration.composed import identity, plain
from landscape_lab.errors import tell
from landscape_lab.files.writing import remove_unfinished
from landscape_lab.sweeps.goals import goals_of
from landscape_lab.sweeps.plan import SETTINGS
from landscape_lab.sweeps.resume import words_to_go_on
from landscape_lab.sweeps.study.runners import take_up
from landscape_lab.sweeps.study.samplers import build_pruner, build_sampler
from landscape_lab.sweeps.study.search_space import SearchSpace
from landscape_lab.sweeps.study.storages import EMBEDDED, address, check_storage, open_storage
from landscape_lab.validation import check_count


@dataclass(frozen=True)
class StudySettings:
    """The values of `sweep` in the configuration, as `conf/sweep/optuna.yaml` explains them.

    Args:
        folder: The sweep's folder.
        goals: Each objective with its direction.
    """

    folder: Path
    goals: dict[str, str]
    n_trials: int
    parallel: int
    sampler: str
    sampler_settings: dict[str, Any]
    pruner: str
    pruner_settings: dict[str, Any]
    reports: int
    search_space: dict[str, Any]
    storage: str
    study: str
    seed: int | None
    resume: str | None

    @classmethod
    def of(cls, config: DictConfig) -> Self:
        """The settings of a configuration.

        Raises:
            ValueError: One of them is out of range, or names what does not exist.
        """
        sweep: Any = OmegaConf.to_container(config.sweep, resolve=True)
        folder, goals = Path(config.hydra.sweep.dir), goals_of(plain(config.objective), sweep["direction"])
        own = {
            field.name: sweep[field.name] for field in fields(cls) if field.name not in ("folder", "goals")
        }
        settings = cls(folder=folder, goals=goals, **own)
        for key in ("n_trials", "parallel", "reports"):
            check_count(f"sweep.{key}", sweep[key])
        check_storage(settings.storage)
        settings.build_sampler(None)
        settings.build_pruner()
        return settings

    def build_sampler(self, seed: int | None) -> BaseSampler:
        """The sampler that asks for trials."""
        return build_sampler(self.sampler, self.sampler_settings, seed)

    def build_pruner(self) -> BasePruner:
        """The pruner; the jobs use it, and under Hyperband the sampler learns from one bracket at a time."""
        objectives = list(self.goals)
        return build_pruner(
            self.pruner, self.pruner_settings, objectives[0] if len(objectives) == 1 else objectives
        )

    def check_folder(self) -> None:
        """Raise `ValueError` where a study would go on unasked, or where the one to go on with is missing.

        A process that was stopped while it began leaves a storage without `multirun.yaml`, and no trials.
        """
        file = EMBEDDED.get(self.storage)
        if self.resume is None:
            if file is not None and (self.folder / file).exists() and (self.folder / SETTINGS).exists():
                raise ValueError(
                    f"There is a study in {self.folder} already. Go on with {words_to_go_on(self.folder)}"
                )
        elif not self.folder.is_dir() or (file is not None and not (self.folder / file).exists()):
            raise ValueError(
                "Parameter `sweep.resume` should be the folder of a study. "
                f"Found `sweep.resume = {self.folder}`."
            )


Branches = dict[str, DictConfig]
"""The configuration of each branch of a search space, by its overrides."""


def open_study(settings: StudySettings, space: SearchSpace, branches: Branches) -> Study:
    """The study, new or as it is in the storage; trials that killed processes left are back in its queue.

    Raises:
        ValueError: The study in the storage searches something else.
    """
    study = optuna.create_study(
        study_name=settings.study,
        storage=open_storage(settings.storage, settings.folder),
        directions=[StudyDirection[word.upper()] for word in settings.goals.values()],
        load_if_exists=True,
    )
    _check_problem(study, settings, space)
    _check_configurations(study, branches)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        study.set_metric_names(list(settings.goals))  # for the dashboard
    for part in settings.folder.rglob(".hydra"):
        remove_unfinished(part.parent)  # of trials that were cut, whose folders no other trial gets
    if left := take_up(study, alone=settings.storage in EMBEDDED):
        tell(f"Trials that were cut are run again: {', '.join(map(str, left))}.")
    study.pruner = settings.build_pruner()
    # Two machines that share a storage must not try the same settings, so their samplers have no common seed.
    shared = settings.storage not in EMBEDDED
    begun = len(study.get_trials(deepcopy=False))
    seed = None if shared or settings.seed is None else settings.seed + begun
    study.sampler = settings.build_sampler(seed)
    return study


def _check_problem(study: Study, settings: StudySettings, space: SearchSpace) -> None:
    """Raise `ValueError` unless a study is about the same problem.

    A new study notes its problem.
    """
    problem: Mapping[str, list[str]] = {
        "objectives": [f"{direction} {name}" for name, direction in settings.goals.items()],
        "space": space.description(),
        "fixed": sorted(space.shared),
    }
    known = study.user_attrs.get("problem", problem)
    for part, value in problem.items():
        if known[part] != value:
            where = address(settings.storage, settings.folder)
            there, here = (", ".join(lines) or "nothing" for lines in (known[part], value))
            raise ValueError(f"The study `{study.study_name}` in {where} has {part} {there}. Found {here}.")
    study.set_user_attr("problem", problem)


def _check_configurations(study: Study, branches: Branches) -> None:
    """Raise `ValueError` where a YAML, a class or a file was edited since a study began.

    A new study notes what its branches are.
    """
    first = settings_of_run(next(iter(branches.values())), ())
    now = {name: identity(branch) for name, branch in branches.items()}
    known = study.user_attrs.get("configurations", {"first": first, "branches": now})
    edited = [name for name, identified in now.items() if known["branches"].get(name) != identified]
    if edited:
        found = difference(known["first"], first) or f"what `{edited[0]}` brings was edited"
        raise ValueError(
            f"The study `{study.study_name}` was begun with another configuration: {found}. Its trials "
            "would not be alike: undo that, or begin another study, hydra.sweep.dir=… or sweep.study=…"
        )
    study.set_user_attr("configurations", known)
