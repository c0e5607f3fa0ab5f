"""The numbers of a race, against what a hand computes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from landscape_lab.sweeps.race.scoring import (
    band,
    best_of,
    profile,
    ratios,
    score,
    time_of_each_study,
    times_to_target,
)

INF = np.inf
BY_HAND = np.array([[10.0, 40.0, INF, 8.0], [20.0, 10.0, INF, INF], [50.0, 25.0, INF, 8.0]])
"""Three optimizers on four problems, one of which nobody solves."""


def test_profile_and_its_integral_are_those_of_a_hand():
    assert ratios(BY_HAND).tolist() == [[1.0, 4.0, INF, 1.0], [2.0, 1.0, INF, INF], [5.0, 2.5, INF, 1.0]]
    shares = profile(BY_HAND, np.array([1.0, 2.0, 2.5, 3.9, 4.0]))
    assert shares.tolist() == [
        [0.5, 0.5, 0.5, 0.5, 0.75],
        [0.25, 0.5, 0.5, 0.5, 0.5],
        [0.25, 0.25, 0.5, 0.5, 0.5],
    ]
    assert score(BY_HAND) == pytest.approx([2 / 4, (2 / 3 + 1) / 4, (1.5 / 3 + 1) / 4])


@given(arrays(float, (4, 3, 2), elements=st.one_of(st.floats(1, 1e4), st.just(INF))))
def test_score_is_the_area_under_the_profile(times):
    taus = np.linspace(1, 4, 6001)
    assert np.trapezoid(profile(times, taus), taus, axis=1) / 3 == pytest.approx(score(times), abs=1e-3)


def test_score_is_one_only_for_the_fastest_everywhere():
    assert score(np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.1], [INF, INF]])).tolist()[:2] == [1.0, 1.0]
    assert score(np.array([[1.0, 2.0], [1.0, 2.1], [INF, INF]]))[1:] == pytest.approx([1 - 0.05 / 6, 0.0])


def test_time_to_target_is_the_evaluations_with_which_it_was_first_seen():
    losses = np.array(
        [
            [5.0, 5.0, 0.5, np.nan],
            [3.0, 1.0, 4.0, np.nan],
            [1.0, 2.0, 4.0, np.nan],
            [2.0, np.nan, 4.0, np.nan],
        ]
    )
    evaluations = np.array([1, 4, 9, 16])
    assert times_to_target(evaluations, losses, 1.0).tolist() == [9.0, 4.0, 1.0, INF]
    assert times_to_target(evaluations, losses, 2.0).tolist() == [9.0, 4.0, 1.0, INF]
    assert times_to_target(evaluations, losses, 0.4).tolist() == [INF] * 4


def test_time_of_a_study_is_infinite_where_more_than_half_of_its_descents_miss():
    descents = np.array([[3.0, 1.0, INF, INF], [3.0, INF, INF, INF]]).reshape(2, 1, 1, 2, 2)
    assert time_of_each_study(descents).ravel().tolist() == [3.0, INF]


def test_band_is_seeded_and_as_wide_as_the_descents_differ():
    random = np.random.default_rng(3)
    times = np.exp(random.normal(0, 0.7, (3, 2, 3, 5, 1)))

    def scored(one):
        return score(time_of_each_study(one))

    low, high = band(times, scored, number=50)
    assert np.array_equal(band(times, scored, number=50), [low, high])
    assert not np.array_equal(band(times, scored, number=50, seed=1), [low, high])
    assert (low < high).all()
    same = np.broadcast_to(times[:, :, :1, :1], times.shape)
    assert np.ptp(band(same, scored, number=20), axis=0) == pytest.approx(0.0, abs=1e-12)


def test_resampling_keeps_optimizers_together():
    times = np.random.default_rng(0).uniform(1, 9, (1, 2, 3, 5, 2))
    twins = np.concatenate([times, 2 * times])
    ends = band(twins, lambda one: score(time_of_each_study(one)), number=20)
    assert ends == pytest.approx(np.array([[1, 2 / 3], [1, 2 / 3]]))


@given(st.lists(st.integers(0, 20), min_size=1, max_size=7))
def test_best_of_some_trials_is_the_median_over_all_that_might_have_been_drawn(losses):
    values = np.array(losses, dtype=float)
    for n, found in enumerate(best_of(values), start=1):
        lowest = [min(drawn) for drawn in combinations(values, n)]
        assert found == np.quantile(lowest, 0.5, method="lower")
