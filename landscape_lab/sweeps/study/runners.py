"""Who runs the trials of a study, and what a killed process left."""

import os
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import fail_stale_trials
from optuna.storages._heartbeat import BaseHeartbeat
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

RUNNER = "runner"
"""The attribute of a trial that says which process runs it."""
INSTEAD_OF = "instead_of"
"""The attribute of a trial that says which earlier trial, cut short, it repeats."""

NAMELESS = timedelta(minutes=2)
"""How old a trial is of which nobody has said, as is done at once, that he runs it."""


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


def take_up(study: Study, *, alone: bool) -> list[int]:
    """Put the settings of every trial that a killed process left back in the queue.

    The cut trial itself fails: a trial that has run cannot run again. Of processes on other machines the
    storage knows whether they live, where it takes heartbeats.

    Args:
        study: Which.
        alone: Whether no other process can be at work on it.

    Returns:
        The numbers of these trials.
    """
    running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    for trial in running:
        if _is_cut(trial, alone=alone):
            study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        fail_stale_trials(study)
    states = {trial.number: trial.state for trial in study.get_trials(deepcopy=False)}
    left = [trial for trial in running if states[trial.number] is TrialState.FAIL]
    for trial in left:
        study.enqueue_trial(trial.params, user_attrs={INSTEAD_OF: trial.number})
    return [trial.number for trial in left]


def _is_cut(trial: FrozenTrial, *, alone: bool) -> bool:
    """Whether the process that asked for a trial has ended, also before it could say who it was."""
    if RUNNER in trial.user_attrs:
        return gone(trial.user_attrs[RUNNER])
    return alone or trial.datetime_start is None or datetime.now() - trial.datetime_start > NAMELESS


@contextmanager
def beating(study: Study, trials: Sequence[Trial]) -> Iterator[None]:
    """Tell the storage now and then that trials are being run, where it takes heartbeats."""
    if (pause := _pause(study)) is None:
        yield
        return
    over = Event()
    thread = Thread(target=_beat, args=(study._storage, trials, pause, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _pause(study: Study) -> int | None:
    """Seconds between two heartbeats, `None` where the storage takes none."""
    storage = study._storage
    return storage.get_heartbeat_interval() if isinstance(storage, BaseHeartbeat) else None


def _beat(storage: BaseHeartbeat, trials: Sequence[Trial], pause: float, over: Event) -> None:
    """Beat until it is over; whoever waits for the storage meanwhile tells that it is away."""
    while True:
        with suppress(StorageInternalError, SQLAlchemyError):
            for trial in trials:
                storage.record_heartbeat(trial._trial_id)
        if over.wait(pause):
            return


def taken(study: Study) -> int:
    """How many trials are done or being run; one that was cut and is repeated counts once."""
    trials = study.get_trials(deepcopy=False)
    again = sum(INSTEAD_OF in trial.user_attrs for trial in trials)
    return sum(trial.state is not TrialState.WAITING for trial in trials) - again
