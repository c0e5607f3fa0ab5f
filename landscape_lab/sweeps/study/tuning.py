"""Tuning: a sampler asks for trials, Hydra's launcher runs them, and the study learns their results."""

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.utils import JobReturn
from hydra.errors import HydraException, MissingConfigException
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf, open_dict
from optuna.study import Study
from optuna.trial import Trial, TrialState

from landscape_lab.configuration.composed import quoted
from landscape_lab.configuration.contents import settle_contents
from landscape_lab.errors import tell
from landscape_lab.runs import Run
from landscape_lab.sweeps.plan import keep_settings
from landscape_lab.sweeps.progress import watched
from landscape_lab.sweeps.study.opening import Branches, StudySettings, open_study
from landscape_lab.sweeps.study.outcome import best_so_far, write_outcome
from landscape_lab.sweeps.study.runners import RUNNER, beating, taken, this_process
from landscape_lab.sweeps.study.search_space import SearchSpace
from landscape_lab.sweeps.study.storages import named_errors

WORST = {"minimize": math.inf, "maximize": -math.inf}
"""The objective of a diverged trial, which the sampler learns to avoid; a failed trial teaches nothing."""
REPEATS = "repeats"
"""The attribute of a study that says the first trial that was told to repeat another."""
HOPELESS = 10
"""When the first so many trials have all failed, there is a mistake in the command."""


def tune(
    config: DictConfig, arguments: list[str], loader: ConfigLoader, launcher: Launcher
) -> list[JobReturn]:
    """Run trials until the study has `sweep.n_trials`, and write the best.

    Every mistake that can be found beforehand is found before the first job, and before anything is written.

    Args:
        config: The configuration of the sweep, Hydra's part included.
        arguments: The overrides: values, and ranges to search.
        loader: Composes the configuration of a job.
        launcher: Runs a batch of jobs.

    Returns:
        What Hydra returns of each job.

    Raises:
        ValueError: A setting, a range or the storage is at fault.
        HydraException: The first trials have all failed.
    """
    settings = StudySettings.of(config)
    parser = OverridesParser.create(config_loader=loader)
    given = parser.parse_overrides(arguments)
    space = SearchSpace(settings.search_space, given, parser, lambda key: _text_of(config, key))
    branches = _composed(space, config, loader)
    settings.check_folder()
    with named_errors(settings.storage, settings.folder):
        study = open_study(settings, space, branches)
        keep_settings(config, settings.folder, anew=True)
        try:
            return _Tuning(study, space, settings, launcher).run()
        finally:
            write_outcome(study, space, settings.folder, settings.goals)


