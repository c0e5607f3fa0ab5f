"""`optimizer.lr=auto`: which rate short descents choose, at what cost."""

import math

import numpy as np
import pytest

from landscape_lab.rates.search import RETREAT, RateSearch, Trial, search_rate


def bowl(curvature):
    """Gradient descent of curvature · x² / 2 from 1: it diverges above 2 / curvature."""

    def descend(rate, steps):
        shrinking = abs(1 - rate * curvature)
        return (shrinking**steps if shrinking < 1 else math.inf), steps

    return descend


@pytest.mark.parametrize("curvature", [1e-3, 0.3, 1.0, 40.0, 1e4])
@pytest.mark.parametrize("steps", [60, 300, 5000])
def test_the_choice_is_within_half_a_decade_of_the_best(curvature, steps):
    found = search_rate(bowl(curvature), steps)
    assert abs(math.log10(found.chosen * curvature)) < 0.5


@pytest.mark.parametrize("steps", [1, 2, 5, 9, 20, 77, 300, 12_345])
def test_it_never_takes_more_steps_than_the_run(steps):
    found = search_rate(bowl(1.0), steps)
    assert sum(trial.steps for trial in found.trials) == found.evaluations <= steps
    assert 1e-7 < found.chosen < 1e3


def test_neighbours_outside_of_the_first_rates_are_tried():
    assert search_rate(bowl(1e-2), 1000).chosen > 10


def test_rates_that_all_diverge_leave_one_to_begin_with():
    found = search_rate(lambda rate, steps: (math.inf, 1), 300)
    assert math.isfinite(found.chosen)


def test_ties_go_to_the_middle():
    assert search_rate(lambda rate, steps: (1.0, steps), 7).chosen == 0.01


def test_it_is_kept_as_json(tmp_path):
    found = RateSearch([Trial(0.1, 3, math.inf), Trial(0.01, 3, 2.5)], 6, 0.01)
    found.save(tmp_path / "lr_search.json")
    assert RateSearch.load(tmp_path / "lr_search.json") == found


def test_a_rate_that_diverged_after_all_is_lowered():
    found = RateSearch([Trial(0.1, 50, 1.0)], 50, 0.1).retreat(120, 121)
    np.testing.assert_allclose(found.chosen, 0.1 / 10**RETREAT, rtol=1e-5)
    assert found.trials[-1] == Trial(0.1, 120, math.inf)
    assert found.evaluations == 171
