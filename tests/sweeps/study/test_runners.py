"""Who runs trials: what a killed process left is repeated once, and what lives is left alone."""

import multiprocessing
import os
from datetime import datetime

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from landscape_lab.sweeps.study.runners import (
    INSTEAD_OF,
    NAMELESS,
    RUNNER,
    gone,
    take_up,
    taken,
    this_process,
)


@pytest.fixture
def study():
    return optuna.create_study()


def asked(study, runner=None):
    """A trial that some process runs."""
    trial = study.ask({"x": FloatDistribution(0, 1)})
    if runner is not None:
        trial.set_user_attr(RUNNER, runner)
    return trial


def dead():
    """A process that has ended, by its name."""
    context = multiprocessing.get_context("fork")
    process = context.Process(target=os._exit, args=(0,))
    process.start()
    machine, _, began = this_process().rsplit(" ", 2)
    process.join()
    return f"{machine} {process.pid} {began}"


def test_a_process_is_known_by_its_number_and_when_it_began():
    machine, number, began = this_process().rsplit(" ", 2)
    assert not gone(this_process())
    assert gone(dead())
    assert gone(f"{machine} {number} {int(began) - 1}"), "its number is used again"
    assert not gone(f"elsewhere{machine} {number} 1"), "of another machine we cannot know"


def test_a_trial_that_was_cut_is_repeated_once_with_its_settings(study):
    done, cut, living = asked(study), asked(study, dead()), asked(study, this_process())
    study.tell(done, 1.0)
    assert take_up(study, alone=False) == [cut.number]
    assert taken(study) == 2, "neither the cut one nor the one that waits in its stead"
    assert take_up(study, alone=False) == []
    again = study.ask({"x": FloatDistribution(0, 1)})
    assert again.params == cut.params
    assert again.user_attrs == {INSTEAD_OF: cut.number}
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.COMPLETE, TrialState.FAIL, TrialState.RUNNING, TrialState.RUNNING]
    assert (taken(study), living.number) == (3, 2)


@pytest.mark.parametrize(("alone", "age", "cut"), [(True, 0, True), (False, 0, False), (False, 2, True)])
def test_a_trial_of_nobody_is_cut_where_no_other_can_have_it(study, alone, age, cut):
    begun = optuna.trial.create_trial(state=TrialState.RUNNING)
    begun.datetime_start = datetime.now() - age * NAMELESS
    study.add_trial(begun)
    assert take_up(study, alone=alone) == [0] * cut
