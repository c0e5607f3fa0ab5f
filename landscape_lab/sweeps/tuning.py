"""A study: its sampler asks for trials, Hydra's launcher runs them, their results are told."""

import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.utils import JobReturn
from hydra.errors import HydraException, MissingConfigException
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner
from optuna.study import Study, StudyDirection
from optuna.trial import Trial, TrialState

from landscape_lab.configuration import plain, quoted
from landscape_lab.errors import tell
from landscape_lab.files import replacing
from landscape_lab.sweeps.goals import goals_of
from landscape_lab.sweeps.outcome import best_so_far, write_outcome
from landscape_lab.sweeps.plan import SETTINGS, results_of
from landscape_lab.sweeps.progress import watched
from landscape_lab.sweeps.samplers import build_pruner, build_sampler
from landscape_lab.sweeps.search_space import SearchSpace
from landscape_lab.sweeps.studies import EMBEDDED, RUNNER, check_storage, open_storage, place, take_up, taken, this_process, told
from landscape_lab.validation import check_count

WORST = {"minimize": math.inf, "maximize": -math.inf}
"""What a diverged trial is told to have reached, so that the sampler learns to stay away; a failed one teaches nothing."""
HOPELESS = 10
"""When so many trials have failed and none has not, there is a mistake in the command."""


def tune(config: DictConfig, arguments: list[str], loader: ConfigLoader, launcher: Launcher) -> list[JobReturn]:
    """Run trials until the study has `sweep.n_trials`, and write the best.

    What can be wrong with the command is found before the first job, and before anything is written.

    Args:
        config: The configuration of the sweep, Hydra's part included.
        arguments: The overrides: values, and ranges to search.
        loader: Composes the configuration of a job.
        launcher: Runs a batch of jobs.

    Returns:
        What Hydra tells of each job.

    Raises:
        ValueError: A setting, a range or the storage is at fault.
        HydraException: There is no use in more trials.
    """
    settings: Any = OmegaConf.to_container(config.sweep, resolve=True)
    folder = Path(config.hydra.sweep.dir)
    goals = goals_of(plain(config.objective), settings["direction"])
    _check_settings(settings, goals)
    parser = OverridesParser.create(config_loader=loader)
    space = SearchSpace(settings["search_space"], parser.parse_overrides(arguments), parser, lambda key: _text_of(config, key))
    _check_jobs(space, config, loader)
    _check_folder(settings, folder)
    with told(settings["storage"], folder):
        study = _study(settings, folder, goals, space)
        with replacing(folder / SETTINGS) as unfinished:
            OmegaConf.save(config, unfinished)
        try:
            return _run(study, space, settings, folder, goals, launcher)
        finally:
            write_outcome(study, space, folder, goals)


def _check_settings(settings: Mapping[str, Any], goals: Mapping[str, str]) -> None:
    """Whatever else the settings say can be."""
    for key in ("n_trials", "parallel", "reports"):
        check_count(f"sweep.{key}", settings[key])
    check_storage(settings["storage"])
    build_sampler(settings["sampler"], settings["sampler_settings"], None)
    _pruner(settings, goals)


def _pruner(settings: Mapping[str, Any], objectives: Collection[str]) -> BasePruner:
    return build_pruner(
        settings["pruner"], settings["pruner_settings"], next(iter(objectives)) if len(objectives) == 1 else list(objectives)
    )


def _text_of(config: DictConfig, key: str) -> str | None:
    """What is chosen or set where the command line says nothing."""
    choice = config.hydra.runtime.choices.get(key)
    value = OmegaConf.select(config, key) if choice is None else choice
    return None if value is None or OmegaConf.is_config(value) else str(value)


def _check_jobs(space: SearchSpace, config: DictConfig, loader: ConfigLoader) -> None:
    """Every choice exists, and every branch of the space is a configuration."""
    for group, choices in space.choices():
        options = loader.get_group_options(group) if "." not in group else []
        for choice in choices if options else ():
            for name in choice.strip("[]").split(","):
                if name not in options:
                    raise MissingConfigException(f"There is no {group} {name}.", f"{group}/{name}", options)
    for branch in space.branches():
        loader.load_sweep_config(config, [*space.fixed, *branch])


def _check_folder(settings: Mapping[str, Any], folder: Path) -> None:
    """A study in this folder is only gone on with when that was asked for."""
    file = EMBEDDED.get(settings["storage"])
    if settings["resume"] is None:
        if file is not None and (folder / file).exists():
            raise ValueError(f"There is a study in {folder} already. Go on with sweep.resume={folder}")
    elif not folder.is_dir() or (file is not None and not (folder / file).exists()):
        raise ValueError(f"Parameter `sweep.resume` should be the folder of a study. Found `sweep.resume = {folder}`.")


