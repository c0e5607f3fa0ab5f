"""Who runs the trials of a study, and what a killed process left."""

import os
import socket
from pathlib import Path

from optuna.study import Study
from optuna.trial import TrialState

RUNNER = "runner"
"""The attribute of a trial that says which process runs it."""
INSTEAD_OF = "instead_of"
"""The attribute of a trial that says which earlier trial, cut short, it repeats."""


def this_process() -> str:
    """The machine, the process and when it began, so that a number used again is not taken for the same."""
    return f"{socket.gethostname()} {os.getpid()} {_began(os.getpid())}"


def gone(runner: str) -> bool:
    """Whether a process of this machine has ended; of another machine's processes we cannot know."""
    machine, pid, began = runner.rsplit(" ", 2)
    if machine != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return _began(int(pid)) != began


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine did; `-` where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "-"


def take_up(study: Study) -> list[int]:
    """Put the settings of every trial that a killed process left back in the queue.

    Return the numbers of these trials. The cut trial itself fails: a trial that has run cannot run again.
    """
    left = [
        trial
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if gone(trial.user_attrs.get(RUNNER, this_process()))
    ]
    for trial in left:
        study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
        study.enqueue_trial(trial.params, user_attrs={INSTEAD_OF: trial.number})
    return [trial.number for trial in left]


def taken(study: Study) -> int:
    """How many trials are done or being run; one that was cut and is repeated counts once."""
    trials = study.get_trials(deepcopy=False)
    again = sum(INSTEAD_OF in trial.user_attrs for trial in trials)
    return sum(trial.state is not TrialState.WAITING for trial in trials) - again
