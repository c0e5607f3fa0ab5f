"""The best learning rate is the middle of the widest interval of good ones."""

import numpy as np
import pytest

from landscape_lab.outcomes.good_rates import good_rates, typical_end

RATES = np.geomspace(1e-3, 1e3, 7)


def found(losses, begin=1.0, rates=RATES):
    return good_rates(rates, np.asarray(losses)[:, None], begin)


def test_the_middle_of_a_plateau_not_its_noisy_edge():
    losses = [0.0, -0.999, -0.99901, -0.99902, -0.99901, -1.0, 0.0]
    assert found(losses, 0.0) == pytest.approx((1e-2, 1.0, 1e2))


def test_the_widest_of_several_intervals():
    losses = [1e-5, 0.9, 1.1e-5, 1.05e-5, 1.1e-5, np.inf, 1.0e-5]
    assert found(losses) == pytest.approx((0.1, 1.0, 10.0))


def test_a_single_low_rate_beside_a_cliff():
    assert found([0.9, 0.8, 0.5, 1e-9, np.inf, np.inf, np.inf]) == pytest.approx((1.0, 1.0, 1.0))


def test_of_two_in_the_middle_the_lower():
    assert found([0.9, 0.9, 1.01e-4, 1e-4, 0.9, 0.9, 0.9]).best == pytest.approx(1.0)
    assert found([0.9, 0.9, 1e-4, 1.01e-4, 0.9, 0.9, 0.9]).best == pytest.approx(0.1)


def test_round_off_is_not_compared():
    losses = [24.0, 1e-6, 1e-9, 1e-13, 1e-6, 3.0, 24.0]
    assert (found(losses, 24.0).first, found(losses, 24.0).last) == pytest.approx((1e-2, 10.0))


def test_logarithms_tell_small_losses_apart_where_none_is_negative():
    assert found([0.9, 1e-2, 1e-5, 1e-2, 0.9, 0.9, 0.9]).best == pytest.approx(0.1)


def test_each_rate_counts_by_the_median_of_its_members_in_any_order():
    final = np.array([[5.0, 0.1, 0.1], [0.1, 5.0, 5.0], [np.inf, np.inf, 0.0]])
    assert good_rates(np.array([1.0, 0.1, 10.0]), final, 6.0) == (1.0, 1.0, 1.0)


def test_nothing_is_good_where_all_diverged_and_the_lowest_is_where_nothing_fell():
    assert found([np.inf] * 7) is None
    assert found([3.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0]).best == pytest.approx(1e-2)


def test_rates_that_are_not_positive_lie_on_a_linear_axis():
    assert found([0.1, 0.1, 0.1], 1.0, np.array([0.0, 1.0, 10.0])) == (0.0, 1.0, 10.0)


def test_the_typical_end_is_the_median_at_the_best_rate():
    rates = np.array([1.0, 0.1, 1.0, 0.1, 1.0])
    final = np.array([0.2, 0.9, 0.1, 0.8, np.nan])
    assert typical_end(final, 1.0, rates) == (0.2, 1.0, "median final loss")
    assert typical_end(final[:2], 1.0, rates[:2]) == (0.2, 1.0, "final loss")
    assert typical_end(final[:1], 1.0) == (0.2, None, "final loss")
    assert typical_end(np.array([np.nan, 1.0, np.nan]), 1.0) == (np.inf, None, "median final loss")
    assert typical_end(np.full(5, np.nan), 1.0, rates).loss == np.inf