def _study(settings: Mapping[str, Any], folder: Path, goals: Mapping[str, str], space: SearchSpace) -> Study:
    """The study, new or as it is in the storage, with what killed processes left put back in its queue."""
    storage = open_storage(settings["storage"], folder)
    study = optuna.create_study(
        study_name=settings["study"],
        storage=storage,
        directions=[StudyDirection[word.upper()] for word in goals.values()],
        load_if_exists=True,
    )
    problem = {
        "objectives": [f"{direction} {name}" for name, direction in goals.items()],
        "space": space.description(),
        "fixed": sorted(space.shared),
    }
    known = study.user_attrs.get("problem", problem)
    for part, value in problem.items():
        if known[part] != value:
            where = place(settings["storage"], folder)
            there, here = (", ".join(lines) or "nothing" for lines in (known[part], value))
            raise ValueError(f"The study `{study.study_name}` in {where} has {part} {there}. Found {here}.")
    study.set_user_attr("problem", problem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        study.set_metric_names(list(goals))  # for the dashboard
    if left := take_up(study):
        tell(f"Trials that were cut are run again: {', '.join(map(str, left))}.")
    study.pruner = _pruner(settings, goals)  # the jobs prune; under Hyperband the sampler learns from one bracket at a time
    begun = len(study.get_trials(deepcopy=False))
    seed = settings["seed"]
    shared = settings["storage"] not in EMBEDDED  # then two machines must not draw the same
    study.sampler = build_sampler(
        settings["sampler"], settings["sampler_settings"], None if shared or seed is None else seed + begun
    )
    return study


def _run(
    study: Study,
    space: SearchSpace,
    settings: Mapping[str, Any],
    folder: Path,
    goals: Mapping[str, str],
    launcher: Launcher,
) -> list[JobReturn]:
    """Ask, launch and tell until there are enough trials.

    Two processes that share a study may both ask for its last trial.

    Raises:
        HydraException: The first trials have all failed.
    """
    returned: list[JobReturn] = []
    reasons: list[str] = []
    number_of = taken(study)
    with watched(folder, settings["n_trials"], lambda: number_of, "trials") as watch:
        while (number := min(settings["parallel"], settings["n_trials"] - number_of)) > 0 and not _hopeless(returned, reasons):
            watch.note = best_so_far(study)
            trials, jobs = [], []
            for _ in range(number):
                trial, overrides = _ask(study, space)
                trials.append(trial)
                place_of_job = [f"++sweep.trial={trial.number}", f"++sweep.folder={quoted(str(folder.absolute()))}"]
                jobs.append([*space.fixed, *overrides, *place_of_job])
            batch = launcher.launch(jobs, initial_job_idx=trials[0].number)
            returned += batch
            for trial, job in zip(trials, batch, strict=True):
                if (reason := _tell(study, trial, job, goals)) is not None:
                    if reason not in reasons:
                        tell(f"trial {trial.number} failed: {reason}")
                    reasons.append(reason)
            number_of = taken(study)
    if _hopeless(returned, reasons):
        raise HydraException(f"The first {len(reasons)} trials failed, so there will be no more. They are in {folder}")
    return returned


def _hopeless(returned: Sequence[JobReturn], reasons: Sequence[str]) -> bool:
    return len(returned) == len(reasons) >= HOPELESS


def _ask(study: Study, space: SearchSpace) -> tuple[Trial, list[str]]:
    """The next trial and its settings."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Clip non-finite values")  # of diverged trials, as it should be
        trial = study.ask()
        trial.set_user_attr(RUNNER, this_process())
        return trial, space.overrides(trial)


def _tell(study: Study, trial: Trial, job: JobReturn, goals: Mapping[str, str]) -> str | None:
    """Tell the study how a trial ended, and return why it failed, if it did.

    Raises:
        HydraException: It left no results: the next would not, either.
    """
    assert job.working_dir is not None
    folder = Path(job.working_dir).absolute()
    results: dict[str, Any] = results_of(folder) or {"status": "failed"}
    trial.set_user_attr("status", results["status"])
    trial.set_user_attr("folder", str(folder))
    if results["status"] == "pruned":
        study.tell(trial, state=TrialState.PRUNED)
    elif results["status"] == "failed":
        reason = results.get("error", f"no results in {folder}")
        trial.set_user_attr("reason", reason)
        study.tell(trial, state=TrialState.FAIL)
        if "error" not in results:
            raise HydraException(f"Trial {trial.number} failed: {reason}")
        return reason
    else:
        values: list[Any] = [results.get(name) for name in goals]
        lost = results["status"] == "diverged" or None in values
        study.tell(trial, [WORST[direction] for direction in goals.values()] if lost else values)
    return None
