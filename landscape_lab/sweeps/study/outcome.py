"""What came of a study: its best trials, of all processes that share it."""

import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import yaml
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from landscape_lab.files.writing import replacing
from landscape_lab.sweeps.plan import RANKED
from landscape_lab.sweeps.study.runners import INSTEAD_OF
from landscape_lab.sweeps.study.search_space import SearchSpace


def best_trials(study: Study) -> list[FrozenTrial]:
    """The best completed trial, or of several objectives all that no other beats in every one."""
    if len(study.directions) > 1:
        return [trial for trial in study.best_trials if trial.user_attrs.get("status") in RANKED]
    trials = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    ran = [trial for trial in trials if trial.user_attrs.get("status") in RANKED]
    return sorted(ran, key=lambda trial: trial.values[0], reverse=study.direction is StudyDirection.MAXIMIZE)[
        :1
    ]


def best_so_far(study: Study) -> str:
    """The best value in few words; empty where there is none, or where there are several objectives."""
    best = best_trials(study) if len(study.directions) == 1 else []
    return f"best {best[0].values[0]:.4g} (trial {best[0].number})" if best else ""


def write_outcome(study: Study, space: SearchSpace, folder: Path, goals: Mapping[str, str]) -> None:
    """Write `optimization_results.yaml`: how trials ended, and the commands that repeat the best."""
    best = [
        {
            "trial": trial.number,
            "values": dict(zip(goals, trial.values, strict=True)),
            "params": trial.params,
            "command": shlex.join(["python", "-m", "landscape_lab", *space.shared, *space.overrides(trial)]),
            "folder": trial.user_attrs.get("folder"),
        }
        for trial in best_trials(study)
    ]
    outcome = {"study": study.study_name, "objectives": dict(goals), "trials": _counts(study), "best": best}
    with replacing(folder / "optimization_results.yaml") as unfinished:
        unfinished.write_text(yaml.safe_dump(outcome, sort_keys=False, allow_unicode=True, width=1000))


def _counts(study: Study) -> dict[str, int]:
    """How many trials there are of each kind."""
    trials = study.get_trials(deepcopy=False)
    cut = {trial.user_attrs.get(INSTEAD_OF) for trial in trials}
    words = [
        "cut" if trial.number in cut else trial.user_attrs.get("status", trial.state.name.lower())
        for trial in trials
    ]
    return dict(sorted(Counter(words).items()))