@dataclass
class _Tuning:
    """A study whose trials are being run.

    Attributes:
        returned: What Hydra returned of each trial.
        reasons: Why trials failed.
    """

    study: Study
    space: SearchSpace
    settings: StudySettings
    launcher: Launcher
    returned: list[JobReturn] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def run(self) -> list[JobReturn]:
        """Ask, launch and learn until there are enough trials.

        Two processes that share a study may both ask for its last trial.

        Raises:
            HydraException: The first trials have all failed.
        """
        folder, wanted = self.settings.folder, self.settings.n_trials
        begun = taken(self.study)
        with watched(folder, wanted, lambda: begun, "trials") as watch:
            while (number := min(self.settings.parallel, wanted - begun)) > 0 and not self._hopeless:
                watch.note = best_so_far(self.study)
                self._launch(number)
                begun = taken(self.study)
        if self._hopeless:
            raise HydraException(
                f"The first {len(self.reasons)} trials failed, so there will be no more. They are in {folder}"
            )
        return self.returned

    @property
    def _hopeless(self) -> bool:
        """Whether the first trials have all failed."""
        return len(self.returned) == len(self.reasons) >= HOPELESS

    def _launch(self, number: int) -> None:
        """Run so many trials together."""
        trials, jobs = [], []
        for _ in range(number):
            trial, overrides = self._ask()
            whose = [
                f"++sweep.trial={trial.number}",
                f"++sweep.folder={quoted(str(self.settings.folder.absolute()))}",
            ]
            trials.append(trial)
            jobs.append([*self.space.fixed, *overrides, *whose])
        with beating(self.study, trials):
            batch = self.launcher.launch(jobs, initial_job_idx=trials[0].number)
        self.returned += batch
        for trial, job in zip(trials, batch, strict=True):
            if (reason := self._learn(trial, job)) is not None:
                if reason not in self.reasons:
                    tell(f"trial {trial.number} failed: {reason}")
                self.reasons.append(reason)

    def _ask(self) -> tuple[Trial, list[str]]:
        """The next trial and its settings."""
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", message="Clip non-finite values"
            )  # diverged trials have infinite ones
            warnings.filterwarnings("ignore", message="Heartbeat of storage")  # `beating` takes care of it
            trial = self.study.ask()
            trial.set_user_attr(RUNNER, this_process())
            overrides = self.space.overrides(trial)
        self._tell_repeated(trial)
        return trial, overrides

    def _tell_repeated(self, trial: Trial) -> None:
        """Say once per study that a trial has the values of one that ended, where a grid would do without."""
        if not self.space.is_grid or REPEATS in self.study.user_attrs:
            return
        ended = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        earlier = [other.number for other in ended if other.params == trial.params]
        if earlier:
            self.study.set_user_attr(REPEATS, trial.number)
            tell(
                f"Trial {trial.number} proposes the values of trial {earlier[0]} again: few are "
                "left, or the study has settled. A grid, -m without sweep=optuna, tries each once."
            )

    def _learn(self, trial: Trial, job: JobReturn) -> str | None:
        """Let the study know how a trial ended, and return why it failed, if it did.

        Raises:
            HydraException: It left no results: the next would not, either.
        """
        assert job.working_dir is not None
        folder, goals = Path(job.working_dir).absolute(), self.settings.goals
        results = Run(folder).results() or {"status": "failed"}
        trial.set_user_attr("status", results["status"])
        trial.set_user_attr("folder", str(folder))
        if results["status"] == "pruned":
            self._tell(trial, TrialState.PRUNED)
        elif results["status"] == "failed":
            reason = str(results.get("error", f"no results in {folder}"))
            trial.set_user_attr("reason", reason)
            self._tell(trial, TrialState.FAIL)
            if "error" not in results:
                raise HydraException(f"Trial {trial.number} failed: {reason}")
            return reason
        else:
            values = [results[name] for name in goals if results.get(name) is not None]
            lost = results["status"] == "diverged" or len(values) < len(goals)
            worst = [WORST[direction] for direction in goals.values()]
            self._tell(trial, TrialState.COMPLETE, worst if lost else values)
        return None

    def _tell(self, trial: Trial, state: TrialState, values: list[float] | None = None) -> None:
        """Let the study know, unless it was told before the database went away, or by who found us dead."""
        self.study.tell(trial, values, state, skip_if_finished=True)


def _text_of(config: DictConfig, key: str) -> str | None:
    """The choice or the value of a key about which the command line says nothing, if there is one."""
    choice = config.hydra.runtime.choices.get(key)
    value = OmegaConf.select(config, key) if choice is None else choice
    return None if value is None or OmegaConf.is_config(value) else str(value)


def _composed(space: SearchSpace, config: DictConfig, loader: ConfigLoader) -> Branches:
    """The configurations of every branch of the space and of every choice of a group, all of which exist."""
    variants = space.branches()
    for group, choices in space.choices():
        options = [] if "." in group else loader.get_group_options(group)
        _check_choices(group, choices, options)
        variants += [[f"{group}={choice}"] for choice in choices if choice in options]
    branches: Branches = {}
    for branch in variants:
        composed = loader.load_sweep_config(config, [*space.fixed, *branch])
        with open_dict(composed):
            del composed["hydra"]
        settle_contents(composed)
        branches[" ".join(branch)] = composed
    return branches


def _check_choices(group: str, choices: Iterable[str], options: list[str]) -> None:
    """Every choice of a group exists; of a key that is no group there are no options."""
    names = (name for choice in choices for name in choice.strip("[]").split(","))
    for name in names if options else ():
        if name not in options:
            raise MissingConfigException(f"There is no {group} {name}.", f"{group}/{name}", options)
