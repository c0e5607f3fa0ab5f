"""What is drawn of many learning rates."""

import numpy as np

from landscape_lab.drawing.rates import best_of, chosen, lowest_so_far, medians
from landscape_lab.scene import Trace


def test_the_lowest_so_far_ends_where_a_member_diverges():
    losses = np.array([[3.0, 2.0], [1.0, 4.0], [2.0, np.inf], [0.5, np.nan]])
    np.testing.assert_array_equal(
        lowest_so_far(losses), [[3.0, 2.0], [1.0, 2.0], [1.0, np.nan], [0.5, np.nan]]
    )


def of_rates(rates, ends, begin=9.0):
    """A trace of members that have rates, at the start and at the end."""
    ends = np.asarray(ends, dtype=float)
    losses, places = np.stack([np.full(len(ends), begin), ends]), np.zeros((2, len(ends), 2))
    steps, lr = np.arange(2), np.full(2, np.nan)
    return Trace("sgd", places, losses, steps, steps, (1, 0.0), lr, len(ends), np.asarray(rates, dtype=float))


def test_at_most_nine_rates_are_chosen_with_both_ends_and_the_best():
    rates = np.repeat(np.arange(1.0, 62.0), 2)
    for best, kept in ((31.0, 31.0), (33.0, 31.0), (2.0, 8.5), (60.0, 53.5), (61.0, 31.0)):
        drawn = chosen(trace := of_rates(rates, np.where(rates == best, 0.1, 8.0)))
        assert best_of(trace) == best
        assert len(drawn) == len(set(drawn)) == 9
        assert {1.0, best, 61.0} <= set(drawn)
        assert (kept == best) or best == 61.0 or kept not in drawn
    lost = of_rates(rates, np.full(len(rates), np.inf))
    assert chosen(lost)[[0, 4, 8]].tolist() == [1.0, 31.0, 61.0]
    assert chosen(of_rates([0.3, 0.1, 0.3], [1.0, 1.0, 1.0])).tolist() == [0.1, 0.3]


def test_medians_are_of_each_rate_and_infinite_where_half_diverged():
    trace = of_rates([1.0, 0.1, 1.0, 0.1, 1.0], np.ones(5))
    values = np.array([[5.0, 7.0, 1.0, 6.0, 3.0], [5.0, np.nan, np.nan, 6.0, np.nan]])
    np.testing.assert_array_equal(medians(trace, values), [[6.0, 3.0], [6.0, np.inf]])
